"""Keys that protect other keys in TR-31 blocks, and the headers of what they protect."""

from __future__ import annotations

from keyexchange.crypto import is_single_des
from keyexchange.hsm.apc.attributes import MODES, USAGE_NAMES
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import Attributes
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_usable_key
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock

WRAPPING_USAGES = ("K0", "K1")
_COMPONENT = "c"
HMAC_HASHES = {
    "20": KeyAlgorithm.HMAC_SHA224,
    "21": KeyAlgorithm.HMAC_SHA256,
    "22": KeyAlgorithm.HMAC_SHA384,
    "23": KeyAlgorithm.HMAC_SHA512,
}
"""The hash of an HMAC key, from optional block HM. Source: ANSI X9.143:2021, 6.3.6.5, table 13."""

_HMAC_CODES = {algorithm: code for code, algorithm in HMAC_HASHES.items()}


def find_wrapping_key(hsm: Hsm, context: Context, identifier: str, *, to: str) -> tuple[KeyRecord, Kbpk]:
    """A key that may protect others.

    Args:
        to: "Wrap" or "Unwrap", as KeyModesOfUse spells it.

    Raises:
        ApiError: ResourceNotFoundException, ConflictException, ValidationException.
    """
    record = find_usable_key(hsm, context, identifier)
    if record.usage not in WRAPPING_USAGES or record.block is None:
        raise validation(
            f"WrappingKeyIdentifier has KeyUsage {USAGE_NAMES[record.usage]}, which does not protect other keys"
        )
    if not MODES[record.mode_of_use] & {to, "NoRestrictions"}:
        raise validation(f"WrappingKeyIdentifier does not have {to} among its KeyModesOfUse")
    return record, hsm.vault.kbpk(record.block, record.algorithm.letter.value)


def imported_attributes(header: Header, key: Secret) -> Attributes:
    """What a received key is, by its authenticated header and its octets.

    Raises:
        ApiError: ValidationException: the service has no such key, it is a component (X9.143:2021, 6.2: key version
            number "c" and a digit), or it is single DES in the length of TDES.
    """
    if header.key_version_number.startswith(_COMPONENT):
        raise validation("The key block holds a key component, which is not a key")
    if header.key_usage not in USAGE_NAMES:
        raise validation(f"The key block's key usage {header.key_usage} is not supported")
    if header.mode_of_use not in MODES:
        raise validation(f"The key block's mode of use {header.mode_of_use} is not supported")
    algorithm = _algorithm(header, key)
    if algorithm.letter is Algorithm.T and is_single_des(key):
        raise validation(f"The key block's {algorithm} key has equal parts, which makes it a single DES key")
    return Attributes(
        key_class=KeyClass.SYMMETRIC_KEY,
        usage=header.key_usage,
        algorithm=algorithm,
        mode_of_use=header.mode_of_use,
        exportable=header.exportability != "N",
        origin=KeyOrigin.EXTERNAL,
    )


def require_material(member: str, algorithm: KeyAlgorithm, key: Secret) -> None:
    """Refuse a key that came without a header and is not what the request says it is.

    Args:
        member: of the request, for the message.

    Raises:
        ApiError: ValidationException.
    """
    if len(key) != algorithm.octets:
        raise validation(f"{member} does not hold an {algorithm} key: it has {len(key)} octets")
    if algorithm.letter is Algorithm.T and is_single_des(key):
        raise validation(f"{member} holds a TDES key with equal parts, which makes it a single DES key")


def hash_block(algorithm: KeyAlgorithm) -> tuple[OptionalBlock, ...]:
    """The HM block that the header of an HMAC key must have; none for other keys."""
    code = _HMAC_CODES.get(algorithm)
    return (OptionalBlock("HM", code),) if code else ()


def _algorithm(header: Header, key: Secret) -> KeyAlgorithm:
    try:
        if header.algorithm == "H":
            return HMAC_HASHES[next(block.data for block in header.optional_blocks if block.block_id == "HM")]
        return KeyAlgorithm.of_symmetric(header.algorithm, len(key))
    except (KeyError, StopIteration):
        raise validation("The key block's algorithm and key length are not supported") from None
