"""Rules of a variant LMK: the key type says what a key is; a TR-31 header comes from the command."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import has_odd_parity, new_des_key
from keyexchange.errors import FormatError
from keyexchange.keys import Exportability, ModeOfUse
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, parse_header

from ..commands import KEY_BLOCK_TYPE, GenerateKey, GenerateKeyPair, ImportPublicKey
from ..errors import Refusal
from ..fields import BLOCK_TAGS, PrivateKey
from ..lmk import VariantLmk
from ..lmk.key_types import USAGES_OF_TYPE, ZMK_TYPE
from .rules import Exporting, OpenKey, require_distinct_parts

_LENGTH_OF_SCHEME = {"Z": 8, "U": 16, "T": 24}
_KEPT_KEYS = 64


class VariantRules:
    """See `LmkRules`.

    Args:
        lmk: the LMK.
    """

    too_weak = "27"

    def __init__(self, lmk: VariantLmk) -> None:
        self.identifier = lmk.identifier
        self.check_value = lmk.check_value
        self.longest_rsa = lmk.longest_rsa
        self._lmk = lmk
        self._zmk = lru_cache(_KEPT_KEYS)(self._open_zmk)

    def new_key(self, request: GenerateKey) -> tuple[str, OpenKey]:
        """See `LmkRules.new_key`."""
        if request.scheme not in _LENGTH_OF_SCHEME:
            raise Refusal("26")
        if request.attributes is not None:
            raise Refusal("15")
        key = new_des_key(_LENGTH_OF_SCHEME[request.scheme])
        text = self._lmk.encrypt(_known(request.key_type), key)
        return text, _open(request.key_type, key)

    def open_key(self, key_type: str, text: str, *, parity: str) -> OpenKey:
        """See `LmkRules.open_key`."""
        known = _known(key_type)
        if text[0] in BLOCK_TAGS:
            raise Refusal("26")
        key = self._lmk.decrypt(known, text)
        if not has_odd_parity(key.reveal()):
            raise Refusal(parity)
        return _open(key_type, key)

    def open_zmk(self, text: str) -> Kbpk:
        """See `LmkRules.open_zmk`."""
        return self._zmk(text)

    def export_header(self, key: OpenKey, request: Exporting, version_id: str) -> Header:
        """See `LmkRules.export_header`."""
        wanted = request.export_attributes
        if wanted is None:
            raise Refusal("15")
        if wanted.optional_blocks != "00":
            raise Refusal("AB")
        if wanted.key_usage not in USAGES_OF_TYPE.get(key.key_type, ()):
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
        if private_key.block:
            raise Refusal("26")
        return self._lmk.decrypt_private(private_key.octets)

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
