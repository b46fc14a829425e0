"""The clear key block: what the envelope protects. It never leaves this package.

Source: X9 TR 34-2019 Annex D.
"""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.der import decode, encode, first_element, reading
from keyexchange.secret import Secret
from keyexchange.tr34 import asn1
from keyexchange.tr34.attributes import encode_header, header_of
from keyexchange.tr34.layouts import Tolerance, met

_WHAT = "the key block"
_VERSION_1 = bytes(core.Integer(1).dump())


@dataclass(frozen=True)
class KeyBlock:
    """A key, the KDH that sends it, and what it may be used for.

    Args:
        kdh_id: DER IssuerAndSerialNumber.
        key: the clear key.
        header: TR-31 header text.
        tolerances: what was put up with.
    """

    kdh_id: bytes
    key: Secret
    header: str
    tolerances: tuple[Tolerance, ...] = ()


def encode_padded(block: KeyBlock, block_octets: int) -> Secret:
    """DER and PKCS#7 padding; ready to be encrypted."""
    clear = encode(
        asn1.KeyBlock,
        _VERSION_1,
        block.kdh_id,
        encode(core.OctetString, block.key.reveal()),
        encode_header(block.header),
    )
    count = block_octets - len(clear) % block_octets
    return Secret(clear + bytes([count]) * count)


def decode_padded(padded: Secret, block_octets: int) -> KeyBlock:
    """What `encode_padded` made, or a block of whole cipher blocks without padding (tolerance).

    Raises:
        FormatError: der_malformed or structure; the caller hides which.
    """
    clear, padding = first_element(padded.reveal(), _WHAT)
    _check_padding(padding, block_octets)
    value = decode(asn1.KeyBlock, clear, _WHAT)
    with reading(_WHAT):
        version = value["version"].native
        if version not in (0, 1):
            raise ValueError
        return KeyBlock(
            kdh_id=value["id_kdh"].dump(),
            key=Secret(value["clear_key"].native),
            header=header_of(value["key_block_header"]),
            tolerances=met({Tolerance.UNPADDED: not padding, Tolerance.VERSION_0: version == 0}),
        )


def _check_padding(padding: bytes, block_octets: int) -> None:
    """Source: RFC 5652, 6.3."""
    if padding and (len(padding) > block_octets or padding != bytes([len(padding)]) * len(padding)):
        raise FormatError("the padding of the key block is wrong", category="structure")
