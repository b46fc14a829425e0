"""As2805KeyCryptogram: a TDES key under a variant of a KEK. It carries no attributes; the variant says the usage.

Source: AWS Payment Cryptography User Guide, "AS2805"; API reference, ImportAs2805KeyCryptogram and
ExportAs2805KeyCryptogram.
"""

from __future__ import annotations

from keyexchange.crypto import as2805
from keyexchange.crypto.as2805 import KekVariant
from keyexchange.errors import FormatError, RuleError
from keyexchange.hsm.apc.attributes import USAGE_NAMES, mode_letter
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import Attributes, enrol_secret
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.wrapping import find_wrapping_key, require_material
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.tr31 import Kbpk


def receive(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Source: APC API reference, ImportAs2805KeyCryptogram."""
    variant = KekVariant[material["As2805KeyVariant"]]
    attributes = _attributes(variant, material)
    wrapping, kek = _find_kek(hsm, context, material["WrappingKeyIdentifier"], to="Unwrap")
    require_strength(wrapping.algorithm, attributes.algorithm, strength=kek.strength)
    try:
        cryptogram = bytes.fromhex(material["WrappedKeyCryptogram"])
        key = as2805.unwrap(kek.key, variant, cryptogram)
    except ValueError:
        raise validation("WrappedKeyCryptogram has an odd number of hexadecimal digits") from None
    except FormatError as error:
        raise validation(f"WrappedKeyCryptogram can not be unwrapped: {error.message}") from None
    require_material("WrappedKeyCryptogram", attributes.algorithm, key)
    return enrol_secret(hsm, context, request, attributes, key)


def send(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    """Source: APC API reference, ExportAs2805KeyCryptogram."""
    variant = KekVariant[material["As2805KeyVariant"]]
    if outgoing.usage != variant.key_usage:
        expected = USAGE_NAMES.get(variant.key_usage or "", "another one")
        raise validation(f"As2805KeyVariant {variant.value} is for KeyUsage {expected}")
    wrapping, kek = _find_kek(hsm, context, material["WrappingKeyIdentifier"], to="Wrap")
    require_strength(wrapping.algorithm, outgoing.algorithm, strength=kek.strength)
    try:
        return wrapping, as2805.wrap(kek.key, variant, outgoing.key).hex().upper()
    except (FormatError, RuleError) as error:
        raise validation(f"As2805KeyCryptogram can not be made: {error.message}") from None


def _find_kek(hsm: Hsm, context: Context, identifier: str, *, to: str) -> tuple[KeyRecord, Kbpk]:
    record, kek = find_wrapping_key(hsm, context, identifier, to=to)
    if record.algorithm.letter is not Algorithm.T:
        raise validation(f"WrappingKeyIdentifier is {record.algorithm}; AS2805 has TDES keys only")
    return record, kek


def _attributes(variant: KekVariant, material: Values) -> Attributes:
    algorithm = KeyAlgorithm(material["KeyAlgorithm"])
    if algorithm.letter is not Algorithm.T:
        raise validation(f"KeyAlgorithm {algorithm} is not valid: AS2805 has TDES keys only")
    assert variant.key_usage is not None  # the model's enum has no other variants
    attributes = Attributes(
        key_class=KeyClass.SYMMETRIC_KEY,
        usage=variant.key_usage,
        algorithm=algorithm,
        mode_of_use=mode_letter(material["KeyModesOfUse"]),
        exportable=material["Exportable"],
        origin=KeyOrigin.EXTERNAL,
    )
    attributes.require_valid()
    return attributes
