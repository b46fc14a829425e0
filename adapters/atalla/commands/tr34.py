"""136 a key in the pieces of a TR-34 token."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, Key, Octets, one_of
from ..message import Reply, Request


class SealKeyReply(Reply):
    """236: the key under the master file key, and the pieces of the envelope; the token links them to 139."""

    code = "236"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)
    wrapped_key: bytes = wire(Octets(1024, 128))
    iv: bytes = wire(Octets(8, 8))
    block: bytes = wire(Octets(4096, 8))
    token: str = wire(Free())


class SealKey(Request[SealKeyReply]):
    """136: a key, sealed for a receiver: encrypted under a one-time TDES key, that under the receiver's RSA key.

    The header is used as it is, also its length digits. `sender` is DER: INTEGER 1 and IssuerAndSerialNumber of the
    sender's certificate.
    """

    code = "136"
    reply = SealKeyReply
    provenance = "capture"
    source = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr34.py"
    conventions = (
        "field 1 is the length of a new key (D or T)",
        "field 3 is a key that is there and is sent instead of a new one: AWS's script always leaves it empty",
        "fields 5 and 6 are taken with AWS's values D and 4 only",
        "the content is encrypted with three-key TDES and padded as in PKCS#7, the one-time key with OAEP SHA-256",
        "the token is a MAC over a digest of the three pieces",
    )
    length: str = wire(one_of("D", "T"), default="T")
    header: str = wire(Free(16, 16))
    key: str = wire(Key(optional=True), default="", sensitive=True)
    sender: bytes = wire(Octets(2048, 8))
    cipher: str = wire(one_of("D"), default="D")
    wrapping: str = wire(one_of("4"), default="4")
    receiver: str = wire(Key())
