"""Answers to TRTP, SDDH, ZTRI, ZRSI and ZRSE."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import rsa as rsa_wrap
from keyexchange.crypto.ec import CURVES, shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.crypto.rsa import WrappingSpec, sign_pkcs1_sha256
from keyexchange.errors import FormatError, RuleError, TrustError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.tr31 import Header

from ..commands import (
    AgreeKey,
    AgreeKeyReply,
    ExportRsa,
    ExportRsaReply,
    ExportTr34,
    ExportTr34Reply,
    ImportRsa,
    ImportRsaReply,
    ImportTr34,
    ImportTr34Reply,
)
from ..commands.conventions import OAEP_SPECS
from ..commands.exchange import KDFS
from ..commands.values import HASHES, KEY_TYPES
from ..errors import Refusal
from .certificates import load_certificate, require_in_date, require_signed_by
from .device import Device, answers
from .rules import OpenKey, check_digits, open_key, private_rsa_key, read_header, require_exportable, trusted_key
from .symmetric import require_distinct_parts

_ENVELOPES = {"3": tr34.DES_EDE3_CBC, "4": tr34.AES128_CBC, "6": tr34.AES256_CBC}
"""CT of TRTP."""
_BLOCK_LENGTHS = {16: 80, 24: 96, 32: 112}
"""Characters of a version B block with a key of so many octets: what the header says, though no block follows it."""
_DERIVED = {"T": Header("D", "K1", "T", "B", exportability="N"), "A": Header("D", "K1", "A", "B", exportability="N")}
_MAC_ERROR, _INVALID_PRIVATE, _INVALID_CERTIFICATE, _WRONG_TYPE, _TOO_STRONG = "17", "58", "59", "63", "64"
_INVALID_FORMAT, _INVALID_BLOCK = "09", "48"


@answers(ExportTr34)
def export_tr34(device: Device, request: ExportTr34) -> ExportTr34Reply:
    """TRTP."""
    key = open_key(device, request.key)
    require_exportable(key)
    require_distinct_parts(key)
    private_key = private_rsa_key(device, request.private_key, "S0")
    if _rsa_key(request.kdh_certificate) != private_key.public_key():
        raise Refusal(_INVALID_PRIVATE)
    krd_key = _rsa_key(request.krd_certificate)
    _require_trusted(device, request.krd_certificate, request.krd_issuer)
    require_rsa_strength(krd_key, key)
    kdh_id = pki.issuer_and_serial(request.kdh_certificate)
    try:
        parts = tr34.build_parts(
            key.key,
            _header_text(key),
            kdh_id=kdh_id,
            krd_id=pki.issuer_and_serial(request.krd_certificate),
            krd_public_key=krd_key,
            nonce=request.nonce,
            sign=lambda octets: sign_pkcs1_sha256(private_key, octets),
            cipher=_ENVELOPES[request.envelope],
            weaker_receiver=True,  # the device's own rule was asked above
        )
    except RuleError:  # a one-time key that is weaker than the key
        raise Refusal(_TOO_STRONG) from None
    return ExportTr34Reply(key_token=tr34.assemble(parts, kdh_id))


@answers(AgreeKey)
def agree_key(device: Device, request: AgreeKey) -> AgreeKeyReply:
    """SDDH."""
    header, private_key = device.pmk.open_private(request.private_key)
    peer = trusted_key(device, request.peer, "X")
    if header.key_usage != "K3" or not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise Refusal(_WRONG_TYPE)
    if not isinstance(peer, ec.EllipticCurvePublicKey):
        raise Refusal(_WRONG_TYPE)
    algorithm = KEY_TYPES[request.key_type]
    _require_curve_strength(private_key, algorithm)
    derivation = Derivation(
        KdfFunction(KDFS[request.kdf]), KdfHash(HASHES[request.hash]), request.shared_information, algorithm
    )
    try:
        key = derivation.key(shared_secret(private_key, peer))
    except FormatError:  # of another curve
        raise Refusal(_WRONG_TYPE) from None
    derived = OpenKey(_DERIVED[algorithm.letter.value], key)
    require_distinct_parts(derived)
    kcv = check_digits(device, derived.header.algorithm, key)
    return AgreeKeyReply(key=device.pmk.wrap(derived.header, key), kcv=kcv)


@answers(ImportTr34)
def import_tr34(device: Device, request: ImportTr34) -> ImportTr34Reply:
    """ZTRI."""
    private_key = private_rsa_key(device, request.private_key, "K2")
    _require_trusted(device, request.kdh_certificate, request.kdh_issuer)
    opened = _opened(device, request, private_key)
    key = OpenKey(_received_header(opened.header), opened.key)
    require_distinct_parts(key)
    require_rsa_strength(private_key.public_key(), key)
    kcv = check_digits(device, key.header.algorithm, key.key)
    return ImportTr34Reply(key=device.pmk.wrap(key.header, key.key), kcv=kcv)


@answers(ImportRsa)
def import_rsa(device: Device, request: ImportRsa) -> ImportRsaReply:
    """ZRSI."""
    private_key = private_rsa_key(device, request.private_key, "K2")
    header = read_header(request.header, request.header[7])
    try:
        clear = rsa_wrap.unwrap_key(private_key, request.wrapped, WrappingSpec(OAEP_SPECS[request.hash]))
    except (FormatError, UnsupportedError):
        raise Refusal(_MAC_ERROR) from None
    key = OpenKey(header, clear)
    require_rsa_strength(private_key.public_key(), key)
    require_distinct_parts(key)
    kcv = check_digits(device, header.algorithm, clear)
    return ImportRsaReply(key=device.pmk.wrap(header, clear), kcv=kcv)


@answers(ExportRsa)
def export_rsa(device: Device, request: ExportRsa) -> ExportRsaReply:
    """ZRSE."""
    key = open_key(device, request.key)
    require_exportable(key)
    require_distinct_parts(key)
    receiver = _rsa_key(request.certificate)
    _require_trusted(device, request.certificate, request.issuer)
    require_rsa_strength(receiver, key)
    wrapped = rsa_wrap.wrap_key(receiver, key.key, WrappingSpec(OAEP_SPECS[request.hash]))
    return ExportRsaReply(wrapped=wrapped, kcv=check_digits(device, key.header.algorithm, key.key))


def _opened(device: Device, request: ImportTr34, private_key: rsa.RSAPrivateKey) -> tr34.OpenedToken:
    """The token, verified and opened."""
    certificate = request.kdh_certificate
    try:
        token = tr34.read(request.key_token)
        tr34.verify(token, kdh_certificate=certificate, nonce=request.nonce or None)
        if not request.nonce:
            tr34.judge_signing_time(token.signing_time, at=device.now())
        return tr34.open_token(token, krd_private_key=private_key, krd_certificate=None, kdh_certificate=certificate)
    except TrustError:
        raise Refusal(_MAC_ERROR) from None
    except FormatError as error:
        raise Refusal(_MAC_ERROR if error.category == "decrypt_failed" else _INVALID_FORMAT) from None


def _received_header(text: str) -> Header:
    try:
        header, _ = tr31.parse_header(text)
    except FormatError:
        raise Refusal(_INVALID_BLOCK) from None
    if header.algorithm not in _DERIVED:
        raise Refusal(_WRONG_TYPE)
    return replace(header, version_id="D")


def _header_text(key: OpenKey) -> str:
    """Sixteen characters: optional blocks have no place in a token of this HSM."""
    return replace(key.header, version_id="B", optional_blocks=()).text(_BLOCK_LENGTHS[len(key.key)])


def _rsa_key(certificate: bytes) -> rsa.RSAPublicKey:
    try:
        return pki.rsa_public_key(load_certificate(certificate))
    except FormatError:
        raise Refusal(_INVALID_CERTIFICATE) from None


def _require_trusted(device: Device, certificate: bytes, issuer: str) -> None:
    loaded = load_certificate(certificate)
    require_in_date(device, loaded)
    require_signed_by(loaded, trusted_key(device, issuer, "V"))


def require_rsa_strength(wrapping: rsa.RSAPublicKey, key: OpenKey) -> None:
    """Refuse an RSA key that is weaker than the key it wraps.

    Raises:
        Refusal: 64, or 59: it has a length that is not used for this.
    """
    name = f"RSA_{wrapping.key_size}"
    if name not in KeyAlgorithm.__members__:
        raise Refusal(_INVALID_CERTIFICATE)
    try:
        require_kek_strength(KeyAlgorithm(name), key.algorithm)
    except RuleError:
        raise Refusal(_TOO_STRONG) from None


def _require_curve_strength(key: ec.EllipticCurvePrivateKey, derived: KeyAlgorithm) -> None:
    algorithm = next(name for name, curve in CURVES.items() if curve.name == key.curve.name)
    try:
        require_kek_strength(algorithm, derived)
    except RuleError:
        raise Refusal(_TOO_STRONG) from None
