"""GPGS generate, TWKA export under a KEK, TWKS import from under a KEK."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import maybe, one_of, token
from .values import CHECK_DIGITS, HEADER, KEY, KEY_TYPE, MAJOR_KEY, MODIFIER, PMK, WRAPPED

AS_KEY_BLOCK, AS_CRYPTOGRAM = "T", "C"
_AWS = "AWS samples-for-payment-cryptography-service: key_exchange/hsm/futurex/commands.py"
CLIENTS = "FIQCPPBASE: FuturexHSMNode.cpp and the C# client CredECard.HSMSecurity (under the MFK)"


class GenerateKeyReply(Reply):
    """The new key under the PMK, its check digits."""

    code = "GPGS"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)


class GenerateKey(Request[GenerateKeyReply]):
    """GPGS: a new random key under the PMK, with the attributes of the header given."""

    code = "GPGS"
    reply = GenerateKeyReply
    provenance = "capture"
    source = _AWS
    conventions = ("check digits of AES keys are CMAC over zeros, those of TDES keys the encryption of zeros",)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    key_type: str = token("CT", KEY_TYPE)
    header: str = token("AK", HEADER)


class ExportKeyReply(Reply):
    """The key under the KEK. Check digits are there under the MFK; that the PMK form has them is an assumption."""

    code = "TWKA"
    key: str = token("BH", WRAPPED, sensitive=True)
    kcv: str | None = maybe("AE", CHECK_DIGITS)


class ExportKey(Request[ExportKeyReply]):
    """TWKA, translate working key for transport: from under the PMK to a TR-31 block under a KEK (FS6, OFT).

    Without FS: from under the MFK to a cryptogram under a KEK, both with the modifier in AS.
    """

    code = "TWKA"
    reply = ExportKeyReply
    provenance = "capture"
    source = f"{_AWS}; check digits, and the form without FS: {CLIENTS}"
    conventions = (
        "the block is of version B under a TDES KEK, of version D under an AES KEK",
        "the header's attributes and optional blocks are those of the key's own block",
        "a key of exportability N, and a KEK that may not wrap, are refused with 63",
        "no cryptogram of a key in a key block, no key block of a cryptogram: OF that asks for it is refused with 03",
    )
    major_key: str | None = maybe("FS", MAJOR_KEY, default=PMK)
    modifier: str | None = maybe("AS", MODIFIER)
    kek: str = token("AP", KEY, sensitive=True)
    key: str = token("BG", KEY, sensitive=True)
    form: str | None = maybe("OF", one_of(AS_KEY_BLOCK, AS_CRYPTOGRAM), default=AS_KEY_BLOCK)


class ImportKeyReply(Reply):
    """The key under the PMK, its check digits."""

    code = "TWKS"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)


class ImportKey(Request[ImportKeyReply]):
    """TWKS, translate working key for storage: from a TR-31 block under a KEK to under the PMK (FS6).

    Without FS: from a cryptogram under a KEK to under the MFK, both with the modifier in AS.
    """

    code = "TWKS"
    reply = ImportKeyReply
    provenance = "self"
    source = f"mirror image of TWKA; code, AP, BH, BG, AE, and the form without FS: {CLIENTS}"
    conventions = (
        "FS6 with a TR-31 block in BH stands in no public source",
        "the header's attributes and optional blocks are kept",
    )
    major_key: str | None = maybe("FS", MAJOR_KEY, default=PMK)
    modifier: str | None = maybe("AS", MODIFIER)
    kek: str = token("AP", KEY, sensitive=True)
    key: str = token("BH", WRAPPED, sensitive=True)
