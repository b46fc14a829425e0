"""A new PIN on its way into a card: the clear block, its encipherment, and the MAC over the command that carries it.

| Scheme | Block | Encipherment |
|---|---|---|
| Visa | `visa_pin_block` | a length octet, padding, ECB |
| American Express | `visa_pin_block` | as Visa |
| Mastercard | ISO 9564-1 format 2 | the block alone |
| EMV | ISO 9564-1 format 2 | padding, CBC; or what the card's profile says |

That American Express shares Visa's forms rests on one source, IBM CCA's PIN Change/Unblock, which builds both blocks
out of the same parts (AMEXPCU1, AMEXPCU2).
"""

from __future__ import annotations

from typing import NamedTuple

from keyexchange.crypto import TdesKey, xor
from keyexchange.payment.emv.scripts import Encipherment, script_mac
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout, encode
from keyexchange.secret import Secret

_ISO_2 = PinLayout(PinBlockFormat.ISO_2)


class PinChange(NamedTuple):
    """What goes to the card behind the command's header.

    Args:
        enciphered: the enciphered PIN block, 8 or 16 octets.
        mac: eight octets.
    """

    enciphered: bytes
    mac: bytes


def iso_2_pin_block(pin: Pin) -> Secret:
    """The clear block of format 2, which carries a PIN into a chip card. Source: ISO 9564-1:2017, 9.3."""
    return encode(_ISO_2, pin)


def visa_pin_block(cryptogram_master_key: TdesKey, pin: Pin, current_pin: Pin | None = None) -> Secret:
    """Visa's clear block, eight octets: the PIN behind its length, tied to the card and to the PIN that it replaces.

    Args:
        cryptogram_master_key: the card's master key for application cryptograms; octets five to eight of it tie in.
        current_pin: where the card checks that the sender knows it.

    Source: IBM CCA, "Constructing the PIN-block for transporting an EMV smart-card PIN"; knovichikhin/pyemv.
    """
    digits = pin.reveal()
    block = bytes.fromhex(f"{len(digits):02x}{digits.ljust(14, 'f')}")
    block = xor(block, bytes(4) + cryptogram_master_key.secret.reveal()[4:8])
    if current_pin is not None:
        block = xor(block, bytes.fromhex(current_pin.reveal().ljust(16, "0")))
    return Secret(block)


def change_pin(
    confidentiality_key: TdesKey, integrity_key: TdesKey, message: bytes, pin_block: Secret, form: Encipherment
) -> PinChange:
    """The data and the MAC of a PIN CHANGE/UNBLOCK command.

    Args:
        confidentiality_key: session key that enciphers the block.
        integrity_key: session key of the MAC.
        message: the command's header, and what the scheme puts between it and the enciphered data.
        pin_block: clear, as the scheme builds it.

    Raises:
        FormatError: category key_length.

    Source: EMV 4.3 Book 2, 9.2 and 9.3; Book 3, 6.5.10.
    """
    enciphered = form.encipher(confidentiality_key, pin_block.reveal())
    return PinChange(enciphered, script_mac(integrity_key, message + enciphered))
