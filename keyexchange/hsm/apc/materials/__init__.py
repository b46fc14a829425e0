"""The kinds of key material that travel: each module is one member of `ImportKeyMaterial` and `ExportKeyMaterial`.

`receive` takes the device, the context, the whole request and the member, and keeps a key. `send` takes the device,
the context, the key that leaves and the member, and gives the key that protects it and the wrapped key as text.
"""

from keyexchange.hsm.apc.materials import (
    as2805_cryptogram,
    certificates,
    ecdh_block,
    rsa_cryptogram,
    tr31_block,
    tr34_block,
)

__all__ = ["as2805_cryptogram", "certificates", "ecdh_block", "rsa_cryptogram", "tr31_block", "tr34_block"]
