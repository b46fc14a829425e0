"""TranslateKeyMaterial: a short-lived key from a block under an ECDH-derived key into one under a KEK of the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.agreement import agree
from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen
from keyexchange.hsm.apc.enrolment import check_value
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import kcv_method, require_strength
from keyexchange.hsm.apc.wrapping import imported_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.tr31 import Header, Kbpk, KeyBlockContent

_VERSIONS = {Algorithm.A: "D", Algorithm.T: "B"}
_OF_THE_OLD_BLOCK = ("PB", "KP")
"""Optional blocks that belong to a key block and not to its key: padding, check value of the protecting key."""
_NOT_EXPORTABLE = "N"


@data_operation("TranslateKeyMaterial", writes=False)
def translate_key_material(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, TranslateKeyMaterial, IncomingDiffieHellmanTr31KeyBlock,
    OutgoingTr31KeyBlock, WrappedWorkingKey. The header goes along as it came; a key that its block calls not
    exportable is refused, which is assumed."""
    receive, incoming = chosen(request["IncomingKeyMaterial"], _INCOMING, "IncomingKeyMaterial")
    content = receive(hsm, context, incoming)
    attributes = imported_attributes(content.header, content.key)
    attributes.require_valid()
    if content.header.exportability == _NOT_EXPORTABLE:
        raise validation("The key of WrappedKeyBlock is not exportable")
    send, outgoing = chosen(request["OutgoingKeyMaterial"], _OUTGOING, "OutgoingKeyMaterial")
    method = kcv_method(attributes.algorithm, request.get("KeyCheckValueAlgorithm"))
    return {
        "WrappedKey": {
            "WrappedKeyMaterial": send(hsm, context, outgoing, content, attributes.algorithm),
            "WrappedKeyMaterialFormat": "TR31_KEY_BLOCK",
            "KeyCheckValue": check_value(attributes.algorithm, content.key, method).digits,
        }
    }


def _under_agreed_key(hsm: Hsm, context: Context, material: Values) -> KeyBlockContent:
    key_pair = keys.find(hsm, context, material["PrivateKeyIdentifier"], Use.AGREE)
    _require_wrapping(key_pair)
    derived, key = agree(
        hsm,
        context,
        key_pair.agreeing,
        material,
        algorithm=material["DeriveKeyAlgorithm"],
        shared_information=material["DerivationData"]["SharedInformation"],
    )
    if derived.letter not in _VERSIONS:
        raise validation(f"DeriveKeyAlgorithm {derived} does not protect key blocks")
    kbpk = Kbpk(derived.letter.value, key)
    try:
        content = tr31.unwrap(kbpk, material["WrappedKeyBlock"])
    except FormatError as error:
        raise validation(f"WrappedKeyBlock can not be unwrapped: {error.message}") from None
    require_strength(derived, imported_attributes(content.header, content.key).algorithm, strength=kbpk.strength)
    return content


def _require_wrapping(key_pair: DataKey) -> None:
    if key_pair.derive_key_usage not in Use.UNWRAP.usages:
        names = " or ".join(USAGE_NAMES[usage] for usage in sorted(Use.UNWRAP.usages))
        raise validation(f"PrivateKeyIdentifier does not have the DeriveKeyUsage {names}")


def _under_stored_key(
    hsm: Hsm, context: Context, material: Values, content: KeyBlockContent, algorithm: KeyAlgorithm
) -> str:
    protecting = keys.find(hsm, context, material["WrappingKeyIdentifier"], Use.WRAP)
    assert protecting.block is not None
    letter = protecting.algorithm.letter
    kbpk = hsm.vault.kbpk(protecting.block, letter.value)
    require_strength(protecting.algorithm, algorithm, strength=kbpk.strength)
    return tr31.wrap(kbpk, _outgoing_header(content.header, _VERSIONS[letter]), content.key, odd_header=True)


def _outgoing_header(header: Header, version: str) -> Header:
    blocks = tuple(block for block in header.optional_blocks if block.block_id not in _OF_THE_OLD_BLOCK)
    return replace(header, version_id=version, optional_blocks=blocks)


_INCOMING: dict[str, Callable[[Hsm, Context, Any], KeyBlockContent]] = {"DiffieHellmanTr31KeyBlock": _under_agreed_key}
_OUTGOING: dict[str, Callable[[Hsm, Context, Any, KeyBlockContent, KeyAlgorithm], str]] = {
    "Tr31KeyBlock": _under_stored_key
}
