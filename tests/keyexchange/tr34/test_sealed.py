"""A token of pieces that an HSM has sealed: the same octets as one that was built whole."""

import pytest

from keyexchange import tr34
from keyexchange.crypto import rsa
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import FormatError
from keyexchange.secret import Secret

KDH_ID = bytes.fromhex("301B30153113301106035504030C0A53494D204B444820434102022002")
KRD_ID = bytes.fromhex("301B30153113301106035504030C0A53494D204B524420434102021001")
HEADER, NONCE = "B9999K1TB00E0000", b"12345678"


@pytest.fixture(scope="module")
def whole():
    key = rsa.generate(2048)
    return tr34.build_parts(
        Secret(bytes(range(24))),
        HEADER,
        kdh_id=KDH_ID,
        krd_id=KRD_ID,
        krd_public_key=key.public_key(),
        sign=lambda octets: sign_pkcs1_sha256(key, octets),
        cipher=tr34.DES_EDE3_CBC,
        nonce=NONCE,
    )


def enclosed(envelope, **changes):
    values = {"krd_id": KRD_ID, "header": HEADER, "nonce": NONCE, **changes}
    return tr34.enclose_sealed(
        wrapped_key=envelope.wrapped_cek,
        iv=envelope.iv,
        block=envelope.ciphertext,
        cipher=tr34.DES_EDE3_CBC,
        **values,
    )


def test_the_pieces_make_the_same_octets(whole):
    envelope = tr34.read(tr34.assemble(whole, KDH_ID)).envelope
    unsigned = enclosed(envelope)
    assert unsigned.enveloped == whole.enveloped
    assert unsigned.signed_attributes == whole.signed_attributes
    assert whole.enveloped.endswith(unsigned.content)
    parts = tr34.TokenParts(unsigned.signed_attributes, unsigned.enveloped, whole.signature)
    assert tr34.assemble(parts, KDH_ID) == tr34.assemble(whole, KDH_ID)


def test_awss_sizes(whole):
    """Source: the layout of AWS's Atalla script with these identifiers: an envelope of 508 octets, 137 signed."""
    envelope = tr34.read(tr34.assemble(whole, KDH_ID)).envelope
    unsigned = enclosed(envelope)
    assert len(unsigned.content) == 508
    assert len(unsigned.signed_attributes) == 137
    places = [
        2 * unsigned.content.index(piece) + 1 for piece in (envelope.wrapped_cek, envelope.iv, envelope.ciphertext)
    ]
    assert places == [237, 805, 825]


@pytest.mark.parametrize("change", [{"krd_id": b"\x30\x00"}, {"header": "short"}])
def test_what_is_no_identifier_or_header_is_refused(whole, change):
    envelope = tr34.read(tr34.assemble(whole, KDH_ID)).envelope
    with pytest.raises(FormatError):
        enclosed(envelope, **change)
