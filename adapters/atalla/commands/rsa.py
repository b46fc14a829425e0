"""120 generate a key pair, 12A trust a public key, 139 sign."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import HEADER, Free, IfMore, Key, Octets, Others, Position, digits, one_of
from ..message import Reply, Request

SHA256 = "5"
PKCS1 = "1"
OK = "OK"
CHALLENGE = "CHALLENGE"

_AWS_TR34 = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr34.py"
_AWS_HELPER = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/atalla/helpers/atalla_helper.py"


class GenerateKeyPairReply(Reply):
    """220: the public key in clear, the private key encrypted; a slot when it was stored."""

    code = "220"
    public_key: str = wire(Key())
    private_key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(Free(64))
    slot: str | None = wire(IfMore(Free(8)), default=None)


class GenerateKeyPair(Request[GenerateKeyPairReply]):
    """120: an RSA key pair. Usage w signs TR-34 messages, k receives keys; the length is in bits."""

    code = "120"
    reply = GenerateKeyPairReply
    provenance = "capture"
    source = _AWS_HELPER
    conventions = (
        "headers 1wRVE000 and 1wRGN000 for a pair that signs, 1kREE000 and 1kRDN000 for one that receives",
        "the private key is its PKCS#1 DER, filled with 80 and zeros, protected as a symmetric key is",
        "the MAC of a public key is over its header and clear key field, filled with zeros",
        "check digits are those of a SHA-1 over the public key",
    )
    usage: str = wire(one_of("w", "k"))
    exponent: bytes = wire(Octets(3, 3))
    bits: str = wire(digits(4, 4))


class TrustPublicKeyReply(Reply):
    """22A: OK and the public key's AKB, or what the officers have to answer."""

    code = "22A"
    status: str = wire(Free(64))
    rest: tuple[str, ...] = wire(Others())


class TrustPublicKey(Request[TrustPublicKeyReply]):
    """12A: an AKB for a public key, under dual control. First without an answer, then with the officers' one."""

    code = "12A"
    reply = TrustPublicKeyReply
    provenance = "capture"
    source = f"{_AWS_TR34} and readme.md (both steps, the reply of the second)"
    conventions = (
        "the reply of the first step is `CHALLENGE` and eight hexadecimal digits",
        "a challenge is good for fifteen minutes and for this key; a wrong or late answer is refused with 24",
    )
    header: str = wire(HEADER)
    exponent: bytes = wire(Octets(8, 1))
    modulus: bytes = wire(Octets(1024, 128))
    answer: str = wire(Free(64), default="")


class SignReply(Reply):
    """239: the signature is the second field."""

    code = "239"
    first: str = wire(Free())
    signature: bytes = wire(Octets(1024, 64))


class Sign(Request[SignReply]):
    """139: RSASSA-PKCS1-v1_5 over a message: a certification request, or the signed attributes of a TR-34 token.

    For a token the HSM also gets the envelope and where in it (hexadecimal digits, from 1) the pieces stand that its
    136 made, so that it signs for no other key.
    """

    code = "139"
    reply = SignReply
    provenance = "capture"
    source = f"{_AWS_TR34}; {_AWS_HELPER}"
    conventions = (
        "field 1 of the reply repeats the hash",
        "an envelope whose pieces are not what 136 made, or whose digest is not in the message, is refused with 08",
    )
    hash: str = wire(one_of(SHA256), default=SHA256)
    padding: str = wire(one_of(PKCS1), default=PKCS1)
    message: bytes = wire(Octets(shortest=1))
    envelope: bytes = wire(Octets(), default=b"")
    key_position: int | None = wire(Position(prefix="0"), default=None)
    iv_position: int | None = wire(Position(), default=None)
    block_position: int | None = wire(Position(), default=None)
    token: str = wire(Free(), default="")
    private_key: str = wire(Key(), sensitive=True)
