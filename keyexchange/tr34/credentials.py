"""CT-KDH and CT-KRD, the credential tokens: a certificate, and the KDH's with a revocation list. Signed by nobody.

A credential proves nothing by itself: `trust.verify_credential` holds its certificate against an authority.

Source: X9 TR 34-2019, Annex B.6 and B.7; RFC 5652, 5.2 (degenerate SignedData).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki import require_purpose
from keyexchange.pki.declared import read_fields, read_octets, read_only
from keyexchange.pki.der import elements, encode, identifier_of, not_its_structure, require_der
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import DATA, SIGNED_DATA, oid
from keyexchange.tr34.checks import require_carried
from keyexchange.tr34.layouts import Tolerance, met
from keyexchange.tr34.signed import carried, encapsulated, members

_WHAT = "the credential"
_VERSION_1 = bytes(core.Integer(1).dump())
_SIGNED_DATA = oid(SIGNED_DATA)
_EMPTY_SET = encode(asn1.AnySet)
_DATA = oid(DATA)
_SEQUENCE = identifier_of(asn1.SignedData)
_LISTS = 0xA1


@dataclass(frozen=True)
class Credential:
    """A credential, taken apart; nothing in it is verified.

    Args:
        certificate: DER.
        crls: DER; a KDH's credential has the list of its authority.
        tolerances: what was put up with.
    """

    certificate: bytes
    crls: tuple[bytes, ...]
    tolerances: tuple[Tolerance, ...]


def build_kdh_credential(certificate: bytes, crl: bytes) -> bytes:
    """CT-KDH, DER: the certificate that will sign tokens, and the revocation list of its authority.

    Raises:
        FormatError: der_malformed or structure: one of them is none.
        TrustError: purpose_mismatch: the certificate may not sign.
    """
    require_purpose(certificate, "sign")
    return _content_info(encode(asn1.SignedData, *degenerate(b"", certificate, (crl,))))


def build_krd_credential(certificate: bytes) -> bytes:
    """CT-KRD, DER: the certificate that keys are wrapped for.

    Raises:
        FormatError: der_malformed or structure: it is none.
        TrustError: purpose_mismatch: the certificate may not receive keys.
    """
    require_purpose(certificate, "wrap")
    return _content_info(encode(asn1.SignedData, *degenerate(b"", certificate, ())))


def degenerate(content: bytes, certificate: bytes, crls: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The fields of a SignedData that nobody signs, encoded; TR-34's samples have an OCTET STRING, if empty, in it.

    Raises:
        FormatError: category der_malformed: certificate or list is none.
    """
    require_carried((certificate,), crls)
    return (
        _VERSION_1,
        _EMPTY_SET,
        encapsulated(DATA, content),
        *carried((certificate,), crls),
        _EMPTY_SET,
    )


def read_credential(octets: bytes) -> Credential:
    """Take a CT-KDH or CT-KRD apart.

    Raises:
        FormatError: der_malformed or structure.
    """
    require_der(octets, _WHAT)
    outer = read_fields(asn1.AnyContentInfo, octets, _WHAT)
    if outer["content_type"] != _SIGNED_DATA:
        raise FormatError("the credential is not a SignedData", category="structure")
    signed_data = read_only(asn1.Explicit0, outer["content"], _WHAT)
    content, credential = read_degenerate(signed_data, _WHAT)
    if content:
        raise FormatError("the credential has a content", category="structure")
    return credential


def read_degenerate(octets: bytes, what: str) -> tuple[bytes, Credential]:
    """Content and certificate of a SignedData that nobody signed, DER with its SEQUENCE header.

    TR-34's own sample of a KDH credential has the empty signerInfos before the revocation list. A parser that knows
    the right order only refuses it, or loses the list without a word; here the order is put right, and said.

    Raises:
        FormatError: der_malformed or structure.
    """
    require_der(octets, what)
    fields = elements(octets) if octets[:1] == _SEQUENCE else []
    misordered = len(fields) > 1 and fields[-1][0] == _LISTS and fields[-2] == _EMPTY_SET
    if misordered:
        fields[-2:] = reversed(fields[-2:])
    data = read_fields(asn1.SignedData, encode(asn1.SignedData, *fields), what)
    info = read_fields(asn1.EncapsulatedContentInfo, data["encap_content_info"], what)
    content = read_octets(read_only(asn1.Explicit0, info["content"], what), what) if info["content"] else b""
    credential = Credential(
        certificate=_only_certificate(data, info, what),
        crls=members(data["crls"]),
        tolerances=met({Tolerance.LISTS_AFTER_SIGNERS: misordered, Tolerance.CONTENT_ABSENT: not info["content"]}),
    )
    return content, credential


def _only_certificate(data: Mapping[str, bytes], info: Mapping[str, bytes], what: str) -> bytes:
    """The one certificate; it and the lists are looked into, so that nothing fails later."""
    certificates = members(data["certificates"])
    if (
        data["version"] != _VERSION_1
        or data["digest_algorithms"][:1] != _EMPTY_SET[:1]
        or info["content_type"] != _DATA
        or data["signer_infos"] != _EMPTY_SET
        or len(certificates) != 1
    ):
        raise not_its_structure(what)
    require_carried(certificates, members(data["crls"]))
    return certificates[0]


def _content_info(signed_data: bytes) -> bytes:
    return encode(asn1.SignedContentInfo, _SIGNED_DATA, encode(asn1.Explicit0, signed_data))
