"""B8 export a key in the pieces of a TR-34 token."""

from __future__ import annotations

from keyexchange.wire import Counted, Der, Digits, Marked, Nested, Raw, Text, wire

from ..fields import Key, PrivateKey, SizedPrivateKey
from ..message import Reply, Request
from .attributes import ExportAttributes
from .conditions import key_block, variant


class ExportTr34Reply(Reply):
    """B9: the host wraps the pieces into SignedData. The KCV is three raw octets here."""

    code = "B9"
    signed_attributes: bytes = wire(Der())
    kcv: bytes = wire(Raw(3))
    enveloped: bytes = wire(Der())
    signature: bytes = wire(Counted(4))


class ExportTr34(Request[ExportTr34Reply]):
    """B8: two-pass TR-34 under one recipient's RSA key, signed by a private key given in the command.

    Credentials are DER IssuerAndSerialNumber; the recipient's key is a DER RSAPublicKey.
    """

    code = "B8"
    reply = ExportTr34Reply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py; "
        "KawataniShinya/hsm-payment-crypto: recorded replies"
    )
    conventions = (
        "the header's length digits are those the key would have in a TR-31 block",
        "an AES key is refused with A5 or 27: the content is under three-key TDES",
    )
    schema: str = wire(Digits(1), default="0")
    key_type: str = wire(Text(3))
    key: str = wire(Key(), sensitive=True)
    kdh_id: bytes = wire(Der())
    content_encryption: str = wire(Digits(2), default="00")
    key_encryption: str = wire(Digits(2), default="00")
    recipients: str = wire(Digits(2), default="01")
    krd_id: bytes = wire(Der())
    krd_public_key: bytes = wire(Der())
    oaep_parameters: str = wire(Digits(2), default="00")
    private_key_flag: str = wire(Digits(2), default="99")
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)
    padding: str = wire(Digits(2), default="01")
    digest: str = wire(Digits(1), default="0")
    nonce: bytes = wire(Counted(2, base=16))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    exportability: str | None = wire(Marked("&", Text(1)), default=None, when=key_block)
    export_attributes: ExportAttributes | None = wire(Marked("&", Nested(ExportAttributes)), default=None, when=variant)
    version: str | None = wire(Marked("!", Text(1)), default=None)
