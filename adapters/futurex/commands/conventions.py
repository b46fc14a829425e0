"""ZTRI, ZRSI and ZRSE: conventions of the simulator, for what no public source has a command. Z begins no real code.

A real HSM answers them with 52. So against one, a KEK goes out by TR-34 (TRTP) and keys come back under it (TWKS).
"""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import Octets, maybe, one_of, token
from .exchange import LONGEST_TOKEN
from .values import ASYMMETRIC, CERTIFICATE, CHECK_DIGITS, HEADER, KEY, MAJOR_KEY, PMK

SIMULATOR = "keyexchange software HSM"
"""The product that a face names in ECHO: these commands are sent to nothing else."""
OAEP_SPECS = {"4": "RSA_OAEP_SHA_256", "6": "RSA_OAEP_SHA_512"}
"""RG: hashes are counted as in SDDH."""
CRYPTOGRAM = Octets(256, 512)
"""As long as the modulus."""
_OURS = "none: a convention of this project's simulator"


class ImportTr34Reply(Reply):
    """The key under the PMK, its check digits."""

    code = "ZTRI"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)


class ImportTr34(Request[ImportTr34Reply]):
    """ZTRI: a key out of a TR-34 token: two-pass with our random number, one-pass when it is empty or absent."""

    code = "ZTRI"
    reply = ImportTr34Reply
    provenance = "self"
    source = _OURS
    conventions = ("the whole command",)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    key_token: bytes = token("SJ", Octets(1, LONGEST_TOKEN))
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    kdh_certificate: bytes = token("RV", CERTIFICATE)
    kdh_issuer: str = token("SA", ASYMMETRIC, sensitive=True)
    nonce: bytes | None = maybe("BJ", Octets(0, 16))


class ImportRsaReply(Reply):
    """The key under the PMK, its check digits."""

    code = "ZRSI"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)


class ImportRsa(Request[ImportRsaReply]):
    """ZRSI: a key wrapped with RSA-OAEP. The hash is 4 SHA-256 or 6 SHA-512; the header says what the key is."""

    code = "ZRSI"
    reply = ImportRsaReply
    provenance = "self"
    source = _OURS
    conventions = ("the whole command",)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    wrapped: bytes = token("RF", CRYPTOGRAM)
    hash: str = token("RG", one_of(*OAEP_SPECS))
    header: str = token("AK", HEADER)


class ExportRsaReply(Reply):
    """The key under the receiver's RSA key, its check digits."""

    code = "ZRSE"
    wrapped: bytes = token("RF", CRYPTOGRAM)
    kcv: str = token("AE", CHECK_DIGITS)


class ExportRsa(Request[ExportRsaReply]):
    """ZRSE: a key wrapped with RSA-OAEP for the receiver's certificate, which the trusted key has signed."""

    code = "ZRSE"
    reply = ExportRsaReply
    provenance = "self"
    source = _OURS
    conventions = ("the whole command",)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    certificate: bytes = token("RV", CERTIFICATE)
    issuer: str = token("SA", ASYMMETRIC, sensitive=True)
    key: str = token("BG", KEY, sensitive=True)
    hash: str = token("RG", one_of(*OAEP_SPECS))
