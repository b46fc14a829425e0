"""The software HSM's faces, served on loopback or further."""

from keyexchange.hsm.server.background import running
from keyexchange.hsm.server.foreground import serve
from keyexchange.hsm.server.options import Addresses, FaceOptions, ServeOptions

__all__ = ["Addresses", "FaceOptions", "ServeOptions", "running", "serve"]
