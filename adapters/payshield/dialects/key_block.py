"""Commands under a key-block LMK."""

from __future__ import annotations

from keyexchange.errors import FormatError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from ..commands import (
    KEY_BLOCK_TYPE,
    ArrivingAttributes,
    CheckValue,
    ExportKey,
    ExportRsa,
    ExportTr34,
    GenerateKey,
    GenerateKeyPair,
    ImportKey,
    ImportPublicKey,
    ImportRsa,
    ImportTr34,
    KeyPairAttributes,
    NewKeyAttributes,
    PublicKeyAttributes,
)
from ..commands.rsa_transport import OAEP, UNFORMATTED
from ..fields import PrivateKey, PublicKey
from ..lmk import blocks
from ..lmk.key_types import TR31_USAGE
from .common import (
    ALGORITHM_CODES,
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

_SHORTEST = {"T": KeyAlgorithm.TDES_2KEY, "A": KeyAlgorithm.AES_128}
"""By a header's letter: enough to know how its check value is made."""
_NOT_EXPORTABLE = "N"
_RSA_BLOCK_TYPE = "FFFF"


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
            algorithm=code_of(ALGORITHM_CODES, attributes.algorithm, "a key-block LMK"),
            mode_of_use=attributes.mode_of_use,
            key_version_number=attributes.key_version_number,
            exportability=attributes.exportability,
        )
        return GenerateKey(mode="0", key_type=KEY_BLOCK_TYPE, scheme=blocks.TAG, lmk=self._lmk, attributes=wanted)

    def generate_pair(self, bits: int, key_type: str) -> GenerateKeyPair:
        """See `Dialect.generate_pair`."""
        return GenerateKeyPair(
            key_type=key_type,
            bits=f"{bits:04d}",
            encoding=TWOS_COMPLEMENT,
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
            options=SIX_DIGITS,
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
            version=TR31_VERSIONS.get(_header_letter(kek)),
        )

    def import_tr31(self, block: str, key: KeyToMove, kek: str) -> ImportKey:  # noqa: ARG002 (the block says it all)
        """See `Dialect.import_tr31`."""
        return ImportKey(key_type=KEY_BLOCK_TYPE, zmk=kek, key=f"{TR31_TAG}{block}", scheme=blocks.TAG, lmk=self._lmk)

    def import_tr34(
        self,
        token: bytes,
        key: KeyToMove,  # noqa: ARG002 (the token says it all)
        *,
        private_key: bytes,
        kdh_certificate: bytes,
        nonce: bytes,
    ) -> ImportTr34:
        """See `Dialect.import_tr34`."""
        return ImportTr34(
            key_type=KEY_BLOCK_TYPE,
            key_token=token,
            private_key=PrivateKey(private_key, block=True),
            kdh_certificate=kdh_certificate,
            nonce=nonce,
            scheme=blocks.TAG,
            lmk=self._lmk,
        )

    def arrived_attributes(self, reference: str, sent: KeyAttributes) -> KeyAttributes:
        """See `Dialect.arrived_attributes`. The header does not tell how long the key is."""
        header = blocks.read_header(reference)
        usage = TR31_USAGE.get(header.key_usage, header.key_usage)
        return KeyAttributes(usage, sent.algorithm, header.mode_of_use, header.exportability, header.key_version_number)

    def held_kek(self, reference: str) -> KeyToMove:
        """See `Dialect.held_kek`. The header does not tell how long the key is; no command asks for that."""
        algorithm = _SHORTEST.get(blocks.read_header(reference).algorithm)
        if algorithm is None:
            raise FormatError(
                "the block is of no TDES or AES key",
                category="header_malformed",
                hint="give the KEK as the report of the run that established it names it",
            )
        return KeyToMove("kek", reference, KeyAttributes("K1", algorithm, "B"))

    def authenticate(self, public_key: bytes) -> ImportPublicKey:
        """See `Dialect.authenticate`. The attributes are those of recorded traffic."""
        attributes = PublicKeyAttributes(mode_of_use="N", key_version_number="00", exportability="S")
        return ImportPublicKey(encoding=TWOS_COMPLEMENT, public_key=public_key, lmk=self._lmk, attributes=attributes)

    def export_rsa(self, key: KeyToMove, authenticated: bytes, *, kcv: str, spec: str) -> ExportRsa:
        """See `Dialect.export_rsa`."""
        return ExportRsa(
            padding=OAEP,
            oaep=oaep_of(spec),
            key_type=_RSA_BLOCK_TYPE,
            length_flag="F",
            key=key.reference,
            kcv=kcv.ljust(LONG_KCV, "0"),
            public_key=PublicKey(authenticated, block=True),
            block_type=UNFORMATTED,
            lmk=self._lmk,
        )

    def import_rsa(self, wrapped: bytes, spec: str, key: KeyToMove, private_key: bytes) -> ImportRsa:
        """See `Dialect.import_rsa`. A cryptogram has no header, so the command says what the key is."""
        wanted = key.attributes
        return ImportRsa(
            padding=OAEP,
            oaep=oaep_of(spec),
            key_type=_RSA_BLOCK_TYPE,
            wrapped=wrapped,
            private_key=PrivateKey(private_key, block=True),
            algorithm=ARRIVING[wanted.algorithm.letter.value],
            scheme=blocks.TAG,
            block_type=UNFORMATTED,
            lmk=self._lmk,
            attributes=ArrivingAttributes(
                key_usage=wanted.key_usage,
                mode_of_use=wanted.mode_of_use,
                key_version_number=wanted.key_version_number,
                exportability=wanted.exportability,
            ),
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


def _stricter(key: KeyToMove) -> str | None:
    """The exportability to send after `&`: only when the reviewed file wants another than the key's block has."""
    wanted = key.attributes.exportability
    return None if wanted == blocks.read_header(key.reference).exportability else wanted


def _header_letter(key: KeyToMove) -> str:
    try:
        return blocks.read_header(key.reference).algorithm
    except FormatError:
        return key.attributes.algorithm.letter.value
