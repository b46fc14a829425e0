"""Keys as a Futurex HSM hands them out: under its platform master key, or under its master file key."""

from .mfk import VariantKey, is_cryptogram
from .pmk import Pair, Pmk
from .published import TEST_MFK, TEST_PMK

__all__ = ["TEST_MFK", "TEST_PMK", "Pair", "Pmk", "VariantKey", "is_cryptogram"]
