"""10 generate, 11 and 13 key blocks under a KEK, 1A and 11B plain cryptograms, 7E check digits."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, HEADER, Free, IfMore, Key, Octets, one_of
from ..message import Reply, Request

_VARIANTS = one_of("", "0")
"""Other variants are of older key management; no public source tells how they change a KEK of an AKB."""
_ONLY_VARIANT_0 = "variants other than 0 are refused with 03"
_KEY_OCTETS = 24


class GenerateReply(Reply):
    """20."""

    code = "20"
    key: str = wire(Key(), sensitive=True)
    exported: str = wire(Key(optional=True), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class Generate(Request[GenerateReply]):
    """10: a new random key with this header, under the master file key and, with a KEK, under that too."""

    code = "10"
    reply = GenerateReply
    provenance = "capture"
    source = (
        "Koekiebox-BV/Fluid: TestAtallaFraming; a public C client of a NonStop card switch (GFPCVX90); "
        "AtallaHSM.AtallaHSMProvider; com.alodiga.hsm"
    )
    conventions = ("under a KEK the key is an AKB of the same header",)
    header: str = wire(HEADER)
    kek: str = wire(Key(optional=True), default="", sensitive=True)
    length: str = wire(one_of("S", "D", "T"))


class ExportBlockReply(Reply):
    """21."""

    code = "21"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ExportBlock(Request[ExportBlockReply]):
    """11: a key as an AKB under a KEK."""

    code = "11"
    reply = ExportBlockReply
    provenance = "second"
    source = "com.alodiga.hsm: AtallaCryptoCommand"
    conventions = (_ONLY_VARIANT_0, "an AKB under a KEK is made as one under the master file key")
    variant: str = wire(_VARIANTS, default="")
    kek: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)


class ImportBlockReply(Reply):
    """23."""

    code = "23"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ImportBlock(Request[ImportBlockReply]):
    """13: an AKB under a KEK, to one under the master file key."""

    code = "13"
    reply = ImportBlockReply
    provenance = "second"
    source = "com.alodiga.hsm: AtallaCryptoCommand; a public C client of a card switch (hsm_atalla.h)"
    conventions = (_ONLY_VARIANT_0,)
    variant: str = wire(_VARIANTS, default="")
    kek: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)


class ExportCryptogramReply(Reply):
    """2A; the key's own AKB when it was made by this command."""

    code = "2A"
    cryptogram: bytes = wire(Octets(_KEY_OCTETS, 8))
    check_digits: str = wire(CHECK_DIGITS)
    key: str | None = wire(IfMore(Key(optional=True)), default=None, sensitive=True)


class ExportCryptogram(Request[ExportCryptogramReply]):
    """1A: a key as a plain cryptogram under a KEK."""

    code = "1A"
    reply = ExportCryptogramReply
    provenance = "capture"
    source = (
        "public clients: a NonStop card switch (GFPCVX90), AtallaHSM.AtallaHSMProvider, hsm_atalla.h, com.alodiga.hsm"
    )
    conventions = (_ONLY_VARIANT_0, "the cryptogram is ECB, as in 11B")
    variant: str = wire(_VARIANTS, default="0")
    kek: str = wire(Key(), sensitive=True)
    key: str = wire(Key(specification=True), sensitive=True)


class ImportCryptogramReply(Reply):
    """21B."""

    code = "21B"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ImportCryptogram(Request[ImportCryptogramReply]):
    """11B: a plain cryptogram under a KEK; the KEK's header says what the key becomes."""

    code = "11B"
    reply = ImportCryptogramReply
    provenance = "second"
    source = "futehkao/elements: hsm/atalla and its test; a public C client of a NonStop card switch (GFPCVX90)"
    conventions = (_ONLY_VARIANT_0,)
    variant: str = wire(_VARIANTS, default="0")
    cryptogram: bytes = wire(Octets(_KEY_OCTETS, 8))
    kek: str = wire(Key(), sensitive=True)


class CheckDigitsReply(Reply):
    """8E."""

    code = "8E"
    method: str = wire(Free(1, 1))
    digits: str = wire(CHECK_DIGITS)


class CheckDigits(Request[CheckDigitsReply]):
    """7E: method S gives four digits, V six."""

    code = "7E"
    reply = CheckDigitsReply
    provenance = "second"
    source = "a public C client of a NonStop card switch (GFPCVX90); AtallaHSM.AtallaHSMProvider"
    conventions = ("D and T, which one client sends as a length, give four digits as S does",)
    method: str = wire(one_of("S", "V", "D", "T"))
    more: str = wire(Free(0), default="")
    key: str = wire(Key(), sensitive=True)
