"""EI generate a key pair, EO import a public key, QE certification request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Counted, Der, Digits, Marked, Nested, Record, Rest, Terminated, Text, wire

from ..fields import Block, Exponent, PrivateKey, SizedPrivateKey, TextUntil
from ..message import Reply, Request
from .attributes import KeyPairAttributes, PublicKeyAttributes

LONGEST_SUBJECT_FIELD = 64


class GenerateKeyPairReply(Reply):
    """EJ: the public key (PKCS#1 RSAPublicKey), the private key under the LMK."""

    code = "EJ"
    public_key: bytes = wire(Der())
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)


class GenerateKeyPair(Request[GenerateKeyPairReply]):
    """EI: a new RSA key pair. Key type 0 signs, 1 manages keys, 2 does both; the length is in bits."""

    code = "EI"
    reply = GenerateKeyPairReply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py; "
        "kambizh/payshield-crypto-client: EICommand.java"
    )
    conventions = (
        "error codes of parameters: 03 encoding, 04 key type, 05 length, 06 an exponent other than 65537",
        "under a variant LMK the private key is its five integers, padded, 3DES-CBC under pair 34-35",
    )
    key_type: str = wire(Digits(1))
    bits: str = wire(Digits(4))
    encoding: str = wire(Digits(2))
    exponent: int | None = wire(Exponent(), default=None)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: KeyPairAttributes | None = wire(Marked("#", Nested(KeyPairAttributes)), default=None)
    exportability: str | None = wire(Marked("&", Text(1)), default=None)


class ImportPublicKeyReply(Reply):
    """EP: the public key as later commands take it: MAC and DER (variant LMK), or a key block."""

    code = "EP"
    public_key: bytes = wire(Rest())


class ImportPublicKey(Request[ImportPublicKeyReply]):
    """EO: authenticate a public key for later use."""

    code = "EO"
    reply = ImportPublicKeyReply
    provenance = "capture"
    source = "KawataniShinya/hsm-payment-crypto: README.md (recorded replies); kambizh/payshield-crypto-client"
    conventions = ("the MAC under a variant LMK is ISO 9797-1 algorithm 1 under pair 36-37, the left four octets",)
    encoding: str = wire(Digits(2))
    public_key: bytes = wire(Der())
    authentication_data: str = wire(TextUntil(b"~%#\x19"), default="")
    end: str | None = wire(Marked("~", Text(0)), default=None)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: PublicKeyAttributes | None = wire(Marked("#", Nested(PublicKeyAttributes)), default=None)


class Subject(Record):
    """The six fields of a certification request's subject; the country has two letters."""

    common_name: str = wire(Terminated(";", LONGEST_SUBJECT_FIELD))
    organization: str = wire(Terminated(";", LONGEST_SUBJECT_FIELD))
    organizational_unit: str = wire(Terminated(";", LONGEST_SUBJECT_FIELD))
    locality: str = wire(Terminated(";", LONGEST_SUBJECT_FIELD))
    state: str = wire(Terminated(";", LONGEST_SUBJECT_FIELD))
    country: str = wire(Terminated(";", 2))


class CertificationRequestReply(Reply):
    """QF: PEM or hex."""

    code = "QF"
    request: bytes = wire(Counted(4))


def _rsa(values: Mapping[str, Any]) -> bool:
    return bool(values["signature"] == "01")


class CertificationRequest(Request[CertificationRequestReply]):
    """QE: a PKCS#10 request signed by a private key. Key-block LMK only."""

    code = "QE"
    reply = CertificationRequestReply
    provenance = "second"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py (defined, never called); "
        "kambizh/payshield-crypto-client: QECommand.java"
    )
    conventions = ("subject templates (subject type 0) are not declared: the face answers them with 15",)
    request_type: str = wire(Digits(1))
    output_format: str = wire(Digits(1))
    signature: str = wire(Digits(2))
    encoding: str = wire(Digits(2))
    public_key: bytes = wire(Der())
    private_key: bytes = wire(Block(), sensitive=True)
    padding: str | None = wire(Digits(2), default=None, when=_rsa)
    digest: str = wire(Digits(2))
    subject_type: str = wire(Digits(1))
    subject: Subject = wire(Nested(Subject))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
