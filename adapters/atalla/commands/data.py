"""97 encrypt or decrypt data, 98 make and 99 verify a MAC."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, IfMore, Key, Matching, Octets, digits, one_of
from ..message import Reply, Request

ENCRYPT, DECRYPT = "E", "D"
HEX_TEXT, RAW = "U", "B"
"""Formats of data: two digits an octet, or the octets themselves; these must be none of the reserved characters."""
_LONGEST = 4096
_FORMAT = one_of(HEX_TEXT, RAW)
_LENGTH = digits(1, 4)
_DATA = Free(_LONGEST)
_GROUPS = Matching(19, 0, form="([0-9A-F]{4}( [0-9A-F]{4})*)?", kind="hexadecimal digits in groups of four")
_CLIENTS = (
    "public clients: a NonStop card switch (GFPCVX90), org.domain.financial2: Atalla, AtallaHSM.AtallaHSMProvider"
)
_CODES = "length codes 1, 2 and 3 are 32, 48 and 64 bits; algorithms 1 3DES-CBC-MAC, 3 and 7 retail MAC, 5 CMAC"


class CryptDataReply(Reply):
    """A7; the block has the last IV, to continue with."""

    code = "A7"
    direction: str = wire(one_of(ENCRYPT, DECRYPT))
    operation: str = wire(Free(1, 1))
    check_digits: str = wire(CHECK_DIGITS)
    iv: str = wire(Free(1, 1))
    data_format: str = wire(_FORMAT)
    next_iv: str = wire(Key(), sensitive=True)
    length: str = wire(_LENGTH)
    data: str = wire(_DATA, sensitive=True)


class CryptData(Request[CryptDataReply]):
    """97: 3DES-CBC from an IV of zeros (D). The length is in characters of the data field."""

    code = "97"
    reply = CryptDataReply
    provenance = "second"
    source = _CLIENTS
    conventions = ("operations 1 and 6, which two clients send, are both CBC", "raw data (B) is refused with 03")
    direction: str = wire(one_of(ENCRYPT, DECRYPT))
    operation: str = wire(one_of("1", "6"))
    key: str = wire(Key(), sensitive=True)
    iv: str = wire(one_of("D"), default="D")
    data_format: str = wire(one_of(HEX_TEXT), default=HEX_TEXT)
    length: str = wire(_LENGTH)
    data: str = wire(_DATA, sensitive=True)


class MakeMacReply(Reply):
    """A8: the MAC is the second field."""

    code = "A8"
    first: str = wire(Free(8))
    mac: str = wire(_GROUPS)
    check_digits: str = wire(CHECK_DIGITS)


class MakeMac(Request[MakeMacReply]):
    """98."""

    code = "98"
    reply = MakeMacReply
    provenance = "second"
    source = _CLIENTS
    conventions = (_CODES, "the first field of the reply repeats the algorithm", "field 8 of one client is ignored")
    key: str = wire(Key(), sensitive=True)
    length_code: str = wire(one_of("1", "2", "3"))
    algorithm: str = wire(one_of("1", "3", "5", "7"))
    iv: str = wire(Free(0), default="")
    data_format: str = wire(_FORMAT)
    length: str = wire(_LENGTH)
    data: str = wire(_DATA, sensitive=True)
    more: str | None = wire(IfMore(Free(8)), default=None)


class VerifyMacReply(Reply):
    """A9."""

    code = "A9"
    first: str = wire(Free(8))
    verified: str = wire(one_of("Y", "N"))
    check_digits: str = wire(CHECK_DIGITS)


class VerifyMac(Request[VerifyMacReply]):
    """99."""

    code = "99"
    reply = VerifyMacReply
    provenance = "second"
    source = "a public C client of a NonStop card switch (GFPCVX90)"
    conventions = (_CODES, "the first field of the reply repeats the algorithm")
    key: str = wire(Key(), sensitive=True)
    algorithm: str = wire(one_of("1", "3", "5", "7"))
    iv: str = wire(Free(0), default="")
    length_code: str = wire(one_of("1", "2", "3"))
    data_format: str = wire(_FORMAT)
    length: str = wire(_LENGTH)
    data: str = wire(_DATA, sensitive=True)
    mac: str = wire(_GROUPS)


class MakeHmacReply(Reply):
    """49B."""

    code = "49B"
    mac: bytes = wire(Octets(64, 20))
    check_digits: str = wire(CHECK_DIGITS)
    more: str = wire(Free(0), default="")


class MakeHmac(Request[MakeHmacReply]):
    """39B: an HMAC under the octets of a double or triple length key; hash 2 is SHA-256."""

    code = "39B"
    reply = MakeHmacReply
    provenance = "second"
    source = "futehkao/elements: hsm/atalla"
    conventions = ("SHA-1 (h) and a second key part are refused with 03 and 01",)
    key: str = wire(Key(), sensitive=True)
    second_part: str = wire(Free(0), default="")
    hash: str = wire(one_of("2"), default="2")
    data: bytes = wire(Octets(2048, 1))
