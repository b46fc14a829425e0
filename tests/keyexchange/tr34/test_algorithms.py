"""OAEP parameters mean what they say, in either encoding."""

from __future__ import annotations

import pytest

from keyexchange.errors import FormatError
from keyexchange.pki.der import encode
from keyexchange.secret import Secret
from keyexchange.tr34 import AES128_CBC, DES_EDE3_CBC, ContentCipher, Oaep, asn1
from keyexchange.tr34.algorithms import OAEP_IDENTIFIER, oid, read_oaep

RSAES_OAEP = "06092A864886F70D010107"
SHA1, SHA256, SHA512 = "300906052B0E03021A0500", "300D06096086480165030402010500", "300D06096086480165030402030500"
MGF1_OID, LABEL_OID = "06092A864886F70D010108", "06092A864886F70D010109"


def tlv(tag: str, *parts: str) -> str:
    contents = "".join(parts)
    return f"{tag}{len(contents) // 2:02X}{contents}"


def mgf1(digest: str) -> str:
    return tlv("30", MGF1_OID, digest)


def label(text: str) -> str:
    return tlv("30", LABEL_OID, tlv("04", text))


def identifier(*parameters: str) -> bytes:
    return bytes.fromhex(tlv("30", RSAES_OAEP, *parameters))


def test_the_plain_form_is_the_one_of_the_samples() -> None:
    """TR34-FORMATS calls it the 56 content octets of Annex B."""
    assert len(OAEP_IDENTIFIER) == 2 + 11 + 2 + 56
    assert read_oaep(OAEP_IDENTIFIER) == Oaep("sha256", "sha256", b"", tagged=False)


READINGS = {
    "plain": ((tlv("30", SHA256, mgf1(SHA256), label("")),), Oaep("sha256", "sha256", b"", False)),
    "plain, SHA-512": ((tlv("30", SHA512, mgf1(SHA512), label("")),), Oaep("sha512", "sha512", b"", False)),
    "plain, mixed": ((tlv("30", SHA256, mgf1(SHA1), label("")),), Oaep("sha256", "sha1", b"", False)),
    "plain, label": ((tlv("30", SHA256, mgf1(SHA256), label("AABB")),), Oaep("sha256", "sha256", b"\xaa\xbb", False)),
    "tagged": ((tlv("30", tlv("A0", SHA256), tlv("A1", mgf1(SHA256))),), Oaep("sha256", "sha256", b"", True)),
    "tagged, label": (
        (tlv("30", tlv("A0", SHA256), tlv("A1", mgf1(SHA256)), tlv("A2", label("AA"))),),
        Oaep("sha256", "sha256", b"\xaa", True),
    ),
    "tagged, MGF left out": ((tlv("30", tlv("A0", SHA256)),), Oaep("sha256", "sha1", b"", True)),
    "all left out": (("3000",), Oaep("sha1", "sha1", b"", True)),
    "unknown digest": (
        (tlv("30", tlv("30", "06022A03"), mgf1(SHA256), label("")),),
        Oaep("1.2.3", "sha256", b"", False),
    ),
}


@pytest.mark.parametrize(("parameters", "oaep"), READINGS.values(), ids=READINGS)
def test_parameters_are_read_as_written(parameters: tuple[str, ...], oaep: Oaep) -> None:
    assert read_oaep(identifier(*parameters)) == oaep
    assert oaep.is_tr34 is ((oaep.digest, oaep.mgf_digest, oaep.label) == ("sha256", "sha256", b""))


REFUSED = {
    "no parameters": (),
    "null": ("0500",),
    "plain and cut short": (tlv("30", SHA256),),
    "no MGF1": (tlv("30", SHA256, tlv("30", LABEL_OID, SHA256), label("")),),
    "MGF1 of nothing": (tlv("30", SHA256, tlv("30", MGF1_OID), label("")),),
    "label not specified": (tlv("30", SHA256, mgf1(SHA256), tlv("30", MGF1_OID, "0400")),),
    "plain after tagged": (tlv("30", tlv("A0", SHA256), mgf1(SHA256)),),
    "one too many": (tlv("30", SHA256, mgf1(SHA256), label(""), "0500"),),
}


@pytest.mark.parametrize("parameters", REFUSED.values(), ids=REFUSED)
def test_other_parameters_are_refused(parameters: tuple[str, ...]) -> None:
    with pytest.raises(FormatError):
        read_oaep(identifier(*parameters))


def test_another_wrapping_is_refused() -> None:
    with pytest.raises(FormatError, match="RSAES-OAEP"):
        read_oaep(encode(asn1.AlgorithmIdentifier, oid("1.2.840.113549.1.1.1"), b"\x05\x00"))


@pytest.mark.parametrize(("cipher", "octets"), [(DES_EDE3_CBC, 16), (AES128_CBC, 24), (AES128_CBC, 32)])
def test_a_content_key_has_the_length_of_its_cipher(cipher: ContentCipher, octets: int) -> None:
    with pytest.raises(FormatError):
        cipher.key(Secret(bytes(range(octets))))
