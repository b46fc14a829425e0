"""The clear key block: what the envelope protects. It never leaves this package.

Source: X9 TR 34-2019 Annex D.
"""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.declared import read_fields, read_octets
from keyexchange.pki.der import encode, first_element, not_its_structure, require_der
from keyexchange.secret import Secret
from keyexchange.tr34 import asn1
from keyexchange.tr34.attributes import encode_header, header_of
from keyexchange.tr34.layouts import Tolerance, met

_WHAT = "the key block"
_VERSION_0, _VERSION_1 = (bytes(core.Integer(version).dump()) for version in (0, 1))


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
    require_der(clear, _WHAT)
    fields = read_fields(asn1.KeyBlock, clear, _WHAT)
    version = fields["version"]
    if version not in (_VERSION_0, _VERSION_1):
        raise not_its_structure(_WHAT)
    return KeyBlock(
        kdh_id=fields["id_kdh"],
        key=Secret(read_octets(fields["clear_key"], _WHAT)),
        header=header_of(fields["key_block_header"], _WHAT),
        tolerances=met({Tolerance.UNPADDED: not padding, Tolerance.VERSION_0: version == _VERSION_0}),
    )


def _check_padding(padding: bytes, block_octets: int) -> None:
    """Source: RFC 5652, 6.3."""
    if padding and (len(padding) > block_octets or padding != bytes([len(padding)]) * len(padding)):
        raise FormatError("the padding of the key block is wrong", category="structure")
