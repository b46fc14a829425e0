"""Commands under a variant LMK."""

from __future__ import annotations

from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from ..commands import (
    CheckValue,
    ExportAttributes,
    ExportKey,
    ExportRsa,
    ExportTr34,
    GenerateKey,
    GenerateKeyPair,
    ImportKey,
    ImportPublicKey,
    ImportRsa,
    ImportTr34,
)
from ..commands.rsa_transport import OAEP, UNFORMATTED
from ..fields import PrivateKey, PublicKey
from ..lmk.key_types import PAIRS, TYPE_OF_USAGE
from .common import (
    ARRIVING,
    LONG_KCV,
    SIX_DIGITS,
    TR31_TAG,
    TR31_VERSIONS,
    TR34_VERSION,
    TWOS_COMPLEMENT,
    code_of,
    oaep_of,
)

_VARIANT_SCHEMES = {KeyAlgorithm.TDES_2KEY: "U", KeyAlgorithm.TDES_3KEY: "T"}
_VARIANT_LENGTH_FLAGS = {"U": "1", "T": "2"}


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
        scheme = code_of(_VARIANT_SCHEMES, attributes.algorithm, "a variant LMK")
        return GenerateKey(mode="0", key_type=_type_of(attributes.key_usage), scheme=scheme, lmk=self._lmk)

    def generate_pair(self, bits: int, key_type: str) -> GenerateKeyPair:
        """See `Dialect.generate_pair`."""
        return GenerateKeyPair(key_type=key_type, bits=f"{bits:04d}", encoding=TWOS_COMPLEMENT, lmk=self._lmk)

    def check_value(self, key: KeyToMove) -> CheckValue:
        """See `Dialect.check_value`. Types of variant 0 have a code of their own, others stand apart."""
        key_type = _type(key)
        plain = key_type.startswith("0")
        return CheckValue(
            type_code=key_type[1:] if plain else "FF",
            length_flag=_VARIANT_LENGTH_FLAGS.get(key.reference[:1], "0"),
            key=key.reference,
            key_type=None if plain else key_type,
            options=SIX_DIGITS,
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
            version=TR31_VERSIONS["T"],
        )

    def import_tr31(self, block: str, key: KeyToMove, kek: str) -> ImportKey:
        """See `Dialect.import_tr31`."""
        return ImportKey(key_type=_type(key), zmk=kek, key=f"{TR31_TAG}{block}", scheme=_scheme_of(key), lmk=self._lmk)

    def import_tr34(
        self, token: bytes, key: KeyToMove, *, private_key: bytes, kdh_certificate: bytes, nonce: bytes
    ) -> ImportTr34:
        """See `Dialect.import_tr34`."""
        return ImportTr34(
            key_type=_type(key),
            key_token=token,
            private_key=PrivateKey(private_key, block=False),
            kdh_certificate=kdh_certificate,
            nonce=nonce,
            scheme=_scheme_of(key),
            lmk=self._lmk,
        )

    def arrived_attributes(self, reference: str, sent: KeyAttributes) -> KeyAttributes:  # noqa: ARG002
        """See `Dialect.arrived_attributes`. Under a variant LMK only the type is kept, which has the usage sent."""
        return sent

    def held_kek(self, reference: str) -> KeyToMove:
        """See `Dialect.held_kek`."""
        algorithms = {scheme: algorithm for algorithm, scheme in _VARIANT_SCHEMES.items()}
        algorithm = algorithms.get(reference[:1])
        if algorithm is None:
            raise FormatError(
                "it is no TDES key under a variant LMK",
                category="command",
                hint="such a KEK is U and 32 hex digits, or T and 48",
            )
        return KeyToMove("kek", reference, KeyAttributes("K0", algorithm, "B"))

    def authenticate(self, public_key: bytes) -> ImportPublicKey:
        """See `Dialect.authenticate`."""
        return ImportPublicKey(encoding=TWOS_COMPLEMENT, public_key=public_key, lmk=self._lmk)

    def export_rsa(self, key: KeyToMove, authenticated: bytes, *, kcv: str, spec: str) -> ExportRsa:
        """See `Dialect.export_rsa`."""
        return ExportRsa(
            padding=OAEP,
            oaep=oaep_of(spec),
            key_type=_pair_type(_type(key)),
            length_flag=_VARIANT_LENGTH_FLAGS.get(key.reference[:1], "0"),
            key=key.reference,
            kcv=kcv.ljust(LONG_KCV, "0"),
            public_key=PublicKey(authenticated, block=False),
            block_type=UNFORMATTED,
            lmk=self._lmk,
        )

    def import_rsa(self, wrapped: bytes, spec: str, key: KeyToMove, private_key: bytes) -> ImportRsa:
        """See `Dialect.import_rsa`."""
        return ImportRsa(
            padding=OAEP,
            oaep=oaep_of(spec),
            key_type=_pair_type(_type(key)),
            wrapped=wrapped,
            private_key=PrivateKey(private_key, block=False),
            algorithm=ARRIVING["T"],
            scheme=_scheme_of(key),
            block_type=UNFORMATTED,
            lmk=self._lmk,
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


def _type(key: KeyToMove) -> str:
    return key.vendor_key_type or _type_of(key.attributes.key_usage)


def _type_of(usage: str) -> str:
    if usage not in TYPE_OF_USAGE:
        raise UnsupportedError(
            f"no payShield key type is known for key usage {usage}",
            hint="give the key's type as key_type, three characters such as 009",
        )
    return TYPE_OF_USAGE[usage]


def _pair_type(key_type: str) -> str:
    """A key type as GI and GK name it: the LMK pair, and the variant in two digits."""
    return f"{PAIRS[key_type[1:]][:2]}0{key_type[0]}"


def _scheme_of(key: KeyToMove) -> str:
    return code_of(_VARIANT_SCHEMES, key.attributes.algorithm, "a variant LMK")


def _export_attributes(attributes: KeyAttributes) -> ExportAttributes:
    return ExportAttributes(
        key_usage=attributes.key_usage,
        mode_of_use=attributes.mode_of_use,
        key_version_number=attributes.key_version_number,
        exportability=attributes.exportability,
    )
