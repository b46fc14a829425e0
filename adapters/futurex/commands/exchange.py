"""TRTP: a key out by TR-34. SDDH: a key out of two elliptic curve keys."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import Octets, maybe, one_of, token
from .values import ASYMMETRIC, CERTIFICATE, CHECK_DIGITS, HASH, KEY, KEY_TYPE, MAJOR_KEY, MODIFIER, PMK

_AWS = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/futurex/commands.py"
OAEP_SHA_256 = "3"
TDES_ENVELOPE = "3"
LONGEST_TOKEN = 8192
KDFS = {"0": "NIST_SP800", "1": "ANSI_X963"}
"""KM. Source: AWS's scripts."""


class ExportTr34Reply(Reply):
    """The token, DER."""

    code = "TRTP"
    key_token: bytes = token("SJ", Octets(1, LONGEST_TOKEN))
    kcv: str | None = maybe("AE", CHECK_DIGITS)


class ExportTr34(Request[ExportTr34Reply]):
    """TRTP: a key in a two-pass TR-34 token for the receiver's certificate, which the trusted key has signed."""

    code = "TRTP"
    reply = ExportTr34Reply
    provenance = "capture"
    source = _AWS
    conventions = (
        "the token is in the X9_TR34_2012 layout, without certificates, under OAEP with SHA-256",
        "CT chooses the one-time key: 3 three-key TDES, as AWS sends; 4 AES-128 and 6 AES-256, for AES keys",
        "the header is the key's own, with the version letter and the length that a block under a TDES KEK would have; "
        "optional blocks are left out",
        "check digits are in no public reply",
    )
    padding: str = token("ZA", one_of(OAEP_SHA_256), default=OAEP_SHA_256)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    envelope: str = token("CT", one_of("3", "4", "6"), default=TDES_ENVELOPE)
    kdh_certificate: bytes = token("RV", CERTIFICATE)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    krd_certificate: bytes = token("SJ", CERTIFICATE)
    krd_issuer: str = token("SA", ASYMMETRIC, sensitive=True)
    key: str = token("BG", KEY, sensitive=True)
    nonce: bytes = token("BJ", Octets(8, 16))


class AgreeKeyReply(Reply):
    """The derived key under the PMK."""

    code = "SDDH"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str | None = maybe("AE", CHECK_DIGITS)


class AgreeKey(Request[AgreeKeyReply]):
    """SDDH: a KEK derived from our private and their trusted public key, and information that both sides know."""

    code = "SDDH"
    reply = AgreeKeyReply
    provenance = "capture"
    source = _AWS
    conventions = (
        "the shared information is its octets, as AWS's example derivation has it",
        "the derived key is K1, mode B, exportability N",
        "check digits are in no public reply",
    )
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    modifier: str | None = maybe("AS", MODIFIER, default="0")
    key_type: str = token("CT", KEY_TYPE)
    hash: str = token("RG", HASH)
    shared_information: bytes = token("AK", Octets(0, 256))
    kdf: str = token("KM", one_of(*KDFS))
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    peer: str = token("RD", ASYMMETRIC, sensitive=True)
