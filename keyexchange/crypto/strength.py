"""What a TDES key is worth, which its length alone does not tell, and new ones that are worth their length.

TDES encrypts, decrypts and encrypts, so two equal neighbours among K1, K2 and K3 undo each other and single DES is
left; K1 equal to K3 leaves two-key TDES. Parity bits are no part of a key and do not make two parts differ.

Source: NIST SP 800-67 rev. 2, 3.1 and 3.3 (keying options); bits of strength: SP 800-57 part 1 rev. 5, table 2.
"""

from __future__ import annotations

import os

from keyexchange.crypto.blocks import odd_parity
from keyexchange.secret import Secret

_ONE_KEY, _TWO_KEYS, _THREE_KEYS = 56, 80, 112


def tdes_strength(key: Secret) -> int:
    """Bits of strength of a DES key of 8, 16 or 24 octets, by its octets: 56, 80 or 112."""
    octets = odd_parity(key.reveal()) * 3
    first, second, third = octets[:8], octets[8:16], octets[16:24]
    if second in (first, third):
        return _ONE_KEY
    return _TWO_KEYS if first == third else _THREE_KEYS


def is_single_des(key: Secret) -> bool:
    """Whether a TDES key of 16 or 24 octets does no more than single DES."""
    return tdes_strength(key) == _ONE_KEY


def new_des_key(octets: int) -> Secret:
    """A random DES key of 8, 16 or 24 octets, of odd parity and of the strength that its length promises."""
    promised = {8: _ONE_KEY, 16: _TWO_KEYS, 24: _THREE_KEYS}[octets]
    while tdes_strength(key := Secret(odd_parity(os.urandom(octets)))) < promised:
        pass
    return key
