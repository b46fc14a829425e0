"""The page about ECDH and the keys derived from it."""

from __future__ import annotations

from collections.abc import Iterator

from keyexchange.crypto import ec, kdf
from keyexchange.crypto.ec import CURVES
from keyexchange.crypto.kdf import KdfFunction, KdfHash
from keyexchange.keys import KeyAlgorithm
from tests.pages.tables import refusals, table

ABOUT = """\
# ECDH: a KEK that both sides derive

Written from the code by `python -m tests.pages`; a test holds it there. Two sides each have a key pair on one curve and
the other's public key. Both arrive at the same secret, derive a KEK from it, and a key travels under that KEK in a
[TR-31](tr31.md) block. `keyexchange.crypto.ec` and `keyexchange.crypto.kdf`; both sides must agree on all of:

1. **The curve.** A public key is read from its point, compressed or not, and checked to lie on the curve.
2. **The shared secret**: the x coordinate, as many octets as the field; never a key itself.
3. **The function** and its **hash**.
4. **Shared information**: octets known to both, such as identities and a nonce. They are no secret. With the same two
   key pairs and the same shared information the same KEK comes out again, so something in it has to change.
5. **The algorithm of the KEK**, which tells how many octets are derived. The parity of a TDES key is not adjusted.
"""

FUNCTIONS = """\
## Functions
Both hash secret, counter and shared information until there are octets enough; the counter has four octets and begins
at 1.

"""

NOTES = """\
A choice that differs between the sides gives no error here: it derives another key, and the block under it fails with
`mac_mismatch`.

## Strength
The curve must be as strong as the KEK and the KEK as strong as the key under it (rule
[kek-strength](rules.md#kek-strength)). The plan checks both, and a run checks the keys again.

"""

SOURCES = """\
## Tolerances
None.

## Limits
Symmetric keys only: TDES, AES and HMAC. Key pairs on other curves are not made and not read.

## Sources
FIPS 186-5 and SP 800-186 (curves), SP 800-56A rev. 3, 5.7.1.2 and 5.8.1 (secret, one-step KDF), SP 800-56C rev. 2,
section 4, option 1; SEC 1 version 2, 2.3.4 (points), 3.6.1 (X9.63 KDF); names: AWS Payment Cryptography API Reference,
ImportDiffieHellmanTr31KeyBlock. The text of ANSI X9.63 was not at hand. Checked against NIST's CAVS and Wycheproof's
figures, pyca cryptography's KDFs, OpenSSL's, and a second ECDH without any library
([test vectors](../../tests/vectors/README.md)).
"""

_FORMULAS = {
    KdfFunction.NIST_SP800: "hash(counter, secret, shared information)",
    KdfFunction.ANSI_X963: "hash(secret, counter, shared information)",
}

REFUSALS = {
    "point_invalid": "the public key is no point of the curve: on another curve, on none, at infinity, or malformed",
    "curve_mismatch": "the two keys are on different curves",
}


def page() -> str:
    """The whole page."""
    parts = [ABOUT, FUNCTIONS + "\n".join(_functions()), NOTES + "\n".join(_curves())]
    return "\n".join([*parts, "## Refusals\n", *refusals(REFUSALS, ec, kdf), SOURCES]).rstrip() + "\n"


def _functions() -> Iterator[str]:
    hashes = ", ".join(f"`{one}`" for one in KdfHash)
    yield from table(("Function", "One round", "Hash"), ((f"`{one}`", _FORMULAS[one], hashes) for one in KdfFunction))


def _curves() -> Iterator[str]:
    yield from table(
        ("Curve", "Bits of strength", "KEKs it may give"), ((c, str(c.strength), _keks(c)) for c in CURVES)
    )


def _keks(curve: KeyAlgorithm) -> str:
    fitting = (one for one in KeyAlgorithm if one.letter in ("T", "A") and one.strength <= curve.strength)
    return ", ".join(f"`{one}`" for one in fitting)
