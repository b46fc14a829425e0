"""The page about keys in components."""

from __future__ import annotations

from keyexchange.crypto import components
from keyexchange.crypto.components import FEWEST, MOST
from tests.pages.tables import refusals

ABOUT = f"""\
# Key components

Written from the code by `python -m tests.pages`; a test holds it there. A TDES or AES key in {FEWEST} to {MOST}
parts, one to a custodian. Each part is as long as the key and tells nothing of it; the key is all of them joined by
XOR. `keyexchange.crypto.components.combine`.

The result has the key, its check value, and a check value for each component in its order, to compare with the
custodians' envelopes. The check value of a TDES component is the encryption of zeros, of an AES component the CMAC of
zeros, as for keys.

## Rules
- **Parity** is left as it comes out. `adjust_parity` sets odd parity on a TDES key; that changes no check value. Parity
  of components is not looked at.
- **What the key is worth** is not judged here: `tdes_strength` tells, and whoever uses the key as a KEK checks it (rule
  [kek-strength](rules.md#kek-strength)).
- Components are held as secrets: no message, log or error shows them.

## Refusals
"""

SOURCES = """\
Neither TDES nor AES, and parity asked for on an AES key, end as unsupported.

## Tolerances
None.

## Sources
ANSI X9.24-1:2017 for components of full length, joined by XOR, and Annex A for check values, as public manuals tell
them: the text was not at hand. Two to nine components, and odd parity forced on the result, are the payShield's
(command A4); the second is one habit among several. Figures: [test vectors](../../tests/vectors/README.md).
"""

REFUSALS = {
    "component_count": f"fewer than {FEWEST} components, or more than {MOST}",
    "component_length": "a component has not the key's length; the message tells which one",
    "components_cancel": "the key would be all zeros: a component was entered twice",
}


def page() -> str:
    """The whole page."""
    return "\n".join([ABOUT, *refusals(REFUSALS, components), SOURCES]).rstrip() + "\n"
