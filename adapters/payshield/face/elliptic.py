"""Answers to FY and IG."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from keyexchange.crypto import odd_parity
from keyexchange.crypto.ec import CURVES, generate, shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret

from ..commands import KEY_BLOCK_TYPE, AgreeKey, AgreeKeyReply, GenerateEccPair, GenerateEccPairReply
from ..errors import Refusal
from ..lmk import blocks
from .device import Device, answers
from .headers import block_header
from .rules import ArrivedKey, require_distinct_parts

_CURVES = {"00": KeyAlgorithm.ECC_NIST_P256, "01": KeyAlgorithm.ECC_NIST_P384, "02": KeyAlgorithm.ECC_NIST_P521}
_VERSION, _SPKI = "01", "03"
_KDFS = {"1": KdfFunction.NIST_SP800, "2": KdfFunction.ANSI_X963}
_HASHES = {"06": KdfHash.SHA_256}
_ALGORITHMS = {
    "T2": KeyAlgorithm.TDES_2KEY,
    "T3": KeyAlgorithm.TDES_3KEY,
    "A1": KeyAlgorithm.AES_128,
    "A2": KeyAlgorithm.AES_192,
    "A3": KeyAlgorithm.AES_256,
}
_METHOD, _ONE_KEY, _WITH_INFORMATION = "21", "01", "1"


@answers(GenerateEccPair)
def generate_ecc_pair(device: Device, request: GenerateEccPair) -> GenerateEccPairReply:
    """FY."""
    rules = device.lmk(request.lmk)
    if request.version != _VERSION:
        raise Refusal("E0")
    if request.curve not in _CURVES:
        raise Refusal("D2")
    if request.encoding != _SPKI:
        raise Refusal("D3")
    key = generate(_CURVES[request.curve])
    public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return GenerateEccPairReply(public_key=public_key, private_key=rules.keep_agreeing_key(key, request))


@answers(AgreeKey)
def agree_key(device: Device, request: AgreeKey) -> AgreeKeyReply:
    """IG. It names no LMK."""
    rules = device.lmk(None)
    if not rules.holds_blocks:
        raise Refusal("48")
    device.require_authorised("eckai", request.attributes.key_usage)
    derivation = _derivation(request)
    peer = _peer(request)
    private_key = rules.agreeing_key(request.private_key, peer.curve)
    _require_strength(peer.curve, derivation.algorithm)
    letter = derivation.algorithm.letter
    key = derivation.key(_shared(private_key, peer))
    if letter != "A":
        key = Secret(odd_parity(key.reveal()))
    require_distinct_parts(letter, key)
    wanted = request.attributes
    header = block_header(
        wanted.key_usage,
        letter,
        wanted.mode_of_use,
        key_version_number=wanted.key_version_number,
        exportability=wanted.exportability,
        optional_blocks=wanted.optional_blocks,
    )
    text, kept = rules.keep(ArrivedKey(letter, key, KEY_BLOCK_TYPE, blocks.TAG, header))
    return AgreeKeyReply(key=text, kcv=bytes.fromhex(kept.kcv))


def _derivation(request: AgreeKey) -> Derivation:
    accepted = (
        ("15", request.method, (_METHOD,)),
        ("D3", request.encoding, (_SPKI,)),
        ("15", request.derivation, tuple(_KDFS)),
        ("05", request.hash, tuple(_HASHES)),
        ("15", request.shared_information_flag, (_WITH_INFORMATION,)),
        ("15", request.keys, (_ONE_KEY,)),
        ("A7", request.attributes.algorithm, tuple(_ALGORITHMS)),
    )
    for code, value, values in accepted:
        if value not in values:
            raise Refusal(code)
    algorithm = _ALGORITHMS[request.attributes.algorithm]
    if int(request.bits) != 8 * algorithm.octets:
        raise Refusal("A5")
    return Derivation(_KDFS[request.derivation], _HASHES[request.hash], _information(request), algorithm)


def _information(request: AgreeKey) -> bytes:
    try:
        return bytes.fromhex(request.shared_information.decode("ascii"))
    except ValueError:  # not text, or not hex digits
        raise Refusal("15") from None


def _peer(request: AgreeKey) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(request.public_key)
    except (ValueError, UnsupportedAlgorithm):
        raise Refusal("E4") from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refusal("E4")
    if key.curve.name not in {curve.name for curve in CURVES.values()}:
        raise Refusal("D2")
    return key


def _shared(private_key: ec.EllipticCurvePrivateKey, peer: ec.EllipticCurvePublicKey) -> Secret:
    try:
        return shared_secret(private_key, peer)
    except FormatError:
        raise Refusal("D2") from None


def _require_strength(curve: ec.EllipticCurve, derived: KeyAlgorithm) -> None:
    algorithm = next(name for name, known in CURVES.items() if known.name == curve.name)
    try:
        require_kek_strength(algorithm, derived)
    except RuleError:
        raise Refusal("A5") from None
