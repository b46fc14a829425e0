"""Answers to EI, EO and QE."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID

from keyexchange.crypto.rsa import PUBLIC_EXPONENT, generate, public_pkcs1

from ..commands import (
    CertificationRequest,
    CertificationRequestReply,
    GenerateKeyPair,
    GenerateKeyPairReply,
    ImportPublicKey,
    ImportPublicKeyReply,
    Subject,
)
from ..errors import Refusal
from ..fields import PrivateKey
from ..lmk.rsa_numbers import unsigned_public_key
from .device import Device, answers

_UNSIGNED, _TWOS_COMPLEMENT = "01", "02"
_ENCODERS = {_UNSIGNED: unsigned_public_key, _TWOS_COMPLEMENT: public_pkcs1}
_SHORTEST, _LONGEST = 1024, 4096
"""RSA bits. The HSM allows 320; the library that generates here does not go below 1024."""
_PEM, _HEX = "0", "1"
_HASHES: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "06": hashes.SHA256(),
    "07": hashes.SHA384(),
    "08": hashes.SHA512(),
}
_NAMES = (
    (NameOID.COMMON_NAME, "common_name"),
    (NameOID.ORGANIZATION_NAME, "organization"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "organizational_unit"),
    (NameOID.LOCALITY_NAME, "locality"),
    (NameOID.STATE_OR_PROVINCE_NAME, "state"),
    (NameOID.COUNTRY_NAME, "country"),
)


@answers(GenerateKeyPair, slow=True)
def generate_key_pair(device: Device, request: GenerateKeyPair) -> GenerateKeyPairReply:
    """EI."""
    rules = device.lmk(request.lmk)
    device.require_authorised("generate", "rsa")
    if request.key_type not in ("0", "1", "2"):
        raise Refusal("04")
    if request.encoding not in _ENCODERS:
        raise Refusal("03")
    if not _SHORTEST <= int(request.bits) <= _LONGEST or int(request.bits) % 16:
        raise Refusal("05")
    if request.exponent not in (None, PUBLIC_EXPONENT):
        raise Refusal("06")
    if int(request.bits) > rules.longest_rsa:
        raise Refusal("48")
    key = generate(int(request.bits))
    return GenerateKeyPairReply(
        public_key=_ENCODERS[request.encoding](key.public_key()), private_key=rules.keep_private_key(key, request)
    )


@answers(ImportPublicKey)
def import_public_key(device: Device, request: ImportPublicKey) -> ImportPublicKeyReply:
    """EO."""
    rules = device.lmk(request.lmk)
    if request.encoding not in _ENCODERS:
        raise Refusal("03")
    if request.encoding == _TWOS_COMPLEMENT:
        load_public_key(request.public_key, code="76")
    return ImportPublicKeyReply(public_key=rules.keep_public_key(request))


@answers(CertificationRequest)
def certification_request(device: Device, request: CertificationRequest) -> CertificationRequestReply:
    """QE."""
    rules = device.lmk(request.lmk)
    _require_form(request)
    public_key = load_public_key(request.public_key, code="E4")
    private_key = rules.signing_key(PrivateKey(request.private_key, block=True))
    if private_key.public_key() != public_key:
        raise Refusal("E4")
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(request.subject))
    scheme = padding.PKCS1v15() if request.padding == "01" else None
    signed = builder.sign(private_key, _HASHES[request.digest], rsa_padding=scheme)
    if request.output_format == _PEM:
        return CertificationRequestReply(request=signed.public_bytes(Encoding.PEM))
    return CertificationRequestReply(request=signed.public_bytes(Encoding.DER).hex().upper().encode("ascii"))


def _require_form(request: CertificationRequest) -> None:
    accepted = (
        ("E0", request.request_type, ("0",)),
        ("E1", request.output_format, (_PEM, _HEX)),
        ("47", request.signature, ("01",)),
        ("E2", request.encoding, (_TWOS_COMPLEMENT,)),
        ("07", request.padding, ("01",)),
        ("05", request.digest, tuple(_HASHES)),
        ("E7", request.subject_type, ("1",)),
    )
    for code, value, values in accepted:
        if value not in values:
            raise Refusal(code)


def _name(subject: Subject) -> x509.Name:
    try:
        return x509.Name([x509.NameAttribute(oid, getattr(subject, field)) for oid, field in _NAMES])
    except ValueError:  # an empty field, a country that is not two letters
        raise Refusal("E9") from None


def load_public_key(der: bytes, *, code: str) -> rsa.RSAPublicKey:
    """A PKCS#1 RSAPublicKey.

    Raises:
        Refusal: the code.
    """
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise Refusal(code) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refusal(code)
    return key
