"""Thales key blocks: `S`, a header of 16 characters, optional blocks, content, MAC in hex.

The header is X9.143's with other versions and with the LMK identifier where X9.143 reserves two characters. Three kinds
of content: a symmetric key (encrypted, hex), an RSA private key (encrypted, raw octets), an RSA public key (clear DER).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, parse_header

from ..errors import Refusal
from .protection import Protection, random_padding

TAG = "S"
EXPORTED = "FF"
"""LMK identifier in a block that is under a ZMK."""
PRIVATE_USAGE, PUBLIC_USAGE = "03", "02"


@dataclass(frozen=True)
class SealedBlock:
    """A block whose MAC was verified.

    Args:
        header: its fields; `reserved` holds the LMK identifier.
        header_octets: the header as the MAC and the IV take it.
        body: what lies between header and MAC.
    """

    header: Header
    header_octets: bytes
    body: bytes


def wrap_symmetric(protection: Protection, header: Header, key: Secret, *, padding: bytes | None = None) -> str:
    """A symmetric key in a block.

    Args:
        header: its version is set to the protection's.
        padding: instead of random octets, to repeat a known block.
    """
    content = (len(key) * 8).to_bytes(2, "big") + key.reveal()
    missing = protection.padding_length(len(content))
    content += random_padding(missing) if padding is None else padding[:missing]
    octets = _header_octets(protection, header, 2 * len(content))
    ciphertext = protection.encrypt(octets, content)
    mac = protection.mac(octets + ciphertext)
    return f"{TAG}{octets.decode('ascii')}{ciphertext.hex().upper()}{mac.hex().upper()}"


def unwrap_symmetric(protection: Protection, text: str) -> tuple[Header, Secret]:
    """Verify a block and take its symmetric key out.

    Raises:
        Refusal: A1 (another kind of LMK), A4, A5, AC, B2.
    """
    block = _opened(protection, text.encode("ascii"), hexadecimal=True)
    content = protection.decrypt(block.header_octets, block.body).reveal()
    octets, odd_bits = divmod(int.from_bytes(content[:2], "big"), 8)
    if odd_bits or not 0 < octets <= len(content) - 2:
        raise Refusal("A5")
    return block.header, Secret(content[2 : 2 + octets])


def wrap_private(protection: Protection, header: Header, sequence: Secret, *, padding: bytes | None = None) -> bytes:
    """An RSA private key in a block; the ciphertext is raw octets."""
    missing = protection.padding_length(len(sequence))
    content = sequence.reveal() + (random_padding(missing) if padding is None else padding[:missing])
    octets = _header_octets(protection, header, len(content))
    ciphertext = protection.encrypt(octets, content)
    return _binary(octets, ciphertext, protection.mac(octets + ciphertext))


def unwrap_private(protection: Protection, block: bytes) -> tuple[Header, Secret]:
    """Verify a block and take the DER of its RSA private key out, padding and all.

    Raises:
        Refusal: A1, A4, A6 (not a private key), AC, B2.
    """
    opened = _opened(protection, block, hexadecimal=False)
    if opened.header.key_usage != PRIVATE_USAGE:
        raise Refusal("A6")
    return opened.header, protection.decrypt(opened.header_octets, opened.body)


def wrap_public(protection: Protection, header: Header, der: bytes) -> bytes:
    """An RSA public key in a block: clear, padded, authenticated."""
    body = der + random_padding(protection.padding_length(len(der)))
    octets = _header_octets(protection, header, len(body))
    return _binary(octets, body, protection.mac(octets + body))


def unwrap_public(protection: Protection, block: bytes) -> tuple[Header, bytes]:
    """Verify a block and take its public key out, padding and all.

    Raises:
        Refusal: A1, A4, A6 (not a public key), AC, B2.
    """
    opened = _opened(protection, block, hexadecimal=False)
    if opened.header.key_usage != PUBLIC_USAGE:
        raise Refusal("A6")
    return opened.header, opened.body


def read_header(text: str) -> Header:
    """The header of a block with its tag; nothing is verified.

    Raises:
        FormatError: categories header_malformed, optional_block.
    """
    return parse_header(text.removeprefix(TAG))[0]


def _header_octets(protection: Protection, header: Header, body: int) -> bytes:
    """The header with its length: all characters after the tag."""
    header = replace(header, version_id=protection.version_id)
    if header.optional_blocks:
        header = header.padded(protection.version.size)
    return header.text(len(header.text(0)) + body + 2 * protection.version.mac).encode("ascii")


def _binary(header: bytes, body: bytes, mac: bytes) -> bytes:
    return TAG.encode("ascii") + header + body + mac.hex().upper().encode("ascii")


def _opened(protection: Protection, block: bytes, *, hexadecimal: bool) -> SealedBlock:
    if block[:2] != f"{TAG}{protection.version_id}".encode("ascii"):
        raise Refusal("A1")
    octets = block[1:]
    header, end = _parsed(octets)
    mac = octets[-2 * protection.version.mac :]
    body = octets[end : -2 * protection.version.mac]
    if hexadecimal:
        body = _unhex(body)
    protection.verify(octets[:end] + body, mac)
    return SealedBlock(header, octets[:end], body)


def _parsed(octets: bytes) -> tuple[Header, int]:
    try:
        return parse_header(octets.decode("latin-1"))
    except FormatError as error:
        raise Refusal("AC" if error.category == "optional_block" else "B2") from None


def _unhex(digits: bytes) -> bytes:
    try:
        return bytes.fromhex(digits.decode("latin-1"))
    except ValueError:
        raise Refusal("A4") from None
