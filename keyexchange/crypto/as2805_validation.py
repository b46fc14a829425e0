"""The validation of a KEK between two nodes of AS 2805, before session keys go under it.

The asking node sends a random key under one variant of the KEK. The other opens it, turns every bit over and sends that
back under another variant. Only who has the KEK arrives at the answer that the asking node keeps ready.

    KRs = CBC(KEK ^ mask, RND)      KRr = CBC(KEK ^ answering mask, NOT RND with odd parity)      both from a zero IV

Source: aws-samples/samples-for-payment-cryptography-service, as2805_1_5: the partner's side of a live validation, with
the masks 82 and 84. That 82C0 is answered under 84C0 follows that example; no public source shows it.
"""

from __future__ import annotations

from keyexchange.crypto.as2805 import KekVariant, inverted, variant_of
from keyexchange.crypto.blocks import TdesKey, odd_parity, xor
from keyexchange.errors import FormatError
from keyexchange.secret import Secret

_ANSWERING = {
    KekVariant.VARIANT_MASK_82: bytes.fromhex("8484"),
    KekVariant.VARIANT_MASK_82C0: bytes.fromhex("84C0"),
}
_LENGTHS = (8, 16, 24)
_ZERO_IV = bytes(8)


def ask_validation(kek: Secret, mask: KekVariant, random_key: Secret) -> tuple[bytes, bytes]:
    """KRs, which goes out, and KRr, the answer that is to come back.

    Args:
        kek: 16 or 24 octets.
        mask: one of the two masks.
        random_key: 8, 16 or 24 octets.

    Raises:
        FormatError: categories kek_length, random_key_length.
    """
    _require_length(len(random_key))
    sent = TdesKey(variant_of(kek, mask)).encrypt_cbc(_ZERO_IV, random_key.reveal())
    return sent, _answer(kek, mask, random_key)


def answer_validation(kek: Secret, mask: KekVariant, sent: bytes) -> bytes:
    """KRr, the answer to a KRs.

    Raises:
        FormatError: categories kek_length, random_key_length.
    """
    _require_length(len(sent))
    random_key = TdesKey(variant_of(kek, mask)).decrypt_cbc(_ZERO_IV, sent)
    return _answer(kek, mask, Secret(random_key))


def _answer(kek: Secret, mask: KekVariant, random_key: Secret) -> bytes:
    key = TdesKey(Secret(xor(kek.reveal(), _ANSWERING[mask] * (len(kek) // 2))))
    return key.encrypt_cbc(_ZERO_IV, odd_parity(inverted(random_key).reveal()))


def _require_length(octets: int) -> None:
    if octets not in _LENGTHS:
        raise FormatError(
            f"the random key of a validation has {octets} octets",
            category="random_key_length",
            hint="it has 8, 16 or 24 octets, as many as its cryptogram",
        )
