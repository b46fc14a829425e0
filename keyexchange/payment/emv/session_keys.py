"""Session keys: the key of one transaction, out of a card's master key.

Which method a card uses is the scheme's choice. Some cards have no session key for cryptograms: those of Visa's
cryptogram version 10 and American Express use the master key itself.

| Scheme | Cryptograms | Scripts |
|---|---|---|
| EMV common session key | `common_of_counter` | `common` of the cryptogram |
| Mastercard | `mastercard` | `common` of the cryptogram |
| EMV 2000 | `emv2000` | `emv2000` |
| Visa, version 10 | the master key | `counter_xor` |
| Visa, version 18 | `common_of_counter` | `counter_xor` |
| Visa, version 22 | `common_of_counter` | `common` of the cryptogram |
| American Express | the master key | `counter_xor` |
| UnionPay | `union_pay` | `union_pay` |

All keys are 16 octets; the derived ones have odd parity. The counter is the application transaction counter (ATC, tag
9F36), two octets; the cryptogram is eight octets (tag 9F26); the unpredictable number four (tag 9F37).
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from keyexchange.crypto import TdesKey, odd_parity, xor
from keyexchange.crypto.blocks import tdes_encrypt
from keyexchange.errors import FormatError
from keyexchange.payment.emv.master_keys import require_double_length
from keyexchange.payment.inputs import require_octets
from keyexchange.secret import Secret

TREES = {2: 16, 4: 8}
"""The branch factors of EMV 2000 with the heights at which each counter has a key of its own."""


def common(master_key: TdesKey, diversifier: bytes) -> TdesKey:
    """The EMV common session key of any eight octets; their third octet is replaced.

    Raises:
        FormatError: categories key_length, octet_length.

    Source: EMV 4.3 Book 2, A1.3.1.
    """
    require_double_length("card master key", master_key)
    require_octets("diversifier", diversifier, 8)
    left, right = diversifier[:2], diversifier[3:]
    return _key(master_key.encrypt_ecb(left + b"\xf0" + right + left + b"\x0f" + right))


def common_of_counter(master_key: TdesKey, counter: bytes) -> TdesKey:
    """The EMV common session key for cryptograms.

    Raises:
        FormatError: categories key_length, octet_length.
    """
    require_octets("application transaction counter", counter, 2)
    return common(master_key, counter + bytes(6))


def mastercard(master_key: TdesKey, counter: bytes, unpredictable_number: bytes) -> TdesKey:
    """Mastercard's session key for cryptograms: the common method on counter and unpredictable number.

    Raises:
        FormatError: categories key_length, octet_length.

    Source: knovichikhin/pyemv and jPOS (M/Chip, "SKD"); Mastercard's specification is not public.
    """
    require_octets("application transaction counter", counter, 2)
    require_octets("unpredictable number", unpredictable_number, 4)
    return common(master_key, counter + bytes(2) + unpredictable_number)


def counter_xor(master_key: TdesKey, counter: bytes) -> TdesKey:
    """The script session key of Visa and American Express: the counter XORed to the end of the left part of the master
    key, and its complement to the end of the right part.

    Raises:
        FormatError: categories key_length, octet_length.

    Source: knovichikhin/pyemv and jPOS (Visa); IBM CCA, PIN Change/Unblock, "TDES-XOR", its default for Visa and for
    American Express (the one public source for the latter).
    """
    require_double_length("card master key", master_key)
    require_octets("application transaction counter", counter, 2)
    mask = bytes(6) + counter + bytes(6) + xor(counter, b"\xff\xff")
    return _key(xor(master_key.secret.reveal(), mask))


def union_pay(master_key: TdesKey, counter: bytes) -> TdesKey:
    """UnionPay's session key: the counter and its complement, each after six zero octets, under the master key.

    Raises:
        FormatError: categories key_length, octet_length.

    Source: PBOC 2.0/3.0 (JR/T 0025), as a published worked example of cryptogram and response computes it.
    """
    require_double_length("card master key", master_key)
    require_octets("application transaction counter", counter, 2)
    return _key(master_key.encrypt_ecb(bytes(6) + counter + bytes(6) + xor(counter, b"\xff\xff")))


def emv2000(master_key: TdesKey, counter: bytes, *, branches: int = 4, initial_value: bytes = bytes(16)) -> TdesKey:
    """The session key of EMV 2000: a walk down a tree whose leaves are the counters.

    Args:
        branches: 2 (16 levels) or 4 (8 levels).
        initial_value: 16 octets; zeros unless the scheme has others.

    Raises:
        FormatError: categories key_length, octet_length, tree.

    Source: EMV 4.1 Book 2, A1.3 (withdrawn by specification bulletin 46 in favour of the common session key).
    """
    require_double_length("card master key", master_key)
    require_octets("application transaction counter", counter, 2)
    require_octets("initial value", initial_value, 16)
    if branches not in TREES:
        raise FormatError(
            f"a tree of {branches} branches does not reach every counter once",
            category="tree",
            hint="use 4 branches (8 levels) or 2 branches (16 levels)",
        )
    number = int.from_bytes(counter, "big")
    parent, grandparent = _family(master_key, number // branches**2, branches, initial_value)
    parent, grandparent = _child(parent, grandparent, number // branches % branches), parent
    return _key(xor(_child(parent, grandparent, number % branches), grandparent))


def _family(master_key: TdesKey, number: int, branches: int, initial_value: bytes) -> tuple[bytes, bytes]:
    """A node two levels above the leaves, and its parent. Kept: the next counters of a card mostly hang from it, too.

    Args:
        number: of the node on its level.
    """
    place = number, branches, initial_value
    kept = _FAMILIES.get(master_key)
    if kept is None or kept[0] != place:
        parent, grandparent = master_key.secret.reveal(), initial_value
        for level in range(TREES[branches] - 3, -1, -1):
            parent, grandparent = _child(parent, grandparent, number // branches**level % branches), parent
        kept = _FAMILIES[master_key] = place, parent, grandparent
    return kept[1:]


_FAMILIES: WeakKeyDictionary[TdesKey, tuple[tuple[int, int, bytes], bytes, bytes]] = WeakKeyDictionary()
"""The latest of each key object, as long as somebody has the object."""


def _child(parent: bytes, grandparent: bytes, branch: int) -> bytes:
    """The tree's function F. Source: EMV 4.1 Book 2, A1.3.1."""
    mask = bytes(7) + bytes([branch]) + bytes(7) + bytes([branch ^ 0xF0])
    return tdes_encrypt(parent, xor(grandparent, mask))


def _key(octets: bytes) -> TdesKey:
    return TdesKey(Secret(odd_parity(octets)))
