"""GMAC: MAC. CBCE, CBCD: TDES in CBC mode. EMVM: MAC of an issuer script. RSAS, RSAV: RSA signatures."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import Octets, digits, maybe, one_of, token
from .values import ASYMMETRIC, BY_KEY_BLOCK, CHECK_DIGITS, CLIENT, DATA, KEY, MAJOR_KEY, PAN, PMK, SWITCH, VERDICT

WHOLE, MORE_FOLLOWS = "0", "1"
_PARTS = one_of(WHOLE, MORE_FOLLOWS)
_IN_ONE = "a message in parts (BN1) is refused with 18"
_IV = Octets(8, 8)
SHA_256 = "4"


class MacReply(Reply):
    """The MAC and the check digits of its key."""

    code = "GMAC"
    mac: bytes = token("BP", Octets(4, 16))
    kcv: str = token("AE", CHECK_DIGITS)


class MakeMac(Request[MacReply]):
    """GMAC: the MAC of data, AD octets long."""

    code = "GMAC"
    reply = MacReply
    provenance = "second"
    source = CLIENT
    conventions = (
        BY_KEY_BLOCK,
        _IN_ONE,
        "the key's usage names the algorithm: M1 and M3 ISO 9797-1 algorithms 1 and 3 with zeros as padding, M6 CMAC",
        "AD is the length in octets; BF and CZ are ignored",
    )
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    parts: str = token("BN", _PARTS, default=WHOLE)
    key: str = token("AR", KEY, sensitive=True)
    data: bytes = token("BO", DATA)
    switch_bf: str | None = maybe("BF", SWITCH, default="1")
    length: str = token("AD", digits(1, 2), default="8")
    switch_cz: str | None = maybe("CZ", SWITCH, default="1")


class EncryptReply(Reply):
    """The ciphertext and its last block, which begins what follows."""

    code = "CBCE"
    data: bytes = token("BP", DATA)
    last_block: bytes = token("GH", _IV)


class Encrypt(Request[EncryptReply]):
    """CBCE: whole blocks under TDES in CBC mode."""

    code = "CBCE"
    reply = EncryptReply
    provenance = "second"
    source = CLIENT
    conventions = (BY_KEY_BLOCK, "BF is ignored")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    key: str = token("GG", KEY, sensitive=True)
    iv: bytes = token("GH", _IV)
    data: bytes = token("BO", DATA)
    switch_bf: str | None = maybe("BF", SWITCH, default="1")


class DecryptReply(Reply):
    """The data and the last block of the ciphertext."""

    code = "CBCD"
    data: bytes = token("BP", DATA)
    last_block: bytes = token("GH", _IV)


class Decrypt(Request[DecryptReply]):
    """CBCD: whole blocks under TDES in CBC mode, decrypted."""

    code = "CBCD"
    reply = DecryptReply
    provenance = "second"
    source = CLIENT
    conventions = (BY_KEY_BLOCK, "BF is ignored")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    key: str = token("GG", KEY, sensitive=True)
    iv: bytes = token("GH", _IV)
    data: bytes = token("BO", DATA)
    switch_bf: str | None = maybe("BF", SWITCH, default="1")


class ScriptMacReply(Reply):
    """The MAC."""

    code = "EMVM"
    mac: bytes = token("KV", Octets(4, 8))


class MakeScriptMac(Request[ScriptMacReply]):
    """EMVM: the MAC of an issuer script, BJ octets long, under a session key of the card.

    KM chooses the derivation: 0 EMV 2000, 1 common session key, 2 the same with an unpredictable number, 3 Mastercard,
    4 Visa, 5 American Express. KS holds what it derives from: the counter, for 2 with the number, for 3 the cryptogram.
    """

    code = "EMVM"
    reply = ScriptMacReply
    provenance = "second"
    source = f"{CLIENT}, with its EnumKeyDerivationMethod"
    conventions = (
        "a key block in KO, whatever FS says; the source has a slot of a key under the MFK, and FS0",
        "card keys are derived by option A; the padding is method 2; BJ is in octets",
        "KS of 1 may also be the eight octets of the cryptogram",
    )
    selector: str = token("FS", one_of("0", PMK), default=PMK)
    derivation: str = token("KM", one_of("0", "1", "2", "3", "4", "5"))
    key: str = token("KO", KEY, sensitive=True)
    diversifier: bytes = token("KS", Octets(2, 8))
    data: bytes = token("BO", DATA)
    length: str = token("BJ", digits(1))
    pan: str = token("KQ", PAN)
    sequence_number: str = token("KR", digits(2))


class SignReply(Reply):
    """The signature."""

    code = "RSAS"
    signature: bytes = token("RH", Octets(256, 512))


class Sign(Request[SignReply]):
    """RSAS: a PKCS#1 v1.5 signature of data. RG is the hash: 4 is SHA-256."""

    code = "RSAS"
    reply = SignReply
    provenance = "second"
    source = f"{CLIENT}; a Go port of its signing part"
    conventions = (
        "FS6 and a private key under the PMK; the source has a slot",
        "no other hash than SHA-256 (0 none, 1 SHA-1, 2 MD5, 3 RIPEMD are refused with 03)",
        _IN_ONE,
    )
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    private_key: str = token("RC", ASYMMETRIC, sensitive=True)
    data: bytes = token("RF", DATA)
    hash: str = token("RG", one_of(SHA_256), default=SHA_256)
    parts: str = token("BN", _PARTS, default=WHOLE)
    switch_ky: str | None = maybe("KY", SWITCH, default="1")
    switch_za: str | None = maybe("ZA", SWITCH, default="1")


class CheckSignatureReply(Reply):
    """Y or N."""

    code = "RSAV"
    verdict: str = token("BB", VERDICT)


class CheckSignature(Request[CheckSignatureReply]):
    """RSAV: whether a signature of data verifies."""

    code = "RSAV"
    reply = CheckSignatureReply
    provenance = "second"
    source = CLIENT
    conventions = ("FS6 and a trusted public key; the source has a slot", "no other hash than SHA-256", _IN_ONE)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    signature: bytes = token("RH", Octets(1, 512))
    public_key: str = token("RD", ASYMMETRIC, sensitive=True)
    data: bytes = token("RF", DATA)
    hash: str = token("RG", one_of(SHA_256), default=SHA_256)
    parts: str = token("BN", _PARTS, default=WHOLE)
    switch_ky: str | None = maybe("KY", SWITCH, default="1")
    switch_za: str | None = maybe("ZA", SWITCH, default="1")
