"""The kinds of key material that travel: each module is one member of `ImportKeyMaterial` and `ExportKeyMaterial`.

`receive` takes the device, the context, the whole request and the member, and keeps a key. `send` takes the device,
the context, the key that leaves and the member, and gives the key that protects it and the wrapped key as text.

`tr34_block` is not imported here: it brings all of TR-34, which is loaded with the first key that travels so.
"""

from keyexchange.hsm.apc.materials import (
    as2805_cryptogram,
    certificates,
    ecdh_block,
    rsa_cryptogram,
    tr31_block,
)

__all__ = ["as2805_cryptogram", "certificates", "ecdh_block", "rsa_cryptogram", "tr31_block"]
