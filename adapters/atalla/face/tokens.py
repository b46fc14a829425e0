"""What links 136 to 139. A convention: the token is opaque to everybody but the HSM."""

from __future__ import annotations

import hashlib

from .protection import Protection


def token_for(protection: Protection, wrapped_key: bytes, iv: bytes, block: bytes) -> str:
    """16 digits for the three pieces that a 136 has made."""
    return protection.mac(hashlib.sha256(wrapped_key + iv + block).digest()).hex().upper()
