"""Application cryptograms of cards (ARQC, TC, AAC) and the issuer's answer to them (ARPC)."""

from __future__ import annotations

from keyexchange.crypto import TdesKey, xor
from keyexchange.errors import FormatError
from keyexchange.payment.comparing import require_same
from keyexchange.payment.inputs import require_octets
from keyexchange.payment.mac import iso9797_algorithm_3
from keyexchange.payment.padding import Padding

_METHOD_2_OCTETS = 4
_MOST_PROPRIETARY_OCTETS = 8


def application_cryptogram(session_key: TdesKey, data: bytes, *, padding: Padding = Padding.METHOD_2) -> bytes:
    """The eight octets that a card computes over the transaction.

    Args:
        session_key: or the card's master key where the scheme derives none.
        data: the transaction, as the scheme orders it.
        padding: method 2 as EMV has it; method 1 for Visa's cryptogram version 10, and for data that are padded
            already, whatever the method.

    Raises:
        FormatError: category key_length.

    Source: EMV 4.3 Book 2, 8.1.2 and A1.2.1.
    """
    return iso9797_algorithm_3(session_key, data, padding=padding)


def verify_application_cryptogram(
    session_key: TdesKey, data: bytes, cryptogram: bytes, *, padding: Padding = Padding.METHOD_2
) -> None:
    """Compare a card's cryptogram with the calculated one, in constant time.

    Raises:
        FormatError: categories key_length, octet_length.
        MismatchError: reason cryptogram.
    """
    require_octets("cryptogram", cryptogram, 8)
    expected = application_cryptogram(session_key, data, padding=padding)
    require_same(expected, cryptogram, what="the application cryptogram", reason="cryptogram")


def arpc_method_1(key: TdesKey, cryptogram: bytes, response_code: bytes) -> bytes:
    """The issuer's response cryptogram, eight octets: cryptogram XOR response code, under the key.

    Args:
        key: the session key; for Mastercard's own session keys and Visa's version 10, the card's master key.
        response_code: two octets (tag 8A), stands left.

    Raises:
        FormatError: category octet_length.

    Source: EMV 4.3 Book 2, 8.2.1.
    """
    require_octets("cryptogram", cryptogram, 8)
    require_octets("authorisation response code", response_code, 2)
    return key.encrypt_ecb(xor(cryptogram, response_code + bytes(6)))


def arpc_method_2(
    session_key: TdesKey, cryptogram: bytes, card_status_update: bytes, proprietary: bytes = b""
) -> bytes:
    """The issuer's response cryptogram, four octets: a MAC over cryptogram, card status update and proprietary data.

    Args:
        card_status_update: four octets (CSU).
        proprietary: proprietary authentication data, at most eight octets.

    Raises:
        FormatError: categories key_length, octet_length.

    Source: EMV 4.3 Book 2, 8.2.2.
    """
    require_octets("cryptogram", cryptogram, 8)
    require_octets("card status update", card_status_update, 4)
    if len(proprietary) > _MOST_PROPRIETARY_OCTETS:
        raise FormatError(
            f"{len(proprietary)} octets of proprietary authentication data, where 8 are the most",
            category="octet_length",
            hint="give at most 16 hex digits",
        )
    message = cryptogram + card_status_update + proprietary
    return iso9797_algorithm_3(session_key, message, padding=Padding.METHOD_2, length=_METHOD_2_OCTETS)
