"""Rules of a key-block LMK: everything stands in the key's header."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import new_des_key
from keyexchange.keys import Algorithm, Exportability, ModeOfUse
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..commands import (
    KEY_BLOCK_TYPE,
    GenerateEccPair,
    GenerateKey,
    GenerateKeyPair,
    ImportPublicKey,
    KeyPairAttributes,
    TranslatePrivateKey,
)
from ..errors import Refusal
from ..fields import PrivateKey, PublicKey
from ..lmk import KeyBlockLmk, blocks
from ..lmk.key_types import TR31_USAGE, ZMK_USAGES, usages_of
from .headers import block_header
from .rules import ArrivedKey, Exporting, LmkRules, OpenKey, Purpose, require_distinct_parts

_LENGTHS = {"D1": ("D", 8), "T2": ("T", 16), "T3": ("T", 24), "A1": ("A", 16), "A2": ("A", 24), "A3": ("A", 32)}
"""Algorithm code of a command: letter of the header, octets."""
_WRAPPING_MODES = {ModeOfUse.B, ModeOfUse.E, ModeOfUse.N}
_UNWRAPPING_MODES = {ModeOfUse.B, ModeOfUse.D, ModeOfUse.N}
_SIGNING_MODES = frozenset({ModeOfUse.S, ModeOfUse.N})
_DECRYPTING_MODES = frozenset({ModeOfUse.D, ModeOfUse.N})
_ECC_MODES, _AGREEING_MODES = {ModeOfUse.S, ModeOfUse.X, ModeOfUse.N}, {ModeOfUse.X, ModeOfUse.N}
_MODE_OF_PAIR = {"0": ModeOfUse.S, "1": ModeOfUse.D, "2": ModeOfUse.N}
_SYMMETRIC = {Algorithm.A, Algorithm.D, Algorithm.T}
_OCTETS = {"A": (16, 24, 32), "D": (8,), "T": (16, 24)}
_PADDING = "PB"
_KEPT_KEYS = 64
_EXPORT_LMK_ID = blocks.EXPORTED


class KeyBlockRules:
    """See `LmkRules`.

    Args:
        lmk: the LMK.
    """

    too_weak = "A5"
    holds_blocks = True

    def __init__(self, lmk: KeyBlockLmk) -> None:
        self.identifier = lmk.identifier
        self.check_value = lmk.check_value
        self.longest_rsa = lmk.longest_rsa
        self.pins = lmk.pins
        self._lmk = lmk
        self._zmk = lru_cache(_KEPT_KEYS)(self._open_zmk)

    def keep(self, arrived: ArrivedKey) -> tuple[str, OpenKey]:
        """See `LmkRules.keep`."""
        if arrived.key_type != KEY_BLOCK_TYPE:
            raise Refusal("A1")
        if arrived.scheme != blocks.TAG:
            raise Refusal("26")
        if arrived.header is None:
            raise Refusal("15")
        header = replace(arrived.header, algorithm=arrived.letter)
        return self._lmk.wrap(header, arrived.key), _open(header, arrived.key)

    def arriving_header(self, key_type: str, header: Header, changed_usage: str | None) -> Header:
        """See `LmkRules.arriving_header`. A changed usage must be one that the block's own stands for."""
        if key_type != KEY_BLOCK_TYPE:
            raise Refusal("A1")
        if header.algorithm not in _SYMMETRIC:
            raise Refusal("A7")
        if changed_usage is not None and header.key_usage not in (changed_usage, TR31_USAGE.get(changed_usage)):
            raise Refusal("A6")
        carried = tuple(block for block in header.optional_blocks if block.block_id != _PADDING)
        return replace(
            header, version_id="1", key_usage=changed_usage or header.key_usage, optional_blocks=carried, reserved="00"
        )

    def type_for(self, key_type: str, header: Header | None) -> str:
        """See `LmkRules.type_for`."""
        if key_type != KEY_BLOCK_TYPE and header is not None:
            usage = TR31_USAGE.get(header.key_usage, header.key_usage)
            if usage not in usages_of(key_type, separated=False):
                raise Refusal("A6")
        return KEY_BLOCK_TYPE

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
        header = block_header(
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
        header, key = self._lmk.unwrap(text)
        _require_length(header.algorithm, key)
        return _open(header, key)

    def open_zmk(self, text: str, *, unwraps: bool = False) -> Kbpk:
        """See `LmkRules.open_zmk`."""
        return self._zmk(text, unwraps)

    def open_working_key(self, text: str, purpose: Purpose, *, parity: str) -> OpenKey:
        """See `LmkRules.open_working_key`."""
        key = self.open_key(KEY_BLOCK_TYPE, text, parity=parity)
        assert key.header is not None
        if key.header.key_usage not in purpose.usages:
            raise Refusal("A6")
        if key.header.mode_of_use not in purpose.modes + ModeOfUse.N:
            raise Refusal("A8")
        return key

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
        header = _private_header(_MODE_OF_PAIR[request.key_type], request.attributes, request.exportability)
        return PrivateKey(self._lmk.wrap_private(header, key), block=True)

    def signing_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """See `LmkRules.signing_key`."""
        return self._private_key(private_key, _SIGNING_MODES)

    def decrypting_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """See `LmkRules.decrypting_key`."""
        return self._private_key(private_key, _DECRYPTING_MODES)

    def private_header(self, private_key: PrivateKey) -> tuple[Header | None, rsa.RSAPrivateKey]:
        """See `LmkRules.private_header`."""
        if not private_key.block:
            raise Refusal("A1")
        return self._lmk.unwrap_private(private_key.octets)

    def move_private_key(self, private_key: PrivateKey, old: LmkRules, request: TranslatePrivateKey) -> PrivateKey:
        """See `LmkRules.move_private_key`. A header that was there is kept; another comes from the command."""
        header, key = old.private_header(private_key)
        if header is None:
            header = _private_header(ModeOfUse.N, request.attributes, request.exportability)
        return PrivateKey(self._lmk.wrap_private(header, key), block=True)

    def public_key(self, public_key: PublicKey) -> bytes:
        """See `LmkRules.public_key`."""
        if not public_key.block:
            raise Refusal("A1")
        return self._lmk.unwrap_public(public_key.octets)[1]

    def keep_agreeing_key(self, key: ec.EllipticCurvePrivateKey, request: GenerateEccPair) -> str:
        """See `LmkRules.keep_agreeing_key`. CONVENTION: inside the block, the scalar stands like a symmetric key."""
        wanted = request.attributes
        if wanted is None:
            raise Refusal("15")
        if wanted.mode_of_use not in _ECC_MODES:
            raise Refusal("A8")
        header = block_header(
            blocks.PRIVATE_USAGE,
            Algorithm.E,
            wanted.mode_of_use,
            key_version_number=wanted.key_version_number,
            exportability=wanted.exportability,
            optional_blocks=wanted.optional_blocks,
        )
        length = (key.curve.key_size + 7) // 8
        return self._lmk.wrap(header, Secret(key.private_numbers().private_value.to_bytes(length, "big")))

    def agreeing_key(self, text: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        """See `LmkRules.agreeing_key`."""
        header, scalar = self._lmk.unwrap(text)
        if header.key_usage != blocks.PRIVATE_USAGE:
            raise Refusal("A6")
        if header.algorithm != Algorithm.E:
            raise Refusal("A7")
        if header.mode_of_use not in _AGREEING_MODES:
            raise Refusal("A8")
        if len(scalar) != (curve.key_size + 7) // 8:
            raise Refusal("D2")
        try:
            return ec.derive_private_key(int.from_bytes(scalar.reveal(), "big"), curve)
        except ValueError:  # no scalar of this curve
            raise Refusal("49") from None

    def _private_key(self, private_key: PrivateKey, modes: frozenset[ModeOfUse]) -> rsa.RSAPrivateKey:
        header, key = self.private_header(private_key)
        assert header is not None
        if header.mode_of_use not in modes:
            raise Refusal("A8")
        return key

    def keep_public_key(self, request: ImportPublicKey) -> bytes:
        """See `LmkRules.keep_public_key`."""
        wanted = request.attributes
        if wanted is None or request.authentication_data:
            raise Refusal("15")
        header = block_header(
            blocks.PUBLIC_USAGE,
            "R",
            wanted.mode_of_use,
            key_version_number=wanted.key_version_number,
            exportability=wanted.exportability,
            optional_blocks=wanted.optional_blocks,
        )
        return self._lmk.wrap_public(header, request.public_key)

    def _open_zmk(self, text: str, unwraps: bool) -> Kbpk:
        header, key = self._lmk.unwrap(text)
        if header.key_usage not in ZMK_USAGES:
            raise Refusal("A6")
        if header.mode_of_use not in (_UNWRAPPING_MODES if unwraps else _WRAPPING_MODES):
            raise Refusal("A8")
        if header.algorithm not in ("T", "A"):
            raise Refusal("A7")
        _require_length(header.algorithm, key)
        require_distinct_parts(header.algorithm, key)
        return Kbpk(header.algorithm, key)


def _require_length(letter: str, key: Secret) -> None:
    """Refuse what a block holds beside symmetric keys, and a key of no length of its algorithm."""
    if letter not in _SYMMETRIC:
        raise Refusal("A7")
    if len(key) not in _OCTETS[letter]:
        raise Refusal("A5")


def _private_header(mode: str, wanted: KeyPairAttributes | None, exportability: str | None) -> Header:
    if wanted is None:
        raise Refusal("15")
    return block_header(
        blocks.PRIVATE_USAGE,
        Algorithm.R,
        mode,
        key_version_number=wanted.key_version_number,
        exportability=exportability or Exportability.N,
        optional_blocks=wanted.optional_blocks,
    )


def _open(header: Header, key: Secret) -> OpenKey:
    wraps = header.key_usage in ZMK_USAGES
    return OpenKey(header.algorithm, key, wraps, KEY_BLOCK_TYPE, header)
