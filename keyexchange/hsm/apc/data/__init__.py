"""The operations of the data plane. Importing this package declares them all."""

from keyexchange.hsm.apc.data import (
    as2805,
    cards,
    ciphers,
    cryptograms,
    macs,
    pin_change,
    pin_translation,
    pins,
    translate_keys,
)

__all__ = [
    "as2805",
    "cards",
    "ciphers",
    "cryptograms",
    "macs",
    "pin_change",
    "pin_translation",
    "pins",
    "translate_keys",
]
