"""The page about TR-31 / X9.143 key blocks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from keyexchange.keys import Algorithm, Exportability, KeyUsage, ModeOfUse
from keyexchange.tr31 import binding, header, keyblock, structure, tolerances, typed_block
from keyexchange.tr31.binding import VERSIONS
from keyexchange.tr31.content import LEAST_HMAC_OCTETS, LENGTHS, PRIVATE_KEYS
from keyexchange.tr31.optional_blocks import KNOWN
from keyexchange.tr31.rules import PLACES, USAGES
from keyexchange.tr31.tolerances import LONGEST_KEY, USUAL, Tolerance
from tests.pages.tables import refusals, table

ABOUT = """\
# TR-31 / X9.143 key blocks

Written from the code by `python -m tests.pages`; a test holds it there. What `keyexchange.tr31` reads, writes and
refuses. It does no I/O.

A block is text: a header of 16 characters, optional blocks, then in hexadecimal the encrypted key and the MAC. The
encrypted part holds the key's length in bits (two octets), the key, and random octets. The MAC covers the header as it
stands, optional blocks included.

| Characters | Field | Holds |
|---|---|---|
| 0 | version | A, B, C or D |
| 1 to 4 | length | of the whole block, decimal |
| 5, 6 | key usage | table below |
| 7 | algorithm | table below |
| 8 | mode of use | table below |
| 9, 10 | key version number | `00` unused, `c` and a character a component, else a version |
| 11 | exportability | table below |
| 12, 13 | number of optional blocks | decimal, 0 to 99 |
| 14 | key context | 0 any, 1 storage, 2 exchange |
| 15 | reserved | 0 |

## Versions
A and C are read and never written (rule [deprecated-version](rules.md#deprecated-version)); the key block protection
key (KBPK) must be of the version's algorithm. Version E is refused
([decision 0005](../decisions/0005-tr31-version-e.md)).
"""

WRITING = """\
## What is refused in writing, and what is reported in reading
What `wrap` refuses, and the switch by which its caller takes the decision over:

- a KBPK weaker than the key, symmetric or not ([kek-strength](rules.md#kek-strength); `weaker_kbpk`);
- combinations that the table above does not have, an HMAC key without `HM`, and a `KS` that a reader would refuse
  ([header-combination](rules.md#header-combination); `odd_header`);
- a check value in `KC` or `KP` that is not true ([check-value-differs](rules.md#check-value-differs); `odd_header`);
- a key that is not of its header's algorithm (`decrypted_length`, `key_form`; `odd_key`);
- codes that are numeric and so proprietary ([proprietary-code](rules.md#proprietary-code)); there is no switch.

What `unwrap` authenticates, it gives out. A combination that X9.143 does not have, a numeric code and a key that is not
what its header says are reported with the key (`KeyBlockContent.violations`, `misplaced`), and the holder decides.
"""

BLOCKS = """\
## Optional blocks
Every block of X9.143 is taken apart and put together again; ids that are none of these are carried as they are. Order
is kept. A block of up to 255 characters has the short length; a longer one the extended form: `00`, `04`, four
hexadecimal digits, counted over the whole block. A shorter block that was read in the extended form is written in it
again, since the MAC covers what stands there. The blocks must fill whole cipher blocks: `wrap` puts a `PB` block
last where they do not. The check values in `KC` and `KP` are compared with the keys (tolerance `check-value-differs`);
`PK` states that of a key which is not there.

"Belongs to" is reported on and never refused.
"""

CONTENT = """\
## Keys in a block
"""

OBFUSCATION = """\
X9.143:2021 asks that the padding hide the key's length; TR-31:2018 does not, and payShield 10K does not do it. `wrap`
pads with the fewest octets unless `conceal_length` is asked for.
"""

TOLERANCES = """\
## Tolerances
What is not in this table is refused, and what is in it is named in the result. The default is not the strictest: those
marked "usual" (`USUAL`) are read without being asked for, the others by naming them; `STRICT` lets none pass
([decision 0009](../decisions/0009-tr31-tolerances-and-rules.md)). All are judged after the MAC has been verified.
"""

LIMITS = """\
## Limits
A block has at most 9999 characters, a header at most 99 optional blocks. Reading takes work in proportion to the text;
the suite holds every parser to that.

## Sources
The text of ANSI X9.143:2021 was not at hand. Clauses and tables are cited as openemv/tr31, an independent
implementation, documents them one by one; figures are those of the standard's samples as public projects reproduce
them ([test vectors](../../tests/vectors/README.md)). Beside it: NIST SP 800-38B (CMAC), SP 800-57 part 1 (strengths),
SP 800-107 (HMAC keys); for combinations IBM CCA (CSNBT31C usage notes), the payShield 10K manuals and the AWS Payment
Cryptography User Guide: where they differ, the table has what any of them has. The inside of `FL` and `PA` is in no
public source.

Checked against psec 1.3, whose faults are a list of tests of their own, and against openemv's `tr31-tool` where it is
installed.
"""

REFUSALS = {
    "header_malformed": "the header is cut short, or a field holds a code that X9.143 does not have",
    "unsupported_version": "a version other than A, B, C and D",
    "length_field": "the length is not decimal; in writing, the key or the block would be too long, or no key is there",
    "length_mismatch": "the block is shorter or longer than it says",
    "block_multiple": "its length is no multiple of the cipher's block",
    "optional_block": "an optional block is malformed, runs past the end, or stands behind `PB`",
    "mac_malformed": "there is no whole MAC, or it is not hexadecimal",
    "payload_malformed": "the encrypted key is not hexadecimal, or does not fill whole cipher blocks",
    "kbpk_length": "the KBPK has not the algorithm or length of the version",
    "mac_mismatch": "another key protects the block, or it was changed",
    "decrypted_length": "the length inside is impossible; in writing, the key has not the length of its algorithm",
    "key_form": "in writing: the key of a pair is not the DER of a private key",
    "not_tolerated": "a deviation that was not asked for; the hint names it",
    "deprecated-version": "rule: versions A and C are not written",
    "proprietary-code": "rule: numeric codes are not written",
    "header-combination": "rule: usage, algorithm, mode of use and optional blocks do not go together",
    "check-value-differs": "rule: block KC or KP would state the check value of another key",
}


def page() -> str:
    """The whole page."""
    lines = [
        ABOUT,
        *_versions(),
        *_codes(),
        *_usages(),
        WRITING,
        BLOCKS,
        *_blocks(),
        CONTENT,
        *_contents(),
        OBFUSCATION,
        TOLERANCES,
        *_tolerances(),
        "## Refusals\n",
        *refusals(REFUSALS, binding, header, keyblock, structure, tolerances, typed_block),
        LIMITS,
    ]
    return "\n".join(lines).rstrip() + "\n"


def _versions() -> Iterator[str]:
    heads = ("Version", "KBPK", "octets", "Keys", "MAC")
    yield from table(
        heads,
        (
            (
                name,
                {"T": "TDES", "A": "AES"}[version.letter],
                ", ".join(map(str, version.kbpk_octets)),
                "derived by CMAC" if version.derives else "variants: XOR 45, 4D",
                f"{'CMAC' if version.derives else 'CBC-MAC'}, {version.mac} octets",
            )
            for name, version in VERSIONS.items()
        ),
    )


def _codes() -> Iterator[str]:
    yield "## Fields with codes"
    yield "Numeric codes are proprietary: read and shown, never written."
    yield ""
    for title, codes in (("Algorithm", Algorithm), ("Mode of use", ModeOfUse), ("Exportability", Exportability)):
        yield from table((title, "Means"), ((code.value, code.meaning) for code in codes))


def _usages() -> Iterator[str]:
    yield "## Usages, and what goes with them"
    yield "Mode N, no special restrictions, goes with every usage."
    yield ""
    yield from table(
        ("Usage", "Means", "Algorithms", "Modes of use"),
        (
            (usage.value, usage.meaning, _letters(USAGES[usage.value].algorithms), _letters(USAGES[usage.value].modes))
            for usage in KeyUsage
        ),
    )


def _letters(codes: str) -> str:
    return ", ".join(sorted(codes)) or "N only"


def _blocks() -> Iterator[str]:
    heads = ("Id", "What", "Form, as a regular expression", "Belongs to", "Source")
    yield from table(heads, (_block(block_id) for block_id in sorted(KNOWN)))


def _block(block_id: str) -> tuple[str, ...]:
    known = KNOWN[block_id]
    algorithms, usages = PLACES.get(block_id, ("", ()))
    places = [f"algorithm {_letters(algorithms)}"] if algorithms else []
    places += [f"usage {', '.join(usages)}"] if usages else []
    source = " ".join((inspect.getdoc(known) or "").split()).partition("Source: ")[2].split(". ")[0].rstrip(".")
    return block_id, known.title, f"`{known.form}`", "; ".join(places) or "any key", source


def _contents() -> Iterator[str]:
    lengths = [(letter, f"{_numbers(octets)} octets", str(LONGEST_KEY[letter])) for letter, octets in LENGTHS.items()]
    hmac = ("H", f"{LEAST_HMAC_OCTETS} octets or more", "not hidden")
    pairs = [(letter, ", ".join(sorted(set(forms.values()))), "not hidden") for letter, forms in PRIVATE_KEYS.items()]
    yield from table(("Algorithm", "The key", "Length hidden up to"), [*lengths, hmac, *pairs])


def _numbers(octets: tuple[int, ...]) -> str:
    return " or ".join(map(str, octets))


def _tolerances() -> Iterator[str]:
    yield from table(
        ("Name", "What is read all the same", "Asked for"),
        ((f"`{one.value}`", one.meaning, "usual" if one in USUAL else "by name") for one in Tolerance),
    )
