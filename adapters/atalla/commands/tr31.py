"""11A export and 119 import of TR-31 key blocks."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, IfMore, Key, digits, one_of
from ..message import Reply, Request

_LONGEST_BLOCK = 9999


class ExportTr31Reply(Reply):
    """21A; the key's own AKB only when it was made by this command."""

    code = "21A"
    block: str = wire(Free(_LONGEST_BLOCK, 16), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)
    key: str | None = wire(IfMore(Key(optional=True)), default=None, sensitive=True)


class ExportTr31(Request[ExportTr31Reply]):
    """11A: a key as a TR-31 block under a key block protection key.

    An empty usage is taken from the key's header, which does not tell the kinds of MAC keys apart; an empty
    exportability is the fifth character of that header.
    """

    code = "11A"
    reply = ExportTr31Reply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr31.py; "
        "a public C client of a NonStop card switch (GFPCVX90), names of the fields"
    )
    conventions = (
        "mode N of a header becomes the full mode of its usage, such as B, C or X",
        "a usage that does not fit the header is refused with 06, field 2",
        "optional blocks are refused with 03",
    )
    version: str = wire(one_of("B"))
    usage: str = wire(Free(2), default="")
    exportability: str = wire(one_of("", "E", "N", "S"), default="")
    kek: str = wire(Key(), sensitive=True)
    key: str = wire(Key(specification=True), sensitive=True)
    key_version_number: str = wire(Free(2, 2), default="00")
    optional_blocks: str = wire(digits(1, 2), default="0")
    optional_data: str = wire(Free(_LONGEST_BLOCK), default="")


class ImportTr31Reply(Reply):
    """219."""

    code = "219"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ImportTr31(Request[ImportTr31Reply]):
    """119: a TR-31 block, to an AKB of this version and with this algorithm in its header."""

    code = "119"
    reply = ImportTr31Reply
    provenance = "capture"
    source = "com.ks.konversa.hsm (a command as sent); a public C client of a NonStop card switch (GFPCVX90)"
    conventions = (
        "the third character of the result is the one that its usage has; the field is only checked",
        "full modes such as B, C and X become N",
        "usages that no header has are refused with 06, field 4",
    )
    version: str = wire(one_of("1"))
    algorithm: str = wire(one_of("U", "D", "V", "3", "E"))
    kek: str = wire(Key(), sensitive=True)
    block: str = wire(Free(_LONGEST_BLOCK, 16), sensitive=True)
