"""Every operation of the data plane over boto3, with all that the model has for it: one walk a family.

customer = Customer(url)
for name in WALKS:
    customer.walk(name, WALKS[name])
"""

from __future__ import annotations

from collections.abc import Callable

from tests.keyexchange.hsm.apc.data.walks import cards, cryptograms, data, key_material, macs, pin_changes, pins
from tests.keyexchange.hsm.apc.data.walks.customer import Customer

WALKS: dict[str, Callable[[Customer], None]] = {
    "cards": cards.walk,
    "cryptograms": cryptograms.walk,
    "data": data.walk,
    "key-material": key_material.walk,
    "macs": macs.walk,
    "pin-changes": pin_changes.walk,
    "pins": pins.walk,
}
"""By family."""
