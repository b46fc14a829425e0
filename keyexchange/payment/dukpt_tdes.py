"""TDES DUKPT: a key for each transaction, out of a base derivation key and the key serial number (KSN) of a message.

The device holds an initial key and forgets it as it counts; the host holds the base derivation key (BDK) and walks
from it to the key of any transaction: one step for each one bit of the counter, from the left. A host that keeps a
`TdesDevice` walks the last step only.

The walk goes to any counter, whether a device sends it or not.

Source: ANSI X9.24-1:2009, annex A; in ANSI X9.24-3:2017 it is annex C, unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from keyexchange.crypto import TdesKey, xor
from keyexchange.crypto.blocks import des_encrypt, tdes_encrypt
from keyexchange.errors import FormatError
from keyexchange.payment import counters
from keyexchange.secret import Secret

_COUNTER_MASK: Final = (1 << counters.TDES.bits) - 1
_HALF_MASK: Final = 0xC0C0C0C000000000
_KEY_MASK: Final = _HALF_MASK.to_bytes(8, "big") * 2
_BITS: Final = [1 << bit for bit in range(counters.TDES.bits - 1, -1, -1)]
_PADDING: Final = b"\xff"
_KSN_OCTETS: Final = 10
_SHORT_KSN_OCTETS: Final = 8


class TdesUsage(Enum):
    """What a working key is for, with the octets that its variant differs by. Source: X9.24-1:2009, A.4.1, table A-1.

    The request keys are also those of traffic that goes both ways.
    """

    mask: bytes
    one_way: bool

    def __init__(self, mask: str, one_way: bool) -> None:
        self.mask = bytes.fromhex(mask) * 2
        self.one_way = one_way

    PIN = "00000000000000FF", False
    MAC_REQUEST = "000000000000FF00", False
    MAC_RESPONSE = "00000000FF000000", False
    DATA_REQUEST = "0000000000FF0000", True
    DATA_RESPONSE = "000000FF00000000", True


@dataclass(frozen=True)
class TdesKsn:
    """A key serial number: 59 bits of key set and device, then 21 bits of counter.

    Args:
        octets: ten octets, padded with FF on the left where the device's number is shorter; eight octets, as some
            devices send them, stand for the same number with its padding left out.

    Raises:
        FormatError: category ksn_length.
    """

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) not in (_SHORT_KSN_OCTETS, _KSN_OCTETS):
            raise FormatError(
                f"a key serial number of TDES DUKPT has 10 or 8 octets, not {len(self.octets)}",
                category="ksn_length",
                hint="12 octets are a key serial number of AES DUKPT: check which of the two the device does",
            )
        object.__setattr__(self, "octets", self.octets.rjust(_KSN_OCTETS, _PADDING))

    @property
    def counter(self) -> int:
        """The transaction counter, 21 bits."""
        return int.from_bytes(self.octets[-3:], "big") & _COUNTER_MASK

    @property
    def device(self) -> bytes:
        """The same ten octets with a counter of zero: what the initial key belongs to."""
        return self._with_counter(0)

    def next(self) -> TdesKsn:
        """The KSN of the device's next transaction.

        Raises:
            FormatError: category counter_exhausted.
        """
        return TdesKsn(self._with_counter(counters.TDES.next(self.counter)))

    def _with_counter(self, counter: int) -> bytes:
        whole = int.from_bytes(self.octets, "big")
        return (whole & ~_COUNTER_MASK | counter).to_bytes(_KSN_OCTETS, "big")


class TdesDevice:
    """A device as its host knows it: the initial key, and the keys on the way to the latest transaction.

    A device counts upwards, and the way to the next counter leaves the way to this one at its last step. So a
    transaction costs one step when its predecessor was seen, instead of up to ten.

    Args:
        initial: 16 octets.
        ksn: any key serial number of the device; its counter does not matter.

    Raises:
        FormatError: category key_length.

    Source: X9.24-1:2009, A.2, "Derive_Key", and A.3, "Non-reversible key generation process".
    """

    def __init__(self, initial: TdesKey, ksn: TdesKsn) -> None:
        _require_double_length("initial key", initial)
        self._initial = initial.secret
        self._number = int.from_bytes(ksn.device[-8:], "big")
        self._way: dict[int, Secret] = {}

    def transaction_key(self, counter: int) -> TdesKey:
        """The key of a counter, of which the working keys are variants. The initial key itself when it is zero."""
        return TdesKey(self._walk(counter))

    def working_key(self, counter: int, usage: TdesUsage) -> TdesKey:
        """The key of a counter that encrypts."""
        return _variant(self._walk(counter).reveal(), usage)

    def _walk(self, counter: int) -> Secret:
        """Down from the initial key, one step for each one bit of the counter. Most of the cost of DUKPT is here."""
        key, reached, way = self._initial, 0, {}
        for bit in _BITS:
            if counter & bit:
                reached |= bit
                key = way[reached] = self._way.get(reached) or _step(key, self._number | reached)
        self._way = way
        return key


def initial_key(bdk: TdesKey, ksn: TdesKsn) -> TdesKey:
    """The key that is injected into the device (IPEK).

    Args:
        bdk: 16 octets.

    Raises:
        FormatError: category key_length.

    Source: X9.24-1:2009, A.6.
    """
    _require_double_length("base derivation key", bdk)
    device = ksn.device[:8]
    return TdesKey(Secret(bdk.encrypt_ecb(device) + tdes_encrypt(xor(bdk.secret.reveal(), _KEY_MASK), device)))


def transaction_key(initial: TdesKey, ksn: TdesKsn) -> TdesKey:
    """The key of the KSN's counter, as `TdesDevice` gives it.

    Raises:
        FormatError: category key_length.
    """
    return TdesDevice(initial, ksn).transaction_key(ksn.counter)


def working_key(transaction: TdesKey, usage: TdesUsage) -> TdesKey:
    """The key that encrypts: a variant of the transaction key; for data, each half of it encrypted under itself.

    Source: X9.24-1:2009, A.4.1.
    """
    return _variant(transaction.secret.reveal(), usage)


def derive(bdk: TdesKey, ksn: TdesKsn, usage: TdesUsage) -> TdesKey:
    """The working key of one transaction, straight from the base derivation key.

    Raises:
        FormatError: category key_length.
    """
    return TdesDevice(initial_key(bdk, ksn), ksn).working_key(ksn.counter, usage)


def _variant(transaction: bytes, usage: TdesUsage) -> TdesKey:
    octets = xor(transaction, usage.mask)
    return TdesKey(Secret(tdes_encrypt(octets, octets) if usage.one_way else octets))


def _step(key: Secret, register: int) -> Secret:
    """The next key on the way; there is no way back from it.

    Args:
        register: the right eight octets of the KSN, with the bits of the counter that are reached.
    """
    octets = key.reveal()
    left, right = int.from_bytes(octets[:8], "big"), int.from_bytes(octets[8:], "big")
    halves = _half(left ^ _HALF_MASK, right ^ _HALF_MASK, register) << 64 | _half(left, right, register)
    return Secret(halves.to_bytes(16, "big"))


def _half(left: int, right: int, register: int) -> int:
    block = des_encrypt(left.to_bytes(8, "big"), (register ^ right).to_bytes(8, "big"))
    return int.from_bytes(block, "big") ^ right


def _require_double_length(name: str, key: TdesKey) -> None:
    if len(key.secret) != 16:
        raise FormatError(
            f"the {name} of TDES DUKPT has 16 octets, not {len(key.secret)}",
            category="key_length",
            hint="X9.24-1 derives from double-length keys only; AES DUKPT derives stronger keys",
        )
