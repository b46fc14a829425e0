"""Issuer scripts: commands to a card, with a MAC for integrity and encipherment for confidentiality.

Source: EMV 4.3 Book 2, 9.2 and 9.3, format 2 (the command's data without BER-TLV around them).
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.data import CipherMode, decrypt, encrypt
from keyexchange.payment.mac import iso9797_algorithm_3
from keyexchange.payment.padding import Padding, pad_one_and_zeros

_LONGEST_WITH_LENGTH = 255


def script_mac(session_key: TdesKey, message: bytes, *, length: int = 8) -> bytes:
    """The MAC of a script command.

    Args:
        session_key: for integrity (SMI).
        message: the command's header and data, and what the scheme puts between them (counter, cryptogram).
        length: octets, 4 to 8.

    Raises:
        FormatError: categories key_length, mac_length.

    Source: EMV 4.3 Book 2, 9.2.3 and A1.2.1.
    """
    return iso9797_algorithm_3(session_key, message, padding=Padding.METHOD_2, length=length)


@dataclass(frozen=True)
class Encipherment:
    """How the plain data of a command become blocks, and how those are enciphered.

    Args:
        mode: ECB, or CBC with an IV of zeros.
        length_first: an octet with the length of the data goes before them.
        padded: padding method 2 behind the data. Without it, whole blocks are needed.

    Raises:
        FormatError: category script_form: a length octet without padding, or another mode.
    """

    mode: CipherMode
    length_first: bool
    padded: bool

    def __post_init__(self) -> None:
        if self.length_first and not self.padded:
            raise FormatError(
                "a length octet before the data leaves no whole blocks without padding",
                category="script_form",
                hint="ask for ISO/IEC 7816-4 padding with it, or leave both out",
            )
        if self.mode not in (CipherMode.ECB, CipherMode.CBC):
            raise FormatError(
                "script data are enciphered in ECB or CBC mode", category="script_form", hint="choose one of the two"
            )

    def encipher(self, session_key: TdesKey, data: bytes) -> bytes:
        """The data of the command, enciphered.

        Args:
            session_key: for confidentiality (SMC).

        Raises:
            FormatError: category data_length: not whole blocks where nothing is padded, or longer than the length
                octet can say.
        """
        if self.length_first:
            if len(data) > _LONGEST_WITH_LENGTH:
                raise FormatError(
                    f"{len(data)} octets of script data", category="data_length", hint="a length octet tells 255"
                )
            data = bytes([len(data)]) + data
        return encrypt(session_key, self.mode, pad_one_and_zeros(data, 8) if self.padded else data)

    def decipher(self, session_key: TdesKey, enciphered: bytes) -> bytes:
        """What a card makes of it.

        Raises:
            FormatError: category data_length; category script_data: not what this form gives. One error for all
                faults of the content.
        """
        data = decrypt(session_key, self.mode, enciphered)
        if self.padded:
            data, mark, rest = data.rpartition(b"\x80")
            if not mark or any(rest) or len(rest) > 7:
                raise _not_this_form()
        if self.length_first:
            if not data or data[0] != len(data) - 1:
                raise _not_this_form()
            data = data[1:]
        return data


VISA = Encipherment(CipherMode.ECB, length_first=True, padded=True)
"""Visa. Source: IBM CCA, "Constructing the PIN-block for transporting an EMV smart-card PIN"; knovichikhin/pyemv."""

MASTERCARD = Encipherment(CipherMode.CBC, length_first=False, padded=False)
"""Mastercard, for data of whole blocks, such as a PIN block. Source: knovichikhin/pyemv."""

EMV = Encipherment(CipherMode.CBC, length_first=False, padded=True)
"""EMV as the Book has it. Source: EMV 4.3 Book 2, 9.3.2 and A1.1; knovichikhin/pyemv."""


def _not_this_form() -> FormatError:
    return FormatError(
        "the script data do not decipher",
        category="script_data",
        hint="the session key or the form of the encipherment is another one",
    )
