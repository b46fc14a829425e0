"""The page about `keyexchange inspect`."""

from __future__ import annotations

from collections.abc import Iterator

from keyexchange import inspection, registry
from keyexchange.inspection import Explainer
from tests.pages.tables import table

ABOUT = """\
# inspect: what a block, token or certificate says

Written from the code by `python -m tests.pages`; a test holds it there. `keyexchange inspect BLOCK` recognises a format
by itself and explains each field. BLOCK is the text itself, the path of a file, or `-` for standard input. A block, a
token or a certificate may be written as it is, or in hexadecimal (with blanks, colons, commas or `0x`), base64 or PEM
(also several objects), one inside the other up to three deep; quotes, white space and the byte order marks of UTF-8 and
UTF-16 around it do not count. A key scheme tag `R` before a TR-31 block is named and left away. No key is needed. What
is shown is not verified, but for a certification request, which proves itself.

## Formats
In the order in which they are tried. Vendors' formats come with their adapters.
"""

VERIFYING = """\
## With the key
`--kbpk env:NAME` or `--kbpk file:PATH` names the key block protection key, in hexadecimal; it is never typed on the
command line. A [TR-31](tr31.md) block is then authenticated, and the check value of the key inside shown, never the
key. `--kbpk-algorithm` says whether that key is TDES or AES; without it, it is what the block's version takes. Every
tolerance is switched on, and each deviation met is shown.

## What it ends with
0 when the format was recognised and read; else one line with a hint and an [exit code](exit-codes.md): 5 when it is
nothing known, cut short or malformed, or when it does not verify under the key; 2 when BLOCK is plainly a path and no
file is there; 6 when a certification request was not
signed with the private key of its own public key.

Whether a receiver takes a block is another question: [doctor](doctor.md). `--json` prints the same fields for programs.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([ABOUT, *_formats(), VERIFYING]).rstrip() + "\n"


def _formats() -> Iterator[str]:
    heads = ("Format", "Recognised by", "Verified with a key", "From")
    yield from table(heads, (_row(explainer, room) for room, explainer in _explainers()))


def _explainers() -> Iterator[tuple[str, Explainer]]:
    yield from (("the standards", explainer) for explainer in inspection.EXPLAINERS)
    for name in registry.names(registry.EXPLAINERS):
        yield from ((name, explainer) for explainer in registry.load(registry.EXPLAINERS, name))


def _row(explainer: Explainer, room: str) -> tuple[str, ...]:
    form = explainer.looks_like or "its DER"
    return explainer.name, form, "yes" if explainer.verify else "no", room
