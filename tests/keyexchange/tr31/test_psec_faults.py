"""Where psec 1.3 departs from X9.143, as a list: each fault is shown to be there, and ours to do what is right.

psec is the oracle of other tests, so what it does not get right has to be known. When a test here fails because psec no
longer has a fault, the line goes, and the oracle is worth more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from psec import tr31 as psec

from keyexchange.errors import FormatError, RuleError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, parse_header, unwrap, wrap
from keyexchange.tr31.binding import VERSIONS, seal
from tests.vectors import vectors

AES256 = bytes(range(32))
KBPK = Kbpk("A", Secret(AES256))
KEY = bytes(range(1, 17))
LABEL = "L" * 300
EXTENDED = next(
    p.values[0]["inputs"]
    for p in vectors("tr31", "unwrap")
    if p.values[0]["expected"]["version"] == "D" and "CT0004" in p.values[0]["inputs"]["block"]
)


@dataclass(frozen=True)
class Fault:
    """One departure.

    Args:
        what: what psec does.
        theirs: true as long as psec does it.
        ours: true when this project does what the standard says.
    """

    what: str
    theirs: Callable[[], bool]
    ours: Callable[[], bool]


def ours(header: str, content: bytes) -> str:
    """An authentic block of any header and content, which `wrap` would not write."""
    text = f"{header[0]}{len(header) + 2 * len(content) + 32:04d}{header[5:]}"
    ciphertext, mac = seal(VERSIONS["D"], KBPK.keys(VERSIONS["D"]), text.encode("latin-1"), content)
    return f"{text}{ciphertext.hex().upper()}{mac.hex().upper()}"


def refused(read: Callable[[], object], error: type[Exception] = FormatError) -> bool:
    try:
        read()
    except error:
        return True
    return False


def psec_header(text: str) -> psec.Header:
    header = psec.Header()
    header.load(text)
    return header


def psec_key(block: str) -> bytes:
    return psec.unwrap(AES256, block)[1]


def psec_quotes(block: str, secret: str) -> bool:
    try:
        psec_key(block)
    except ValueError as error:
        return secret in str(error)
    return False


def we_quote(block: str, secret: str) -> bool:
    try:
        unwrap(KBPK, block)
    except FormatError as error:
        return secret in f"{error} {error.hint}"
    return False


FILLED = (len(KEY) * 8).to_bytes(2, "big") + KEY + bytes(14)
PLAIN = "D0000D0AB00E0000"
TWICE = "D0000D0AB00E0200LB081111LB082222"
AFTER_PADDING = "D0000D0AB00E0200PB081111LB082222"
LOWER_ID = "D0000D0AB00E0100lb10111111111111"
LATIN = "D0000D0AB00E0100PB10\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
BROKEN_MAC = ours(PLAIN, FILLED)[:-1] + "Z"

FAULTS = [
    Fault(
        "writes the extended length as 02 and counts its octets, where the samples have 04 and count characters",
        lambda: str(_psec_with("LB", LABEL))[16:24] == "LB000201",
        lambda: wrap(KBPK, _with("LB", LABEL), Secret(KEY))[16:26] == "LB00040136",
    ),
    Fault(
        "does not read the extended length of the published samples",
        lambda: refused(lambda: psec.unwrap(bytes.fromhex(EXTENDED["kbpk"]), EXTENDED["block"]), ValueError),
        lambda: (
            unwrap(Kbpk("A", Secret(bytes.fromhex(EXTENDED["kbpk"]))), EXTENDED["block"])
            .header.optional_blocks[0]
            .block_id
            == "CT"
        ),
    ),
    Fault(
        "keeps the last of two blocks with one id",
        lambda: dict(psec_header(TWICE).blocks) == {"LB": "2222"},
        lambda: [one.data for one in parse_header(TWICE)[0].optional_blocks] == ["1111", "2222"],
    ),
    Fault(
        "takes blocks behind the padding block, which has to be the last",
        lambda: psec_key(ours(AFTER_PADDING, FILLED)) == KEY,
        lambda: refused(lambda: unwrap(KBPK, ours(AFTER_PADDING, FILLED))),
    ),
    Fault(
        "takes block ids in lower case",
        lambda: psec_key(ours(LOWER_ID, FILLED)) == KEY,
        lambda: refused(lambda: unwrap(KBPK, ours(LOWER_ID, FILLED))),
    ),
    Fault(
        "raises UnicodeEncodeError, which is none of its own errors, for a padding block that is not ASCII",
        lambda: refused(lambda: psec_key(ours(LATIN, FILLED)), UnicodeEncodeError),
        lambda: refused(lambda: unwrap(KBPK, ours(LATIN, FILLED))),
    ),
    Fault(
        "takes a key of no octets out of a block",
        lambda: psec_key(ours(PLAIN, bytes(16))) == b"",
        lambda: refused(lambda: unwrap(KBPK, ours(PLAIN, bytes(16)))),
    ),
    Fault(
        "lets spaces stand in the encrypted key",
        lambda: psec_key(_spaced()) == KEY,
        lambda: refused(lambda: unwrap(KBPK, _spaced())),
    ),
    Fault(
        "pads content that fills its cipher blocks with a whole block more",
        lambda: len(psec.wrap(AES256, "D0000M7HC00E0000", bytes(30), 30)) == 16 + 2 * (32 + 16 + 16),
        lambda: len(wrap(KBPK, Header("D", "M7", "H", "C"), Secret(bytes(30)), odd_header=True)) == 16 + 2 * (32 + 16),
    ),
    Fault(
        "writes usages that X9.143 does not have",
        lambda: psec_header(psec.wrap(AES256, "D0000ZZAB00E0000", KEY)).key_usage == "ZZ",
        lambda: refused(lambda: wrap(KBPK, Header("D", "ZZ", "A", "B"), Secret(KEY))),
    ),
    Fault(
        "writes proprietary codes without being asked",
        lambda: psec_header(psec.wrap(AES256, "D000010AB00E0000", KEY)).key_usage == "10",
        lambda: refused(lambda: wrap(KBPK, Header("D", "10", "A", "B"), Secret(KEY)), RuleError),
    ),
    Fault(
        "wraps a key under a weaker one",
        lambda: len(psec.wrap(AES256[:16], "D0000D0AB00E0000", AES256)) > 0,
        lambda: refused(
            lambda: wrap(Kbpk("A", Secret(AES256[:16])), Header("D", "D0", "A", "B"), Secret(AES256)), RuleError
        ),
    ),
    Fault(
        "quotes what it received in its errors",
        lambda: psec_quotes(BROKEN_MAC, BROKEN_MAC[-32:]),
        lambda: not we_quote(BROKEN_MAC, BROKEN_MAC[-32:]) and refused(lambda: unwrap(KBPK, BROKEN_MAC)),
    ),
]


def _with(block_id: str, data: str) -> Header:
    return Header("D", "D0", "A", "B", optional_blocks=(OptionalBlock(block_id, data),))


def _psec_with(block_id: str, data: str) -> psec.Header:
    header = psec_header(PLAIN)
    header.blocks[block_id] = data
    return header


def _spaced() -> str:
    """An authentic block with sixteen spaces inside its encrypted key."""
    text = PLAIN.replace("D0000", "D0128", 1)
    ciphertext, mac = seal(VERSIONS["D"], KBPK.keys(VERSIONS["D"]), text.encode(), FILLED)
    return f"{text}{ciphertext.hex().upper()}{' ' * 16}{mac.hex().upper()}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_psec_still_has_the_fault(fault: Fault) -> None:
    assert fault.theirs(), "psec no longer has this fault: take the line out"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_ours_does_not_have_it(fault: Fault) -> None:
    assert fault.ours()
