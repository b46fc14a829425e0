"""GI import a key under an RSA public key of this HSM, GK export one under an RSA public key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Counted, Digits, Hex, Marked, Nested, Record, Text, wire

from ..fields import After, AuthenticatedKey, HexCounted, Key, PrivateKey, PublicKey, SizedPrivateKey
from ..message import Reply, Request
from .attributes import ArrivingAttributes

OAEP = "02"
TEMPLATE, UNFORMATTED = "02", "03"


class OaepParameters(Record):
    """Mask generation function, its hash, the encoding parameters."""

    mask: str = wire(Digits(2), default="01")
    hash: str = wire(Digits(2))
    parameters: bytes = wire(Counted(2), default=b"")
    end: str = wire(After(";", Text(0)), default="")


def _oaep(values: Mapping[str, Any]) -> bool:
    return bool(values["padding"] == OAEP)


class ImportRsaReply(Reply):
    """GJ."""

    code = "GJ"
    key: str = wire(Key(), sensitive=True)
    kcv: str = wire(Hex(6))


class ImportRsa(Request[ImportRsaReply]):
    """GI: a symmetric key that was encrypted under the public key of a pair from EI."""

    code = "GI"
    reply = ImportRsaReply
    provenance = "capture"
    source = (
        "metalcorpe/payshield-rest-api: test/importtmkunderrsa.json (recorded); HSM 8000 page 'Import Key under RSA "
        "Public Key'"
    )
    conventions = (
        "the OAEP hash is 01 for SHA-1, 06 for SHA-256, 08 for SHA-512; the last two by analogy with other commands",
        "only key block type 03 (the bare key) is read: 01 and 02, and signature fields, are answered with 15",
        "a TDES key without odd parity gives 10; a key of no length that it can have, 77",
    )
    encryption: str = wire(Digits(2), default="01")
    padding: str = wire(Digits(2))
    oaep: OaepParameters | None = wire(Nested(OaepParameters), default=None, when=_oaep)
    key_type: str = wire(Text(4))
    wrapped: bytes = wire(Counted(4))
    private_key_flag: str = wire(After(";", Digits(2)), default="99")
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)
    algorithm: str = wire(After(";", Digits(1)))
    scheme: str = wire(Text(1))
    kcv_type: str = wire(Digits(1), default="1")
    block_type: str | None = wire(Marked("=", Digits(2)), default=None)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: ArrivingAttributes | None = wire(Marked("#", Nested(ArrivingAttributes)), default=None)


class Template(Record):
    """A block to encrypt, and where key and check value go into it. Lengths and offsets in octets."""

    content: bytes = wire(HexCounted(4), sensitive=True)
    key_offset: str = wire(After(";", Digits(4)))
    kcv_length: str = wire(Digits(2))
    kcv_offset: str = wire(Digits(4))


def _template(values: Mapping[str, Any]) -> bool:
    return bool(values["block_type"] == TEMPLATE)


class ExportRsaReply(Reply):
    """GL."""

    code = "GL"
    wrapped: bytes = wire(Counted(4))


class ExportRsa(Request[ExportRsaReply]):
    """GK: a symmetric key under the RSA public key of somebody else, which EO authenticated."""

    code = "GK"
    reply = ExportRsaReply
    provenance = "capture"
    source = "KawataniShinya/hsm-payment-crypto: README.md (recorded); HSM 8000 page 'Export Key under RSA Public Key'"
    conventions = (
        "the OAEP hash is 01 for SHA-1, 06 for SHA-256, 08 for SHA-512; the last two by analogy with other commands",
        "block type 01 and signature fields are answered with 15",
        "a key block needs exportability S, else 29: the bare key is no trusted format",
        "a check value that is not the key's gives 84, a public key whose MAC is wrong 01",
    )
    encryption: str = wire(Digits(2), default="01")
    padding: str = wire(Digits(2))
    oaep: OaepParameters | None = wire(Nested(OaepParameters), default=None, when=_oaep)
    key_type: str = wire(Text(4))
    length_flag: str = wire(Text(1))
    key: str = wire(Key(), sensitive=True)
    kcv: str = wire(Hex(16))
    public_key: PublicKey = wire(AuthenticatedKey())
    block_type: str = wire(After(";", Digits(2)))
    template: Template | None = wire(Nested(Template), default=None, when=_template)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
