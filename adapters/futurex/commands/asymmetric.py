"""GRSA and GECC: key pairs. ASYR, ASGC, ASSR, AVPC: requests and certificates."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import LONGEST_NAME, digits, maybe, one_of, text, token
from .values import ASYMMETRIC, CERTIFICATE, CURVES, DATE, HASH, MAJOR_KEY, PAIR_MODES, PMK, PUBLIC_KEY, SWITCH

_AWS = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/futurex/commands.py"
_KEYS = "private and trusted public keys are version D blocks under the PMK (PKCS#8 and SubjectPublicKeyInfo)"
_HASHES = "hashes are counted as in SDDH: 4 SHA-256, 5 SHA-384, 6 SHA-512"
_VALIDITY = "validity is in days; the certificate begins at 00:00 of its first day, local time of the HSM"
X509_V3 = "3"
EXPONENT = "10001"
_DAYS = digits(1, 5)
_SERIAL = digits(1, 48)
_USAGES = text(256)
_NAME = text(LONGEST_NAME)


class RsaPairReply(Reply):
    """Private key and trusted public key under the PMK, public key in clear."""

    code = "GRSA"
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    trusted_key: str | None = maybe("SD", ASYMMETRIC, sensitive=True)
    public_key: bytes = token("RD", PUBLIC_KEY)


class GenerateRsaPair(Request[RsaPairReply]):
    """GRSA: a new RSA pair; the length is in bits, the exponent hexadecimal."""

    code = "GRSA"
    reply = RsaPairReply
    provenance = "capture"
    source = _AWS
    conventions = (_KEYS, "the public key in clear is SubjectPublicKeyInfo", "mode D makes a pair that receives keys")
    bits: str = token("RB", one_of("2048", "3072", "4096"))
    mode: str = token("CZ", PAIR_MODES)
    major_key: str = token("BJ", MAJOR_KEY, default=PMK)
    exponent: str = token("RA", one_of(EXPONENT), default=EXPONENT)
    switch_kb: str | None = maybe("KB", SWITCH, default="1")
    switch_kf: str | None = maybe("KF", SWITCH, default="1")
    switch_sp: str | None = maybe("SP", SWITCH, default="1")


class EccPairReply(Reply):
    """Private key and trusted public key under the PMK, public key in clear."""

    code = "GECC"
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    trusted_key: str | None = maybe("SD", ASYMMETRIC, sensitive=True)
    public_key: bytes = token("RD", PUBLIC_KEY)


class GenerateEccPair(Request[EccPairReply]):
    """GECC: a new pair on a NIST curve: 2 P-256, 3 P-384, 4 P-521."""

    code = "GECC"
    reply = EccPairReply
    provenance = "capture"
    source = _AWS
    conventions = (_KEYS, "the public key in clear is SubjectPublicKeyInfo")
    major_key: str = token("BJ", MAJOR_KEY, default=PMK)
    curve: str = token("RA", one_of(*CURVES))
    switch_kb: str | None = maybe("KB", SWITCH, default="1")
    mode: str = token("CZ", PAIR_MODES)


class SelfSignReply(Reply):
    """The certificate."""

    code = "ASGC"
    certificate: bytes = token("RV", CERTIFICATE)


class SelfSign(Request[SelfSignReply]):
    """ASGC: a self-signed certificate. Usages are OpenSSL's names with commas between."""

    code = "ASGC"
    reply = SelfSignReply
    provenance = "capture"
    source = _AWS
    conventions = (_HASHES, _VALIDITY, "the label RS and the switch AD are ignored", "serial numbers are decimal")
    version: str = token("RY", one_of(X509_V3), default=X509_V3)
    first_day: str = token("BF", DATE)
    days: str = token("XE", _DAYS)
    usages: str = token("KU", _USAGES)
    hash: str = token("AL", HASH)
    switch_ad: str | None = maybe("AD", SWITCH, default="1")
    constraints: str | None = maybe("BC", one_of("CA:TRUE", "CA:FALSE"))
    common_name: str = token("RT", _NAME)
    label: str | None = maybe("RS", text(64))
    serial: str = token("SG", _SERIAL)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)


class CertificationRequestReply(Reply):
    """The request, PKCS#10."""

    code = "ASYR"
    request: bytes = token("RU", CERTIFICATE)


class CertificationRequest(Request[CertificationRequestReply]):
    """ASYR: a request for a certificate, signed by its private key."""

    code = "ASYR"
    reply = CertificationRequestReply
    provenance = "capture"
    source = _AWS
    conventions = (_HASHES, "the token LA is ignored")
    hash: str = token("RG", HASH)
    usages: str = token("KU", _USAGES)
    common_name: str = token("RT", _NAME)
    switch_la: str | None = maybe("LA", SWITCH, default="10201")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)


class SignRequestReply(Reply):
    """The certificate."""

    code = "ASSR"
    certificate: bytes = token("RV", CERTIFICATE)


class SignRequest(Request[SignRequestReply]):
    """ASSR: a certificate for a request, by an issuer's certificate and private key."""

    code = "ASSR"
    reply = SignRequestReply
    provenance = "capture"
    source = _AWS
    conventions = (_HASHES, _VALIDITY, "the switch RG is ignored, AL names the hash", "serial numbers are decimal")
    version: str = token("RY", one_of(X509_V3), default=X509_V3)
    first_day: str = token("BF", DATE)
    days: str = token("XE", _DAYS)
    hash: str = token("AL", HASH)
    usages: str = token("KU", _USAGES)
    request: bytes = token("RU", CERTIFICATE)
    serial: str = token("SG", _SERIAL)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    issuer: bytes = token("RH", CERTIFICATE)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    switch_rg: str | None = maybe("RG", SWITCH, default="1")


class TrustCertificateReply(Reply):
    """The certificate's key, trusted: under the PMK."""

    code = "AVPC"
    trusted_key: str = token("RD", ASYMMETRIC, sensitive=True)


class TrustCertificate(Request[TrustCertificateReply]):
    """AVPC: verify a certificate by its issuer's trusted key, or take it for a root when none is given."""

    code = "AVPC"
    reply = TrustCertificateReply
    provenance = "capture"
    source = _AWS
    conventions = (
        _KEYS,
        "a certificate without SA is trusted as it is, by anybody; a device may want logged-in users for that",
        "a certificate out of date is refused with 59",
    )
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    version: str = token("RY", one_of(X509_V3), default=X509_V3)
    switch_kb: str | None = maybe("KB", SWITCH, default="1")
    mode: str = token("CZ", PAIR_MODES)
    issuer: str | None = maybe("SA", ASYMMETRIC, sensitive=True)
    certificate: bytes = token("RV", CERTIFICATE)
