"""PINs under keys: encryption, decryption and translation of PIN blocks.

Formats 0 to 3 are one block under TDES. Format 4 is two under AES, the PAN between them: E(K, E(K, PIN field) ^ PAN
field). The clear PIN of a translation never leaves its function.

Source: ISO 9564-1:2017, 9.3 and 9.4; ANSI X9.24-3:2017 supplement (test vectors of format 4).
"""

from __future__ import annotations

from keyexchange.crypto import BlockCipherKey
from keyexchange.errors import RuleError, UnsupportedError
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinLayout

_PERMITTED = {"0": "0342", "1": "01342", "2": "", "3": "0342", "4": "0342"}
"""From a format to those it may be translated to. Format 2 only on the way to a chip card."""


def encrypt_pin(key: BlockCipherKey, layout: PinLayout, pin: Pin, *, fill: str | None = None) -> bytes:
    """The encrypted PIN block: 8 octets under TDES, 16 (format 4) under AES.

    Args:
        fill: as in `pin_blocks.encode`.

    Raises:
        UnsupportedError: TDES with format 4, AES with another.
        FormatError: category pin_fill.
    """
    _require_cipher(key, layout)
    return _sealed(key, layout, pin.reveal(), fill)


def decrypt_pin(key: BlockCipherKey, layout: PinLayout, block: bytes) -> Pin:
    """The PIN of an encrypted PIN block.

    Raises:
        UnsupportedError: TDES with format 4, AES with another.
        FormatError: category pin_block_length; category pin_block, which does not tell what is wrong in it.
    """
    _require_cipher(key, layout)
    layout.check_length(block)
    return Pin(_opened(key, layout, block))


def translate_pin(
    incoming_key: BlockCipherKey,
    incoming: PinLayout,
    block: bytes,
    outgoing_key: BlockCipherKey,
    outgoing: PinLayout,
    *,
    pan_may_change: bool = False,
    fill: str | None = None,
) -> bytes:
    """The same PIN in a block under another key, in another layout or both.

    Args:
        block: encrypted, as many octets as the incoming format has.
        pan_may_change: as an issuer does when a card gets a new number. Otherwise two PANs must be equal.
        fill: as in `pin_blocks.encode`, for the outgoing block.

    Raises:
        RuleError: rule pin-translation.
        UnsupportedError: TDES with format 4, AES with another.
        FormatError: categories pin_block_length, pin_block, pin_fill.

    Source: ISO 9564-1:2017, 9.5, and PCI PIN Security Requirements v3.1, requirement 3-3 (permitted translations).
    """
    _require_cipher(incoming_key, incoming)
    _require_cipher(outgoing_key, outgoing)
    incoming.check_length(block)
    _require_permitted(incoming, outgoing, pan_may_change=pan_may_change)
    return _sealed(outgoing_key, outgoing, _opened(incoming_key, incoming, block), fill)


def _sealed(key: BlockCipherKey, layout: PinLayout, digits: str, fill: str | None) -> bytes:
    block = key.encrypt_ecb(layout.write(digits, fill))
    return block if layout.octets == 8 else key.encrypt_ecb(_with_pan(block, layout))


def _opened(key: BlockCipherKey, layout: PinLayout, block: bytes) -> str:
    clear = key.decrypt_ecb(block)
    return layout.read(clear if layout.octets == 8 else key.decrypt_ecb(_with_pan(clear, layout)))


def _with_pan(block: bytes, layout: PinLayout) -> bytes:
    return (int.from_bytes(block, "big") ^ layout.tied).to_bytes(16, "big")


def _require_cipher(key: BlockCipherKey, layout: PinLayout) -> None:
    if key.block_size != layout.octets:
        raise UnsupportedError(
            f"PIN blocks of format {layout.control} are not encrypted under this kind of key",
            hint="format 4 goes with AES, formats 0 to 3 go with TDES",
        )


def _require_permitted(incoming: PinLayout, outgoing: PinLayout, *, pan_may_change: bool) -> None:
    source, target = incoming.control, outgoing.control
    if target not in _PERMITTED[source]:
        raise RuleError(
            f"a PIN block of format {source} is not translated to format {target}",
            rule="pin-translation",
            hint="translate to format 0, 3 or 4 with the PAN",
        )
    if incoming.pan != outgoing.pan and incoming.pan and outgoing.pan and not pan_may_change:
        raise RuleError(
            "the PAN changes in the translation",
            rule="pin-translation",
            hint="give the same PAN on both sides; only the issuer of a card gives its PIN to another number",
        )
