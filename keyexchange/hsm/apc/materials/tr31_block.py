"""Tr31KeyBlock: a key block under a key that both sides have; and what all blocks under any such key share."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import enrol_secret
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.headers import export_header
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.wrapping import find_wrapping_key, imported_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.tr31 import Kbpk


def receive(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Source: APC API reference, ImportTr31KeyBlock."""
    wrapping, kbpk = find_wrapping_key(hsm, context, material["WrappingKeyIdentifier"], to="Unwrap")
    return receive_under(hsm, context, request, material["WrappedKeyBlock"], kbpk=kbpk, wrapping=wrapping.algorithm)


def send(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    """Source: APC API reference, ExportTr31KeyBlock."""
    wrapping, kbpk = find_wrapping_key(hsm, context, material["WrappingKeyIdentifier"], to="Wrap")
    return wrapping, send_under(outgoing, kbpk, wrapping.algorithm, material.get("KeyBlockHeaders", {}))


def receive_under(
    hsm: Hsm, context: Context, request: Values, block: str, *, kbpk: Kbpk, wrapping: KeyAlgorithm
) -> KeyRecord:
    """Keep the key of a block.

    Raises:
        ApiError: ValidationException: it does not open, or may not be taken.
    """
    try:
        content = tr31.unwrap(kbpk, block)
    except FormatError as error:
        raise validation(f"WrappedKeyBlock can not be unwrapped: {error.message}") from None
    attributes = imported_attributes(content.header, content.key)
    require_strength(wrapping, attributes.algorithm, strength=kbpk.strength)
    return enrol_secret(hsm, context, request, attributes, content.key)


def send_under(outgoing: Outgoing, kbpk: Kbpk, wrapping: KeyAlgorithm, asked: Values) -> str:
    """A block of the version that fits the key that protects it: D for AES, B for TDES.

    Args:
        asked: the request's KeyBlockHeaders.

    Raises:
        ApiError: ValidationException.
    """
    require_strength(wrapping, outgoing.algorithm, strength=kbpk.strength)
    header = export_header(outgoing, "D" if wrapping.letter is Algorithm.A else "B", asked)
    try:
        return tr31.wrap(kbpk, header, outgoing.key, odd_header=True)  # AWS's own table allows more than X9.143 has
    except FormatError as error:
        raise validation(f"KeyBlockHeaders can not be written: {error.message}") from None
