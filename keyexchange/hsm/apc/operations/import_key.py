"""ImportKey: which kind of key material it is, and what keeps it."""

from __future__ import annotations

from collections.abc import Callable

from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.materials import (
    as2805_cryptogram,
    certificates,
    ecdh_block,
    rsa_cryptogram,
    tr31_block,
)
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.replication import describe_new
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord

Receive = Callable[[Hsm, Context, Values, Values], KeyRecord]
"""Takes the device, the context, the whole request and the member of KeyMaterial."""


@operation("ImportKey", writes=True)
async def import_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, ImportKey."""
    ((kind, material),) = ((name, value) for name, value in request["KeyMaterial"].items() if value is not None)
    store = hsm.store
    with store.savepoint() if kind in _CHANGING_MORE else store.adding():
        record = MATERIALS[kind](hsm, context, request, material)
    return {"Key": describe_new(hsm, record)}


def _receive_tr34(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    from keyexchange.hsm.apc.materials import tr34_block  # noqa: PLC0415  # loaded when it is needed, see there

    return tr34_block.receive(hsm, context, request, material)


MATERIALS: dict[str, Receive] = {
    "RootCertificatePublicKey": certificates.receive_root,
    "TrustedCertificatePublicKey": certificates.receive_trusted,
    "Tr31KeyBlock": tr31_block.receive,
    "Tr34KeyBlock": _receive_tr34,
    "KeyCryptogram": rsa_cryptogram.receive,
    "DiffieHellmanTr31KeyBlock": ecdh_block.receive,
    "As2805KeyCryptogram": as2805_cryptogram.receive,
}
"""By member of ImportKeyMaterial."""

_CHANGING_MORE = frozenset({"RootCertificatePublicKey", "Tr34KeyBlock"})
"""What also opens an approval session, or uses a nonce up."""
