"""What both kinds of LMK have in common in the wording of commands, and the `Dialect` itself."""

from __future__ import annotations

from typing import Protocol

from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.errors import UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from ..commands import (
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
    OaepParameters,
)

ALGORITHM_CODES = {
    KeyAlgorithm.TDES_2KEY: "T2",
    KeyAlgorithm.TDES_3KEY: "T3",
    KeyAlgorithm.AES_128: "A1",
    KeyAlgorithm.AES_192: "A2",
    KeyAlgorithm.AES_256: "A3",
}
TR31_VERSIONS = {"T": "B", "A": "D"}
"""By the algorithm of the KEK."""
TR31_TAG, TR34_VERSION = "R", "B"
SIX_DIGITS, LONG_KCV = "001", 16
SIGNATURE_ONLY, KEY_MANAGEMENT, BOTH = "0", "1", "2"
"""What an RSA pair is for."""
TWOS_COMPLEMENT = "02"
ARRIVING = {"T": "0", "A": "1"}
"""What kind of key GI takes, by its algorithm's letter."""
_OAEP_HASHES = {WrappingSpec.RSA_OAEP_SHA_256: "06", WrappingSpec.RSA_OAEP_SHA_512: "08"}


class Dialect(Protocol):
    """Commands as one kind of LMK wants them."""

    keys_are_blocks: bool

    def generate(self, attributes: KeyAttributes) -> GenerateKey:
        """A0."""

    def generate_pair(self, bits: int, key_type: str) -> GenerateKeyPair:
        """EI.

        Args:
            key_type: `SIGNATURE_ONLY`, `KEY_MANAGEMENT` or `BOTH`.
        """

    def check_value(self, key: KeyToMove) -> CheckValue:
        """BU."""

    def export_tr31(self, key: KeyToMove, kek: KeyToMove) -> ExportKey:
        """A8 with scheme R."""

    def import_tr31(self, block: str, key: KeyToMove, kek: str) -> ImportKey:
        """A6 for a TR-31 block."""

    def import_tr34(
        self, token: bytes, key: KeyToMove, *, private_key: bytes, kdh_certificate: bytes, nonce: bytes
    ) -> ImportTr34:
        """Z8, by a convention of the simulator."""

    def arrived_attributes(self, reference: str, sent: KeyAttributes) -> KeyAttributes:
        """What a key that has arrived is, as far as it tells; the rest as it was sent."""

    def held_kek(self, reference: str) -> KeyToMove:
        """What a reference alone tells of a KEK, as `check_value` wants it."""

    def authenticate(self, public_key: bytes) -> ImportPublicKey:
        """EO for an RSAPublicKey in DER."""

    def export_rsa(self, key: KeyToMove, authenticated: bytes, *, kcv: str, spec: str) -> ExportRsa:
        """GK, the key by itself; `authenticated` is what EO answered."""

    def import_rsa(self, wrapped: bytes, spec: str, key: KeyToMove, private_key: bytes) -> ImportRsa:
        """GI, the key by itself."""

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


def code_of(codes: dict[KeyAlgorithm, str], algorithm: KeyAlgorithm, holder: str) -> str:
    """The code of an algorithm.

    Raises:
        UnsupportedError: the holder has none of that.
    """
    if algorithm not in codes:
        raise UnsupportedError(
            f"{holder} of a payShield holds no {algorithm} keys",
            hint="AES needs a key-block LMK under AES; A0 makes TDES and AES keys only",
        )
    return codes[algorithm]


def oaep_of(spec: str) -> OaepParameters:
    """The padding of GI and GK as RSA wrap names it."""
    return OaepParameters(hash=_OAEP_HASHES[WrappingSpec(spec)])
