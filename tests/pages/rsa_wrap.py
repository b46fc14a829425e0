"""The page about RSA wrap."""

from __future__ import annotations

from keyexchange.crypto.rsa import WRAPPING_KEY_BITS, WrappingSpec
from tests.pages.tables import table

ABOUT = """\
# RSA wrap

Written from the code by `python -m tests.pages`; a test holds it there. A symmetric key alone under an RSA public key:
no header, no MAC, no signature. `keyexchange.crypto.rsa`: `wrap_key`, `unwrap_key`.

The padding is OAEP with MGF1 over the same hash and an empty label. The cryptogram has as many octets as the modulus.
How long a key may be, by size of the RSA key and hash, in octets:
"""

RULES = """\
## What it does not tell
- **Which key is inside.** Usage, algorithm, mode of use and exportability travel beside it, and nothing binds them to
  it. `wrap_key` and `unwrap_key` leave the check of length and check value to their caller.
- **Who sent it.** Whoever has the public key can make a cryptogram. [TR-34](tr34.md) adds a signature.
- **Strength.** The RSA key must be as strong as what it wraps (rule [kek-strength](rules.md#kek-strength)): RSA-2048
  counts 112 bits, RSA-3072 128, RSA-4096 150. So none of the three wraps an AES-192 or AES-256 key, and AES-128 needs
  RSA-3072.

## Refusals

| Refusal | Means |
|---|---|
| `key_too_long` | the key does not fit under this RSA key and hash |
| `decrypt_failed` | the cryptogram does not open: another RSA key, another hash, or changed on the way |
| unsupported | an RSA key of another size |

`decrypt_failed` has no detail, so that nothing can be learned from it.

## Tolerances
None.

## Sources
RFC 8017, 7.1; AWS Payment Cryptography API Reference, ImportKeyCryptogram, ExportKeyCryptogram and KeyAlgorithm.
Checked against Wycheproof's and NIST's figures and a second OAEP ([test vectors](../../tests/vectors/README.md)).
"""

_DIGEST = {WrappingSpec.RSA_OAEP_SHA_256: 32, WrappingSpec.RSA_OAEP_SHA_512: 64}


def page() -> str:
    """The whole page."""
    heads = ("", *(f"RSA-{bits}" for bits in WRAPPING_KEY_BITS))
    rows = ((f"`{spec}`", *(str(room(bits, spec)) for bits in WRAPPING_KEY_BITS)) for spec in WrappingSpec)
    return "\n".join([ABOUT, *table(heads, rows), RULES]).rstrip() + "\n"


def room(bits: int, spec: WrappingSpec) -> int:
    """Octets of the longest key. Source: RFC 8017, 7.1.1: the modulus less two hashes and two octets."""
    return bits // 8 - 2 * _DIGEST[spec] - 2
