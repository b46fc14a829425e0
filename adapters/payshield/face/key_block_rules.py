"""Rules of a key-block LMK: everything stands in the key's header."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import new_des_key
from keyexchange.errors import FormatError
from keyexchange.keys import Exportability, ModeOfUse
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, parse_header

from ..commands import KEY_BLOCK_TYPE, GenerateKey, GenerateKeyPair, ImportPublicKey
from ..errors import Refusal
from ..fields import PrivateKey
from ..lmk import KeyBlockLmk, blocks
from ..lmk.key_types import TR31_USAGE, ZMK_USAGES
from .rules import Exporting, OpenKey, require_distinct_parts

_LENGTHS = {"D1": ("D", 8), "T2": ("T", 16), "T3": ("T", 24), "A1": ("A", 16), "A2": ("A", 24), "A3": ("A", 32)}
"""Algorithm code of a command: letter of the header, octets."""
_WRAPPING_MODES = {ModeOfUse.B, ModeOfUse.E, ModeOfUse.N}
_SIGNING_MODES = {ModeOfUse.S, ModeOfUse.N}
_MODE_OF_PAIR = {"0": "S", "1": "D", "2": "N"}
_KEPT_KEYS = 64
_EXPORT_LMK_ID = blocks.EXPORTED


class KeyBlockRules:
    """See `LmkRules`.

    Args:
        lmk: the LMK.
    """

    too_weak = "A5"

    def __init__(self, lmk: KeyBlockLmk) -> None:
        self.identifier = lmk.identifier
        self.check_value = lmk.check_value
        self.longest_rsa = lmk.longest_rsa
        self._lmk = lmk
        self._zmk = lru_cache(_KEPT_KEYS)(self._open_zmk)

    def new_key(self, request: GenerateKey) -> tuple[str, OpenKey]:
        """See `LmkRules.new_key`."""
        wanted = request.attributes
        if request.key_type != KEY_BLOCK_TYPE:
            raise Refusal("A1")
        if request.scheme != blocks.TAG:
            raise Refusal("26")
        if wanted is None:
            raise Refusal("15")
        if wanted.algorithm not in _LENGTHS:
            raise Refusal("A7")
        letter, length = _LENGTHS[wanted.algorithm]
        header = _header(
            wanted.key_usage,
            letter,
            wanted.mode_of_use,
            key_version_number=wanted.key_version_number,
            exportability=wanted.exportability,
            optional_blocks=wanted.optional_blocks,
        )
        key = Secret(token_bytes(length)) if letter == "A" else new_des_key(length)
        text = self._lmk.wrap(header, key)
        return text, _open(header, key)

    def open_key(self, key_type: str, text: str, *, parity: str) -> OpenKey:  # noqa: ARG002 (blocks have no parity)
        """See `LmkRules.open_key`."""
        if key_type != KEY_BLOCK_TYPE:
            raise Refusal("A1")
        return _open(*self._lmk.unwrap(text))

    def open_zmk(self, text: str) -> Kbpk:
        """See `LmkRules.open_zmk`."""
        return self._zmk(text)

    def export_header(self, key: OpenKey, request: Exporting, version_id: str) -> Header:
        """See `LmkRules.export_header`."""
        header = self.thales_header(key, request)
        carried = tuple(block for block in header.optional_blocks if not block.block_id.isdigit())
        return replace(
            header,
            version_id=version_id,
            key_usage=TR31_USAGE.get(header.key_usage, header.key_usage),
            optional_blocks=carried,
            reserved="00",
        )

    def thales_header(self, key: OpenKey, request: Exporting) -> Header:
        """See `LmkRules.thales_header`."""
        assert key.header is not None
        if key.header.exportability == Exportability.N:
            raise Refusal("29")
        changed = request.exportability or key.header.exportability
        if changed not in Exportability.__members__:
            raise Refusal("AA")
        return replace(key.header, exportability=changed, reserved=_EXPORT_LMK_ID)

    def keep_private_key(self, key: rsa.RSAPrivateKey, request: GenerateKeyPair) -> PrivateKey:
        """See `LmkRules.keep_private_key`."""
        if request.attributes is None:
            raise Refusal("15")
        header = _header(
            blocks.PRIVATE_USAGE,
            "R",
            _MODE_OF_PAIR[request.key_type],
            key_version_number=request.attributes.key_version_number,
            exportability=request.exportability or Exportability.N.value,
            optional_blocks=request.attributes.optional_blocks,
        )
        return PrivateKey(self._lmk.wrap_private(header, key), block=True)

    def signing_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """See `LmkRules.signing_key`."""
        if not private_key.block:
            raise Refusal("A1")
        header, key = self._lmk.unwrap_private(private_key.octets)
        if header.mode_of_use not in _SIGNING_MODES:
            raise Refusal("A8")
        return key

    def keep_public_key(self, request: ImportPublicKey) -> bytes:
        """See `LmkRules.keep_public_key`."""
        wanted = request.attributes
        if wanted is None or request.authentication_data:
            raise Refusal("15")
        header = _header(
            blocks.PUBLIC_USAGE,
            "R",
            wanted.mode_of_use,
            key_version_number=wanted.key_version_number,
            exportability=wanted.exportability,
            optional_blocks=wanted.optional_blocks,
        )
        return self._lmk.wrap_public(header, request.public_key)

    def _open_zmk(self, text: str) -> Kbpk:
        header, key = self._lmk.unwrap(text)
        if header.key_usage not in ZMK_USAGES:
            raise Refusal("A6")
        if header.mode_of_use not in _WRAPPING_MODES:
            raise Refusal("A8")
        if header.algorithm not in ("T", "A"):
            raise Refusal("A7")
        require_distinct_parts(header.algorithm, key)
        return Kbpk(header.algorithm, key)


def _open(header: Header, key: Secret) -> OpenKey:
    wraps = header.key_usage in ZMK_USAGES
    return OpenKey(header.algorithm, key, wraps, KEY_BLOCK_TYPE, header)


def _header(
    usage: str, letter: str, mode: str, *, key_version_number: str, exportability: str, optional_blocks: str
) -> Header:
    """A header from a command's fields, each checked with its own code."""
    if optional_blocks != "00":
        raise Refusal("AB")
    if mode not in ModeOfUse.__members__:
        raise Refusal("A8")
    if exportability not in Exportability.__members__:
        raise Refusal("AA")
    header = Header("1", usage, letter, mode, key_version_number, exportability)
    try:
        parse_header(header.text(0))
    except FormatError:
        raise Refusal("A9" if not key_version_number.isalnum() else "A6") from None
    return header
