"""The page about key cryptograms of AS 2805."""

from __future__ import annotations

from collections.abc import Iterator

from keyexchange.crypto.as2805 import KekVariant
from tests.pages.tables import table

ABOUT = """\
# AS 2805 key cryptograms

Written from the code by `python -m tests.pages`; a test holds it there. What APC's `As2805KeyCryptogram` carries: a
TDES key of two or three parts, encrypted under a variant of its KEK. There is no header and no MAC.
`keyexchange.crypto.as2805`: `wrap`, `unwrap`, `variant_of`, `inverted`.

A variant is the KEK XOR a constant, repeated over its length, so that a key sent for MACs does not open as a PIN key.

"""

NOTES = """\
## How sure this is
The text of AS 2805.6 was not at hand. Public sources settle the variants, their names and usages, that all of it is
TDES, the constants of variants 22, 24 and 28, that a key is chained (CBC from a zero IV), and that the second random
key of a KEK validation is the first one inverted. They leave open, and a convention of ours fills in:

- that variant 00 leaves the KEK as it is;
- how 82C0 is spread over the key.

## Rules
- The KEK must be as strong as the key (rule [kek-strength](rules.md#kek-strength)), counted by its octets.
- A cryptogram cannot tell a wrong KEK or variant from the right one. Compare the key's check value with the
  sender's before anything else is done with it.

## Refusals

| Refusal | Means |
|---|---|
| `kek_length` | the KEK is not of 16 or 24 octets |
| `key_length` | nor is the key |
| `cryptogram_length` | nor is the cryptogram: a leading scheme letter is no part of it |

## Tolerances
None.

## Sources
AWS Payment Cryptography User Guide, "AS2805" and "Initial Key (KEK) exchange"; Data Plane API Reference,
GenerateAs2805KekValidation; aws-samples/samples-for-payment-cryptography-service, AS 2805 node-to-node examples
(constants and chaining); a published Australian terminal application (yb76/vx680_cba: build/1/CBA.lua), which has 24C0
and 28C0 too. What AS 2805 has beside key exchange: [payment algorithms](payment-algorithms.md#as-2805).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([ABOUT + "\n".join(_variants()), NOTES]).rstrip() + "\n"


def _variants() -> Iterator[str]:
    heads = ("Variant", "Constant", "For keys of usage")
    rows = ((f"`{one.value}`", one.constant.hex().upper(), one.key_usage or "none: random keys") for one in KekVariant)
    yield from table(heads, rows)
