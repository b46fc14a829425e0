"""EW sign, EY verify a signature, EM translate a private key from the old LMK."""

from __future__ import annotations

from keyexchange.wire import Counted, Digits, Marked, Nested, Text, wire

from ..fields import After, AuthenticatedKey, PrivateKey, PublicKey, SizedPrivateKey
from ..message import Reply, Request
from .attributes import KeyPairAttributes


class SignReply(Reply):
    """EX."""

    code = "EX"
    signature: bytes = wire(Counted(4))


class Sign(Request[SignReply]):
    """EW: an RSA signature over the data."""

    code = "EW"
    reply = SignReply
    provenance = "capture"
    source = "KawataniShinya/hsm-payment-crypto: README.md; kambizh/payshield-crypto-client: EWCommand.java"
    conventions = ("hashes 06, 07 and 08 with padding 01 are served; others are answered with 05 and 07",)
    hash: str = wire(Digits(2))
    signature: str = wire(Digits(2), default="01")
    padding: str = wire(Digits(2), default="01")
    data: bytes = wire(Counted(4))
    private_key_flag: str = wire(After(";", Digits(2)), default="99")
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class CheckSignatureReply(Reply):
    """EZ: nothing but the error code: 01 the public key is not authentic, 02 the signature is wrong."""

    code = "EZ"


class CheckSignature(Request[CheckSignatureReply]):
    """EY: verify an RSA signature under a public key that EO authenticated."""

    code = "EY"
    reply = CheckSignatureReply
    provenance = "second"
    source = "kambizh/payshield-crypto-client: EYCommand.java; KawataniShinya/hsm-payment-crypto"
    conventions = ("hashes 06, 07 and 08 with padding 01 are served; others are answered with 05 and 07",)
    hash: str = wire(Digits(2))
    signature_type: str = wire(Digits(2), default="01")
    padding: str = wire(Digits(2), default="01")
    signature: bytes = wire(Counted(4))
    data: bytes = wire(After(";", Counted(4)))
    public_key: PublicKey = wire(After(";", AuthenticatedKey(ends=b"%\x19")))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class TranslatePrivateKeyReply(Reply):
    """EN."""

    code = "EN"
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)


class TranslatePrivateKey(Request[TranslatePrivateKeyReply]):
    """EM: an RSA private key from under the old LMK in key change storage to under the LMK."""

    code = "EM"
    reply = TranslatePrivateKeyReply
    provenance = "second"
    source = "softwaregroup-bg/ut-codec-payshield: messages.json"
    conventions = (
        "the reply has the private key as EJ has it",
        "without an old LMK the answer is 33; a key block that goes to a variant LMK gives A1",
        "a key that comes from a variant LMK gets mode of use N",
    )
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: KeyPairAttributes | None = wire(Marked("#", Nested(KeyPairAttributes)), default=None)
    exportability: str | None = wire(Marked("&", Text(1)), default=None)
