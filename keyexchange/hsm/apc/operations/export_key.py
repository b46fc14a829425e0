"""ExportKey: which key leaves, and as which kind of key material."""

from __future__ import annotations

from collections.abc import Callable

from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.identifiers import find_usable_key, key_arn
from keyexchange.hsm.apc.materials import as2805_cryptogram, ecdh_block, rsa_cryptogram, tr31_block
from keyexchange.hsm.apc.materials.outgoing import Outgoing, outgoing_key
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord

Send = Callable[[Hsm, Context, Outgoing, Values], tuple[KeyRecord, str]]
"""Takes the key and the member of KeyMaterial; gives the key that protects it and the wrapped key."""


@operation("ExportKey", writes=False)
def export_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, ExportKey."""
    ((kind, material),) = ((name, value) for name, value in request["KeyMaterial"].items() if value is not None)
    record = find_usable_key(hsm, context, request["ExportKeyIdentifier"])
    outgoing = outgoing_key(hsm, record, request.get("ExportAttributes", {}))
    send, wrapped_format = MATERIALS[kind]
    wrapping, wrapped = send(hsm, context, outgoing, material)
    return {
        "WrappedKey": {
            "WrappingKeyArn": key_arn(wrapping.home, wrapping.id),
            "WrappedKeyMaterialFormat": wrapped_format,
            "KeyMaterial": wrapped,
            "KeyCheckValue": outgoing.kcv.digits,
            "KeyCheckValueAlgorithm": outgoing.kcv.method.value,
        }
    }


def _send_tr34(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    from keyexchange.hsm.apc.materials import tr34_block  # noqa: PLC0415  # loaded when it is needed, see there

    return tr34_block.send(hsm, context, outgoing, material)


MATERIALS: dict[str, tuple[Send, str]] = {
    "Tr31KeyBlock": (tr31_block.send, "TR31_KEY_BLOCK"),
    "Tr34KeyBlock": (_send_tr34, "TR34_KEY_BLOCK"),
    "KeyCryptogram": (rsa_cryptogram.send, "KEY_CRYPTOGRAM"),
    "DiffieHellmanTr31KeyBlock": (ecdh_block.send, "TR31_KEY_BLOCK"),
    "As2805KeyCryptogram": (as2805_cryptogram.send, "KEY_CRYPTOGRAM"),
}
"""By member of ExportKeyMaterial: how, and the WrappedKeyMaterialFormat."""
