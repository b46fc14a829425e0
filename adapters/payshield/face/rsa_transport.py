"""Answers to GI and GK: the bare key, or a template with it, under RSA."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import has_odd_parity
from keyexchange.crypto.rsa_data import RsaPadding, decrypt_data, encrypt_data
from keyexchange.errors import FormatError
from keyexchange.keys import Exportability
from keyexchange.secret import Secret
from keyexchange.wire import Cursor, Der

from ..commands import KEY_BLOCK_TYPE, ExportRsa, ExportRsaReply, ImportRsa, ImportRsaReply, OaepParameters, Template
from ..commands.rsa_transport import OAEP, TEMPLATE, UNFORMATTED
from ..errors import Refusal
from ..fields import PublicKey
from ..lmk.key_types import PAIRS
from .arriving import named_header
from .asymmetric import load_public_key
from .device import Device, answers
from .rules import ArrivedKey, LmkRules, OpenKey, require_distinct_parts
from .symmetric import LENGTHS_OF_FLAG, long_check_value

_RSA, _PKCS1, _GIVEN_KEY, _SIX_DIGITS, _MGF1 = "01", "01", "99", "1", "01"
_OAEP_HASHES = {"01": RsaPadding.OAEP_SHA1, "06": RsaPadding.OAEP_SHA256, "08": RsaPadding.OAEP_SHA512}
_ARRIVING_OCTETS = {"0": {8: "D", 16: "T", 24: "T"}, "1": {16: "A", 24: "A", 32: "A"}}
"""By import key type: the algorithm's letter by the key's octets."""
_BLOCK_TYPE = "FFFF"
_TYPE_OF_PAIR = {pair[:2]: code for code, pair in PAIRS.items()}


@answers(ImportRsa)
def import_rsa(device: Device, request: ImportRsa) -> ImportRsaReply:
    """GI."""
    rules = device.lmk(request.lmk)
    if device.options.authorised_state_for_rsa_import:
        device.require_authorised("import", "rsa")
    _require_import_form(request)
    scheme = _padding(request.padding, request.oaep)
    private_key = rules.decrypting_key(request.private_key)
    key_type = _key_type(request.key_type)
    letter, key = _unwrapped(private_key, request, scheme)
    header = named_header(letter, request.attributes)
    if header is not None and not rules.holds_blocks:
        raise Refusal("15")
    text, kept = rules.keep(ArrivedKey(letter, key, key_type, request.scheme, header))
    return ImportRsaReply(key=text, kcv=kept.kcv)


def _require_import_form(request: ImportRsa) -> None:
    accepted = (
        ("15", request.encryption, (_RSA,)),
        ("15", request.private_key_flag, (_GIVEN_KEY,)),
        ("15", request.algorithm, tuple(_ARRIVING_OCTETS)),
        ("15", request.kcv_type, (_SIX_DIGITS,)),
        ("15", request.block_type, (UNFORMATTED,)),
    )
    for code, value, values in accepted:
        if value not in values:
            raise Refusal(code)


def _padding(padding: str, oaep: OaepParameters | None) -> RsaPadding:
    if padding == _PKCS1:
        return RsaPadding.PKCS1
    if padding != OAEP or oaep is None:
        raise Refusal("07")
    if oaep.mask != _MGF1:
        raise Refusal("85")
    if oaep.hash not in _OAEP_HASHES:
        raise Refusal("86")
    if oaep.parameters:
        raise Refusal("87")
    return _OAEP_HASHES[oaep.hash]


def _unwrapped(private_key: rsa.RSAPrivateKey, request: ImportRsa, scheme: RsaPadding) -> tuple[str, Secret]:
    try:
        key = Secret(decrypt_data(private_key, request.wrapped, scheme))
    except FormatError as error:
        raise Refusal("80" if error.category == "data_length" else "77") from None
    letter = _ARRIVING_OCTETS[request.algorithm].get(len(key))
    if letter is None:
        raise Refusal("77")
    if letter != "A" and not has_odd_parity(key.reveal()):
        raise Refusal("10")
    require_distinct_parts(letter, key)
    return letter, key


def _key_type(text: str) -> str:
    """Four characters: FFFF, or the number of an LMK pair and a variant, to the three of other commands."""
    if text == _BLOCK_TYPE:
        return KEY_BLOCK_TYPE
    pair, variant = text[:2], text[2:]
    if pair not in _TYPE_OF_PAIR or variant[0] != "0":
        raise Refusal("04")
    return variant[1] + _TYPE_OF_PAIR[pair]


@answers(ExportRsa)
def export_rsa(device: Device, request: ExportRsa) -> ExportRsaReply:
    """GK."""
    rules = device.lmk(request.lmk)
    if request.encryption != _RSA:
        raise Refusal("15")
    scheme = _padding(request.padding, request.oaep)
    if request.length_flag not in LENGTHS_OF_FLAG:
        raise Refusal("05")
    key = rules.open_key(_key_type(request.key_type), request.key, parity="10")
    if len(key.key) not in LENGTHS_OF_FLAG[request.length_flag]:
        raise Refusal("05")
    if key.header is not None and key.header.exportability != Exportability.S:
        raise Refusal("29")
    require_distinct_parts(key.letter, key.key)
    if request.kcv not in (key.kcv.ljust(16, "0"), long_check_value(device, key)):
        raise Refusal("84")
    public_key = rsa_public_key(rules, request.public_key)
    try:
        return ExportRsaReply(wrapped=encrypt_data(public_key, _content(request, key), scheme))
    except FormatError:  # more than fits
        raise Refusal("76") from None


def rsa_public_key(rules: LmkRules, public_key: PublicKey) -> rsa.RSAPublicKey:
    """A public key that EO authenticated.

    Raises:
        Refusal: 01 or A4: it is not authentic; 76: it is no RSA key.
    """
    try:
        der = Der().decode(Cursor(rules.public_key(public_key)))
    except FormatError:
        raise Refusal("76") from None
    return load_public_key(der, code="76")


def _content(request: ExportRsa, key: OpenKey) -> bytes:
    if request.block_type == UNFORMATTED:
        return key.key.reveal()
    if request.block_type != TEMPLATE or request.template is None:
        raise Refusal("15")
    return _filled(request.template, key)


def _filled(template: Template, key: OpenKey) -> bytes:
    """The template with key and check value in their places."""
    block = bytearray(template.content)
    check_value = bytes.fromhex(key.kcv)[: int(template.kcv_length)]
    if len(check_value) != int(template.kcv_length):
        raise Refusal("82")
    for offset, octets in ((template.key_offset, key.key.reveal()), (template.kcv_offset, check_value)):
        start, end = int(offset), int(offset) + len(octets)
        if end > len(block):
            raise Refusal("80")
        block[start:end] = octets
    return bytes(block)
