"""FY generate an ECC key pair, IG agree on a key by ECDH. Key-block LMK only."""

from __future__ import annotations

from keyexchange.wire import Counted, Der, Digits, Marked, Nested, Raw, Text, wire

from ..fields import After, Key
from ..message import Reply, Request
from .attributes import NewKeyAttributes, PublicKeyAttributes


class GenerateEccPairReply(Reply):
    """FZ: the public key (SubjectPublicKeyInfo), the private key in a block that is text throughout."""

    code = "FZ"
    public_key: bytes = wire(Counted(4))
    private_key: str = wire(Key(), sensitive=True)


class GenerateEccPair(Request[GenerateEccPairReply]):
    """FY: a new key pair on P-256 (00), P-384 (01) or P-521 (02). Mode X agrees on keys, S signs."""

    code = "FY"
    reply = GenerateEccPairReply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py; "
        "mszeu/PayShieldPressureTest: pressureTest.py"
    )
    conventions = (
        "the leading 01 is taken for a version: another gives E0",
        "inside the block the private key is its length in bits, two octets, and the scalar",
        "an LMK under 3DES answers 48",
    )
    version: str = wire(Digits(2), default="01")
    curve: str = wire(Digits(2))
    encoding: str = wire(Digits(2), default="03")
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: PublicKeyAttributes | None = wire(Marked("#", Nested(PublicKeyAttributes)), default=None)


class AgreeKeyReply(Reply):
    """IH: the derived key; the check value is three raw octets here."""

    code = "IH"
    key: str = wire(Key(), sensitive=True)
    kcv: bytes = wire(Raw(3))


class AgreeKey(Request[AgreeKeyReply]):
    """IG: a key out of our ECC private key and the other party's public key."""

    code = "IG"
    reply = AgreeKeyReply
    provenance = "capture"
    source = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py"
    conventions = (
        "what the literals 21, ;01 and ;: mean is not public: they are required as they are, else 15",
        "the shared information is read as hex digits, which is what APC does with the same text",
        "a derived TDES key gets odd parity; the default LMK is used, since no identifier is sent",
        "error codes: E4 no ECC public key, D2 another curve, D3 encoding, 05 hash, 15 derivation function",
        "a curve that is weaker than the derived key gives A5",
    )
    method: str = wire(Digits(2), default="21")
    encoding: str = wire(Digits(2), default="03")
    public_key: bytes = wire(Der())
    private_key: str = wire(Key(), sensitive=True)
    derivation: str = wire(Digits(1))
    hash: str = wire(Digits(2))
    shared_information_flag: str = wire(Digits(1), default="1")
    shared_information: bytes = wire(Counted(4))
    keys: str = wire(After(";", Digits(2)), default="01")
    bits: str = wire(Digits(5))
    attributes: NewKeyAttributes = wire(Nested(NewKeyAttributes))
    end: str = wire(After(";:", Text(0)), default="")
