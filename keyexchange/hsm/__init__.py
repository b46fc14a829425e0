"""The software HSM: keys in a store, behind APC's API and the host protocols of the vendor faces."""

from keyexchange.hsm.server import Addresses, FaceOptions, ServeOptions, running, serve

__all__ = ["Addresses", "FaceOptions", "ServeOptions", "running", "serve"]
