"""TWKM and GWKS: keys under the MFK. Only TWKA and TWKS have a form for the PMK too (see `symmetric`)."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import maybe, one_of, token
from .symmetric import AS_CRYPTOGRAM, CLIENTS
from .values import CHECK_DIGITS, KEY, MODIFIER, WRAPPED

DOUBLE_LENGTH = "2"
NO_KEK = "0" * 32
"""What a client sends that wants the new key under the MFK only."""


class ImportPlainReply(Reply):
    """The key under the MFK and its modifier, its check digits."""

    code = "TWKM"
    key: str = token("BG", KEY, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)


class ImportPlain(Request[ImportPlainReply]):
    """TWKM: a cryptogram under a KEK without modifier, to under the MFK with one."""

    code = "TWKM"
    reply = ImportPlainReply
    provenance = "second"
    source = CLIENTS
    conventions = ("a KEK is under modifier 0 of the MFK",)
    modifier: str = token("AS", MODIFIER)
    kek: str = token("AP", KEY, sensitive=True)
    key: str = token("BH", WRAPPED, sensitive=True)
    form: str | None = maybe("OF", one_of(AS_CRYPTOGRAM))


class GenerateWorkingKeyReply(Reply):
    """The new key under the MFK and under the KEK, both with the modifier, its check digits, and what FS said."""

    code = "GWKS"
    key: str = token("BG", KEY, sensitive=True)
    exported: str | None = maybe("BH", WRAPPED, sensitive=True)
    kcv: str = token("AE", CHECK_DIGITS)
    length: str | None = maybe("FS", one_of(DOUBLE_LENGTH))


class GenerateWorkingKey(Request[GenerateWorkingKeyReply]):
    """GWKS: a new TDES key under the MFK, and under a KEK unless that is all zeros."""

    code = "GWKS"
    reply = GenerateWorkingKeyReply
    provenance = "second"
    source = "FIQCPPBASE: FuturexHSMNode.cpp"
    conventions = ("FS2 is a double-length key", "a KEK is under modifier 0 of the MFK")
    modifier: str = token("AS", MODIFIER)
    kek: str = token("AP", KEY, sensitive=True)
    length: str = token("FS", one_of(DOUBLE_LENGTH), default=DOUBLE_LENGTH)
