"""SignedData: what the signature does not cover has one value each."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.der import encode
from keyexchange.tr34 import Tolerance, asn1, read, verify
from keyexchange.tr34.algorithms import ENVELOPED_DATA, SIGNED_DATA, oid
from tests.keyexchange.tr34.lab import certificate, crl, expected_nonce, token_of
from tests.vectors import vectors

VECTOR = vectors("tr34_computed", "key_token")[0].values[0]
TOKEN = token_of(VECTOR)
RFC_5754 = {Tolerance.DIGEST_NULL, Tolerance.SIGNATURE_NAMES_HASH}
SIGNED = asn1.SignedContentInfo.load(TOKEN)["content"]
SIGNER = SIGNED["signer_infos"][0]
FIELDS = ("version", "digest_algorithms", "encap_content_info", "certificates", "crls", "signer_infos")
SIGNER_FIELDS = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")

ONE, THREE, NULL = (bytes(value.dump()) for value in (core.Integer(1), core.Integer(3), core.Null()))
SHA256_NULL = bytes.fromhex("300D06096086480165030402010500")
SHA256_RSA = bytes.fromhex("300D06092A864886F70D01010B0500")
SHA256_EMPTY = bytes.fromhex("300D06096086480165030402013000")
SHA384 = bytes.fromhex("300B0609608648016503040202")
SHA384_NULL = bytes.fromhex("300D06096086480165030402020500")
SHA384_RSA = bytes.fromhex("300D06092A864886F70D01010C0500")
RSA_WITHOUT_NULL = bytes.fromhex("300B06092A864886F70D010101")
SHA1 = bytes.fromhex("300906052B0E03021A0500")


def rebuilt(**replaced: bytes) -> bytes:
    """The token with fields of its SignedData replaced."""
    fields = [replaced.get(name, SIGNED[name].dump()) for name in FIELDS]
    signed = encode(asn1.SignedData, *fields, replaced.get("more", b""))
    return encode(asn1.SignedContentInfo, oid(SIGNED_DATA), encode(asn1.Explicit0, signed))


def signer(**replaced: bytes) -> bytes:
    """The token's SignerInfo with fields replaced."""
    return encode(asn1.SignerInfo, *(replaced.get(name, SIGNER[name].dump()) for name in SIGNER_FIELDS))


def signers(*infos: bytes) -> bytes:
    return encode(asn1.SignerInfos, *infos)


def test_rebuilding_changes_nothing() -> None:
    assert rebuilt() == rebuilt(signer_infos=signers(signer())) == TOKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"version": THREE},
        {"digest_algorithms": encode(asn1.AnySet, SHA1)},
        {"digest_algorithms": encode(asn1.AnySet)},
        {"signer_infos": signers()},
        {"signer_infos": signers(signer(), signer())},
        {"signer_infos": signers(signer(version=THREE))},
        {"signer_infos": signers(signer(digest_algorithm=SHA1))},
        {"digest_algorithms": encode(asn1.AnySet, SHA384)},
        {"digest_algorithms": encode(asn1.AnySet, SHA256_EMPTY)},
        {"signer_infos": signers(signer(digest_algorithm=SHA384_NULL))},
        {"signer_infos": signers(signer(signature_algorithm=SHA384_RSA))},
        {"signer_infos": signers(signer(signature_algorithm=RSA_WITHOUT_NULL))},
        {"signer_infos": signers(signer(sid=bytes.fromhex("80021234")))},
        {"signer_infos": signers(signer(signature=NULL))},
        {"signer_infos": signers(signer(signed_attrs=b""))},
        {"encap_content_info": encode(asn1.EncapsulatedContentInfo, oid(ENVELOPED_DATA))},
        {"more": NULL},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_values_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FormatError) as caught:
        read(rebuilt(**changes))
    assert caught.value.category == "structure"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"signer_infos": signers(signer(digest_algorithm=SHA256_NULL))}, (Tolerance.DIGEST_NULL,)),
        ({"digest_algorithms": encode(asn1.AnySet, SHA256_NULL)}, (Tolerance.DIGEST_NULL,)),
        ({"signer_infos": signers(signer(signature_algorithm=SHA256_RSA))}, (Tolerance.SIGNATURE_NAMES_HASH,)),
        (
            {
                "digest_algorithms": encode(asn1.AnySet, SHA256_NULL),
                "signer_infos": signers(signer(digest_algorithm=SHA256_NULL, signature_algorithm=SHA256_RSA)),
            },
            (Tolerance.DIGEST_NULL, Tolerance.SIGNATURE_NAMES_HASH),
        ),
    ],
    ids=["signer", "outer", "signature", "all"],
)
def test_algorithms_as_in_rfc_5754_are_read_and_reported(changes: dict[str, Any], named: tuple[Tolerance, ...]) -> None:
    token = read(rebuilt(**changes))
    assert tuple(tolerance for tolerance in token.tolerances if tolerance in RFC_5754) == named
    verify(token, kdh_certificate=certificate("kdh_2048"), nonce=expected_nonce(VECTOR))


def test_tokens_of_ours_need_no_leave_in_naming_algorithms() -> None:
    assert not RFC_5754 & set(read(TOKEN).tolerances)


def test_carried_certificates_and_lists_are_given_as_they_are() -> None:
    certificates = encode(asn1.AnySet, certificate("kdh_2048"), certificate("ca_kdh"))
    token = read(rebuilt(certificates=b"\xa0" + certificates[1:], crls=b"\xa1" + encode(asn1.AnySet, crl())[1:]))
    assert token.certificates == (certificate("kdh_2048"), certificate("ca_kdh"))
    assert token.crls == (crl(),)
