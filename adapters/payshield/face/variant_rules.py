"""Rules of a variant LMK: the key type says what a key is; a TR-31 header comes from the command."""

from __future__ import annotations

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import has_odd_parity, new_des_key
from keyexchange.errors import FormatError
from keyexchange.keys import Algorithm, Exportability, ModeOfUse
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, parse_header

from ..commands import (
    KEY_BLOCK_TYPE,
    GenerateEccPair,
    GenerateKey,
    GenerateKeyPair,
    ImportPublicKey,
    TranslatePrivateKey,
)
from ..errors import Refusal
from ..fields import BLOCK_TAGS, PrivateKey, PublicKey
from ..lmk import VariantLmk
from ..lmk.key_types import ZMK_TYPE, usages_of
from .rules import ArrivedKey, Exporting, LmkRules, OpenKey, Purpose, require_distinct_parts

_LENGTH_OF_SCHEME = {"Z": 8, "U": 16, "T": 24}
_KEPT_KEYS = 64
_MAC_LENGTH = 4


class VariantRules:
    """See `LmkRules`.

    Args:
        lmk: the LMK.
        separate_key_type_002: TMKs and TPKs have types of their own.
    """

    too_weak = "27"
    holds_blocks = False

    def __init__(self, lmk: VariantLmk, *, separate_key_type_002: bool = False) -> None:
        self._separated = separate_key_type_002
        self.identifier = lmk.identifier
        self.check_value = lmk.check_value
        self.longest_rsa = lmk.longest_rsa
        self.pins = lmk.pins
        self._lmk = lmk
        self._zmk = lru_cache(_KEPT_KEYS)(self._open_zmk)

    def new_key(self, request: GenerateKey) -> tuple[str, OpenKey]:
        """See `LmkRules.new_key`."""
        if request.scheme not in _LENGTH_OF_SCHEME:
            raise Refusal("26")
        if request.attributes is not None:
            raise Refusal("15")
        key = new_des_key(_LENGTH_OF_SCHEME[request.scheme])
        return self.keep(ArrivedKey("T", key, request.key_type, request.scheme, None))

    def keep(self, arrived: ArrivedKey) -> tuple[str, OpenKey]:
        """See `LmkRules.keep`. The type says what a header would."""
        if arrived.scheme not in _LENGTH_OF_SCHEME:
            raise Refusal("26")
        if arrived.letter == Algorithm.A:
            raise Refusal("48")
        if len(arrived.key) != _LENGTH_OF_SCHEME[arrived.scheme]:
            raise Refusal("27")
        text = self._lmk.encrypt(_known(arrived.key_type), arrived.key)
        return text, _open(arrived.key_type, arrived.key)

    def type_for(self, key_type: str, header: Header | None) -> str:
        """See `LmkRules.type_for`."""
        if header is not None:
            raise Refusal("15")
        return key_type

    def arriving_header(self, key_type: str, header: Header, changed_usage: str | None) -> Header:
        """See `LmkRules.arriving_header`."""
        if header.key_usage not in usages_of(_known(key_type), separated=self._separated):
            raise Refusal("A6")
        if changed_usage is not None:
            raise Refusal("15")
        return header

    def open_key(self, key_type: str, text: str, *, parity: str) -> OpenKey:
        """See `LmkRules.open_key`."""
        known = _known(key_type)
        if text[0] in BLOCK_TAGS:
            raise Refusal("26")
        key = self._lmk.decrypt(known, text)
        if not has_odd_parity(key.reveal()):
            raise Refusal(parity)
        return _open(key_type, key)

    def open_zmk(self, text: str, *, unwraps: bool = False) -> Kbpk:  # noqa: ARG002 (a ZMK does both)
        """See `LmkRules.open_zmk`."""
        return self._zmk(text)

    def open_working_key(self, text: str, purpose: Purpose, *, parity: str) -> OpenKey:
        """See `LmkRules.open_working_key`. The type is not sent: a key of another type comes out with wrong parity."""
        separated = purpose.separated_type if self._separated else None
        return self.open_key(separated or purpose.key_type, text, parity=parity)

    def export_header(self, key: OpenKey, request: Exporting, version_id: str) -> Header:
        """See `LmkRules.export_header`."""
        wanted = request.export_attributes
        if wanted is None:
            raise Refusal("15")
        if wanted.optional_blocks != "00":
            raise Refusal("AB")
        if wanted.key_usage not in usages_of(key.key_type, separated=self._separated):
            raise Refusal("A6")
        if wanted.mode_of_use not in ModeOfUse.__members__:
            raise Refusal("A8")
        if wanted.exportability not in Exportability.__members__:
            raise Refusal("AA")
        header = Header(
            version_id,
            wanted.key_usage,
            key.letter,
            wanted.mode_of_use,
            wanted.key_version_number,
            wanted.exportability,
        )
        try:
            parse_header(header.text(0))
        except FormatError:
            raise Refusal("A9") from None
        return header

    def thales_header(self, key: OpenKey, request: Exporting) -> Header:  # noqa: ARG002 (there is none)
        """See `LmkRules.thales_header`."""
        raise Refusal("26")

    def keep_private_key(self, key: rsa.RSAPrivateKey, request: GenerateKeyPair) -> PrivateKey:
        """See `LmkRules.keep_private_key`."""
        if request.attributes is not None or request.exportability is not None:
            raise Refusal("15")
        return PrivateKey(self._lmk.encrypt_private(key), block=False)

    def signing_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """See `LmkRules.signing_key`."""
        return self.private_header(private_key)[1]

    def decrypting_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """See `LmkRules.decrypting_key`. Nothing says what a private key is for."""
        return self.private_header(private_key)[1]

    def private_header(self, private_key: PrivateKey) -> tuple[Header | None, rsa.RSAPrivateKey]:
        """See `LmkRules.private_header`."""
        if private_key.block:
            raise Refusal("26")
        return None, self._lmk.decrypt_private(private_key.octets)

    def move_private_key(self, private_key: PrivateKey, old: LmkRules, request: TranslatePrivateKey) -> PrivateKey:
        """See `LmkRules.move_private_key`."""
        if request.attributes is not None or request.exportability is not None:
            raise Refusal("15")
        header, key = old.private_header(private_key)
        if header is not None:
            raise Refusal("A1")
        return PrivateKey(self._lmk.encrypt_private(key), block=False)

    def public_key(self, public_key: PublicKey) -> bytes:
        """See `LmkRules.public_key`."""
        if public_key.block:
            raise Refusal("26")
        mac, der = public_key.octets[:_MAC_LENGTH], public_key.octets[_MAC_LENGTH:]
        if not hmac.compare_digest(self._lmk.mac(der + public_key.authentication_data.encode("ascii")), mac):
            raise Refusal("01")
        return der

    def keep_agreeing_key(self, key: ec.EllipticCurvePrivateKey, request: GenerateEccPair) -> str:  # noqa: ARG002
        """See `LmkRules.keep_agreeing_key`."""
        raise Refusal("48")

    def agreeing_key(self, text: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:  # noqa: ARG002
        """See `LmkRules.agreeing_key`."""
        raise Refusal("48")

    def keep_public_key(self, request: ImportPublicKey) -> bytes:
        """See `LmkRules.keep_public_key`."""
        if request.attributes is not None:
            raise Refusal("15")
        mac = self._lmk.mac(request.public_key + request.authentication_data.encode("ascii"))
        return mac + request.public_key

    def _open_zmk(self, text: str) -> Kbpk:
        key = self.open_key(ZMK_TYPE, text, parity="10")
        if len(key.key) == _LENGTH_OF_SCHEME["Z"]:
            raise Refusal("27")
        require_distinct_parts("T", key.key)
        return Kbpk("T", key.key)


def _open(key_type: str, key: Secret) -> OpenKey:
    letter = "D" if len(key) == _LENGTH_OF_SCHEME["Z"] else "T"
    return OpenKey(letter, key, key_type == ZMK_TYPE, key_type)


def _known(key_type: str) -> str:
    if key_type == KEY_BLOCK_TYPE:
        raise Refusal("28")
    return key_type
