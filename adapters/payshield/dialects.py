"""How the adapter words its commands under each kind of LMK."""

from __future__ import annotations

from typing import Protocol

from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from .commands import (
    KEY_BLOCK_TYPE,
    CheckValue,
    ExportAttributes,
    ExportKey,
    ExportTr34,
    GenerateKey,
    GenerateKeyPair,
    KeyPairAttributes,
    NewKeyAttributes,
)
from .fields import PrivateKey
from .lmk import blocks
from .lmk.key_types import TYPE_OF_USAGE

_ALGORITHM_CODES = {
    KeyAlgorithm.TDES_2KEY: "T2",
    KeyAlgorithm.TDES_3KEY: "T3",
    KeyAlgorithm.AES_128: "A1",
    KeyAlgorithm.AES_192: "A2",
    KeyAlgorithm.AES_256: "A3",
}
_VARIANT_SCHEMES = {KeyAlgorithm.TDES_2KEY: "U", KeyAlgorithm.TDES_3KEY: "T"}
_VARIANT_LENGTH_FLAGS = {"U": "1", "T": "2"}
_TR31_VERSIONS = {"T": "B", "A": "D"}
"""By the algorithm of the KEK."""
_SIX_DIGITS = "001"
_SIGNATURE_ONLY, _TWOS_COMPLEMENT, _NOT_EXPORTABLE = "0", "02", "N"
TR34_VERSION = "B"


class Dialect(Protocol):
    """Commands as one kind of LMK wants them."""

    keys_are_blocks: bool

    def generate(self, attributes: KeyAttributes) -> GenerateKey:
        """A0."""

    def generate_pair(self, bits: int) -> GenerateKeyPair:
        """EI for a key that signs."""

    def check_value(self, key: KeyToMove) -> CheckValue:
        """BU."""

    def export_tr31(self, key: KeyToMove, kek: KeyToMove) -> ExportKey:
        """A8 with scheme R."""

    def export_tr34(
        self,
        key: KeyToMove,
        *,
        private_key: bytes,
        kdh_id: bytes,
        krd_id: bytes,
        krd_public_key: bytes,
        nonce: bytes,
    ) -> ExportTr34:
        """B8."""


class KeyBlockDialect:
    """Key-block LMK: a key's attributes stand in its block.

    Args:
        lmk: identifier to send, if any.
    """

    keys_are_blocks = True

    def __init__(self, lmk: str | None) -> None:
        self._lmk = lmk

    def generate(self, attributes: KeyAttributes) -> GenerateKey:
        """See `Dialect.generate`."""
        wanted = NewKeyAttributes(
            key_usage=attributes.key_usage,
            algorithm=_code(_ALGORITHM_CODES, attributes.algorithm, "a key-block LMK"),
            mode_of_use=attributes.mode_of_use,
            key_version_number=attributes.key_version_number,
            exportability=attributes.exportability,
        )
        return GenerateKey(mode="0", key_type=KEY_BLOCK_TYPE, scheme=blocks.TAG, lmk=self._lmk, attributes=wanted)

    def generate_pair(self, bits: int) -> GenerateKeyPair:
        """See `Dialect.generate_pair`."""
        return GenerateKeyPair(
            key_type=_SIGNATURE_ONLY,
            bits=f"{bits:04d}",
            encoding=_TWOS_COMPLEMENT,
            lmk=self._lmk,
            attributes=KeyPairAttributes(key_version_number="00"),
            exportability=_NOT_EXPORTABLE,
        )

    def check_value(self, key: KeyToMove) -> CheckValue:
        """See `Dialect.check_value`."""
        return CheckValue(
            type_code="FF",
            length_flag="F",
            key=key.reference,
            key_type=KEY_BLOCK_TYPE,
            options=_SIX_DIGITS,
            lmk=self._lmk,
        )

    def export_tr31(self, key: KeyToMove, kek: KeyToMove) -> ExportKey:
        """See `Dialect.export_tr31`. The KEK's own block says which algorithm it has."""
        return ExportKey(
            key_type=KEY_BLOCK_TYPE,
            zmk=kek.reference,
            key=key.reference,
            scheme="R",
            lmk=self._lmk,
            exportability=_stricter(key),
            version=_TR31_VERSIONS.get(_header_letter(kek)),
        )

    def export_tr34(
        self,
        key: KeyToMove,
        *,
        private_key: bytes,
        kdh_id: bytes,
        krd_id: bytes,
        krd_public_key: bytes,
        nonce: bytes,
    ) -> ExportTr34:
        """See `Dialect.export_tr34`."""
        return ExportTr34(
            key_type=KEY_BLOCK_TYPE,
            key=key.reference,
            kdh_id=kdh_id,
            krd_id=krd_id,
            krd_public_key=krd_public_key,
            private_key=PrivateKey(private_key, block=True),
            nonce=nonce,
            lmk=self._lmk,
            exportability=_stricter(key),
            version=TR34_VERSION,
        )


class VariantDialect:
    """Variant LMK: the key type says what a key is, and the attributes of an exported block are sent along.

    Args:
        lmk: identifier to send, if any.
    """

    keys_are_blocks = False

    def __init__(self, lmk: str | None) -> None:
        self._lmk = lmk

    def generate(self, attributes: KeyAttributes) -> GenerateKey:
        """See `Dialect.generate`."""
        scheme = _code(_VARIANT_SCHEMES, attributes.algorithm, "a variant LMK")
        return GenerateKey(mode="0", key_type=_type_of(attributes.key_usage), scheme=scheme, lmk=self._lmk)

    def generate_pair(self, bits: int) -> GenerateKeyPair:
        """See `Dialect.generate_pair`."""
        return GenerateKeyPair(key_type=_SIGNATURE_ONLY, bits=f"{bits:04d}", encoding=_TWOS_COMPLEMENT, lmk=self._lmk)

    def check_value(self, key: KeyToMove) -> CheckValue:
        """See `Dialect.check_value`. Types of variant 0 have a code of their own, others stand apart."""
        key_type = _type(key)
        plain = key_type.startswith("0")
        return CheckValue(
            type_code=key_type[1:] if plain else "FF",
            length_flag=_VARIANT_LENGTH_FLAGS.get(key.reference[:1], "0"),
            key=key.reference,
            key_type=None if plain else key_type,
            options=_SIX_DIGITS,
            lmk=self._lmk,
        )

    def export_tr31(self, key: KeyToMove, kek: KeyToMove) -> ExportKey:
        """See `Dialect.export_tr31`."""
        return ExportKey(
            key_type=_type(key),
            zmk=kek.reference,
            key=key.reference,
            scheme="R",
            lmk=self._lmk,
            export_attributes=_export_attributes(key.attributes),
            version=_TR31_VERSIONS["T"],
        )

    def export_tr34(
        self,
        key: KeyToMove,
        *,
        private_key: bytes,
        kdh_id: bytes,
        krd_id: bytes,
        krd_public_key: bytes,
        nonce: bytes,
    ) -> ExportTr34:
        """See `Dialect.export_tr34`."""
        return ExportTr34(
            key_type=_type(key),
            key=key.reference,
            kdh_id=kdh_id,
            krd_id=krd_id,
            krd_public_key=krd_public_key,
            private_key=PrivateKey(private_key, block=False),
            nonce=nonce,
            lmk=self._lmk,
            export_attributes=_export_attributes(key.attributes),
            version=TR34_VERSION,
        )


def _code(codes: dict[KeyAlgorithm, str], algorithm: KeyAlgorithm, holder: str) -> str:
    if algorithm not in codes:
        raise UnsupportedError(
            f"{holder} of a payShield holds no {algorithm} keys",
            hint="AES needs a key-block LMK under AES; A0 makes TDES and AES keys only",
        )
    return codes[algorithm]


def _type(key: KeyToMove) -> str:
    return key.vendor_key_type or _type_of(key.attributes.key_usage)


def _type_of(usage: str) -> str:
    if usage not in TYPE_OF_USAGE:
        raise UnsupportedError(
            f"no payShield key type is known for key usage {usage}",
            hint="give the key's type as key_type, three characters such as 009",
        )
    return TYPE_OF_USAGE[usage]


def _export_attributes(attributes: KeyAttributes) -> ExportAttributes:
    return ExportAttributes(
        key_usage=attributes.key_usage,
        mode_of_use=attributes.mode_of_use,
        key_version_number=attributes.key_version_number,
        exportability=attributes.exportability,
    )


def _stricter(key: KeyToMove) -> str | None:
    """The exportability to send after `&`: only when the reviewed file wants another than the key's block has."""
    wanted = key.attributes.exportability
    return None if wanted == blocks.read_header(key.reference).exportability else wanted


def _header_letter(key: KeyToMove) -> str:
    try:
        return blocks.read_header(key.reference).algorithm
    except FormatError:
        return key.attributes.algorithm.letter.value
