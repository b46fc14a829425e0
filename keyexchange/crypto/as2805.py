"""Key cryptograms of AS 2805: a key under a variant of its KEK. A cryptogram has no header and no MAC.

A variant is the KEK XOR a constant, so that a key sent as a MAC key does not open as a PIN key. The constants have an
even number of one bits to the octet and leave the parity of the KEK as it is.

What public sources settle:

- the variants, their names and which key usage each stands for; that all of it is TDES; that a KEK is itself a key of
  variant 00 (AWS Payment Cryptography User Guide, "AS2805" and "Initial Key (KEK) exchange");
- that the second random key of a KEK validation is the first one inverted (Data Plane API Reference,
  GenerateAs2805KekValidation);
- the constants of variants 22, 24 and 28, repeated over the KEK, and that a key is chained: TDES in CBC mode from a
  zero IV (aws-samples/samples-for-payment-cryptography-service, python_sdk_example/as2805_node-to-node_examples,
  as2805_2_1: the partner's side of a live exchange). An Australian acquirer's terminals have 24C0 and 28C0 too
  (yb76/vx680_cba: build/1/CBA.lua).

The same folder shows, in as2805_1_5, that the mask 82 of a validation's first random key is repeated and that its
second one comes back under 84.

What they do not settle, and what is therefore a convention of ours: that variant 00 leaves the KEK as it is; how 82C0
is spread over the key.

The user guide's sample of an exported cryptogram has a letter H before its digits, which the API's own pattern for
imports does not allow. The letter is no part of a cryptogram here.
"""

from __future__ import annotations

from enum import StrEnum

from keyexchange.crypto.blocks import TdesKey, xor
from keyexchange.crypto.strength import tdes_strength
from keyexchange.errors import FormatError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret


class KekVariant(StrEnum):
    """A variant of a KEK, spelled as APC spells it, with its constant and the usage of what it protects.

    The two masks are for the random keys of a KEK validation, which have no usage and are never stored.
    """

    constant: bytes
    key_usage: str | None

    def __new__(cls, name: str, constant: str, key_usage: str | None) -> KekVariant:
        member = str.__new__(cls, name)
        member._value_ = name
        member.constant = bytes.fromhex(constant)
        member.key_usage = key_usage
        return member

    TERMINAL_MAJOR_KEY_VARIANT_00 = "TERMINAL_MAJOR_KEY_VARIANT_00", "0000", "K0"
    PIN_ENCRYPTION_KEY_VARIANT_28 = "PIN_ENCRYPTION_KEY_VARIANT_28", "28C0", "P0"
    MESSAGE_AUTHENTICATION_KEY_VARIANT_24 = "MESSAGE_AUTHENTICATION_KEY_VARIANT_24", "24C0", "M0"
    DATA_ENCRYPTION_KEY_VARIANT_22 = "DATA_ENCRYPTION_KEY_VARIANT_22", "22C0", "D0"
    VARIANT_MASK_82 = "VARIANT_MASK_82", "8282", None
    VARIANT_MASK_82C0 = "VARIANT_MASK_82C0", "82C0", None


def variant_of(kek: Secret, variant: KekVariant) -> Secret:
    """The KEK XOR the variant's constant, repeated over its length.

    Raises:
        FormatError: category kek_length.
    """
    _tdes_of(len(kek), "KEK", "kek_length")
    return Secret(xor(kek.reveal(), variant.constant * (len(kek) // 2)))


def wrap(kek: Secret, variant: KekVariant, key: Secret) -> bytes:
    """A key cryptogram: the key under a variant of the KEK, as many octets as the key.

    Raises:
        FormatError: categories kek_length, key_length: not a TDES key of two or three parts.
        RuleError: rule kek-strength.
    """
    kek_algorithm = _tdes_of(len(kek), "KEK", "kek_length")
    algorithm = _tdes_of(len(key), "key", "key_length")
    require_kek_strength(kek_algorithm, algorithm, kek_strength=tdes_strength(kek))
    cipher = TdesKey(variant_of(kek, variant))
    return cipher.encrypt_cbc(bytes(cipher.block_size), key.reveal())


def unwrap(kek: Secret, variant: KekVariant, cryptogram: bytes) -> Secret:
    """The key of a cryptogram.

    Nothing here can tell a wrong KEK or variant from the right one: compare the key's check value with the
    sender's before anything else is done with it.

    Raises:
        FormatError: categories kek_length, cryptogram_length.
    """
    _tdes_of(len(cryptogram), "cryptogram", "cryptogram_length")
    cipher = TdesKey(variant_of(kek, variant))
    return Secret(cipher.decrypt_cbc(bytes(cipher.block_size), cryptogram))


def inverted(random_key: Secret) -> Secret:
    """The answer to a KEK validation: every bit of the random key turned over (KRr from KRs)."""
    return Secret(xor(random_key.reveal(), b"\xff" * len(random_key)))


def _tdes_of(octets: int, name: str, category: str) -> KeyAlgorithm:
    try:
        return KeyAlgorithm.of_symmetric("T", octets)
    except KeyError:
        raise FormatError(
            f"the {name} has {octets} octets; AS 2805 has TDES keys of 16 or 24",
            category=category,
            hint="check that it was taken whole, and without a leading scheme letter",
        ) from None
