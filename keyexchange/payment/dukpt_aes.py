"""AES DUKPT: a key for each transaction, usage and algorithm, out of a base derivation key and a key serial number.

Every key comes from the same function: the derivation key encrypts a block that says what is derived, for whom and for
which counter. On the way to a transaction the derived keys are derivation keys again, one step for each one bit of the
counter, from the left; from there one step more gives the working key. A host that keeps an `AesDevice` walks the last
of these steps only.

Source: ANSI X9.24-3:2017, 6.3 (with tables 2 to 5); its supplement has the published test vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.errors import FormatError
from keyexchange.keys import KeyAlgorithm
from keyexchange.payment import counters
from keyexchange.secret import Secret

_VERSION: Final = b"\x01"
_KSN_OCTETS: Final = 12
_BITS: Final = [1 << bit for bit in range(counters.AES.bits - 1, -1, -1)]


class AesUsage(bytes, Enum):
    """What a derived key is for. Source: X9.24-3:2017, table 2.

    A device's "request" is its own MAC generation or encryption, and its "response" the other direction.
    """

    KEY_ENCRYPTION = bytes.fromhex("0002")
    PIN = bytes.fromhex("1000")
    MAC_GENERATION = bytes.fromhex("2000")
    MAC_VERIFICATION = bytes.fromhex("2001")
    MAC_BOTH_WAYS = bytes.fromhex("2002")
    DATA_ENCRYPTION = bytes.fromhex("3000")
    DATA_DECRYPTION = bytes.fromhex("3001")
    DATA_BOTH_WAYS = bytes.fromhex("3002")
    KEY_DERIVATION = bytes.fromhex("8000")
    INITIAL_KEY = bytes.fromhex("8001")


class AesKeyType(Enum):
    """Algorithm and size of a derived key. Source: X9.24-3:2017, table 3; strengths: NIST SP 800-57 part 1, table 2."""

    indicator: bytes
    octets: int
    strength: int

    def __init__(self, indicator: str, octets: int, strength: int) -> None:
        self.indicator = bytes.fromhex(indicator) + (8 * octets).to_bytes(2, "big")
        self.octets = octets
        self.strength = strength

    TDES_2KEY = "0000", 16, 80
    TDES_3KEY = "0001", 24, 112
    AES_128 = "0002", 16, 128
    AES_192 = "0003", 24, 192
    AES_256 = "0004", 32, 256
    HMAC_128 = "0005", 16, 128
    HMAC_192 = "0006", 24, 192
    HMAC_256 = "0007", 32, 256


_CIPHERS: dict[AesKeyType, type[TdesKey] | type[AesKey]] = {
    AesKeyType.TDES_2KEY: TdesKey,
    AesKeyType.TDES_3KEY: TdesKey,
    AesKeyType.AES_128: AesKey,
    AesKeyType.AES_192: AesKey,
    AesKeyType.AES_256: AesKey,
}
_DERIVATION_TYPES = {
    KeyAlgorithm.AES_128: AesKeyType.AES_128,
    KeyAlgorithm.AES_192: AesKeyType.AES_192,
    KeyAlgorithm.AES_256: AesKeyType.AES_256,
}


@dataclass(frozen=True)
class AesKsn:
    """A key serial number: the initial key ID (BDK ID and derivation ID, eight octets), then 32 bits of counter.

    Args:
        octets: twelve octets.

    Raises:
        FormatError: category ksn_length.
    """

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != _KSN_OCTETS:
            raise FormatError(
                f"a key serial number of AES DUKPT has 12 octets, not {len(self.octets)}",
                category="ksn_length",
                hint="10 octets are a key serial number of TDES DUKPT: check which of the two the device does",
            )

    @property
    def initial_key_id(self) -> bytes:
        """Eight octets: which base derivation key and which device."""
        return self.octets[:8]

    @property
    def counter(self) -> int:
        """The transaction counter, 32 bits."""
        return int.from_bytes(self.octets[8:], "big")

    def next(self) -> AesKsn:
        """The KSN of the device's next transaction.

        Raises:
            FormatError: category counter_exhausted.
        """
        return AesKsn(self.initial_key_id + counters.AES.next(self.counter).to_bytes(4, "big"))


class AesDevice:
    """A device as its host knows it: the initial key, and the keys on the way to the latest transaction.

    A device counts upwards, and the way to the next counter leaves the way to this one at its last step. So a
    transaction costs one step when its predecessor was seen, instead of up to sixteen.

    Args:
        initial: AES.
        ksn: any key serial number of the device; its counter does not matter.

    Source: X9.24-3:2017, 6.3.2, "Host - Derive Working Key".
    """

    def __init__(self, initial: AesKey, ksn: AesKsn) -> None:
        kind = _type_of(initial)
        self._initial, self._octets = initial, kind.octets
        self._heads = [head + ksn.octets[4:8] for head in _heads(AesUsage.KEY_DERIVATION, kind)]
        self._way: dict[int, AesKey] = {}

    def transaction_key(self, counter: int) -> AesKey:
        """The derivation key of a counter. The initial key itself when the counter is zero."""
        key, reached, way = self._initial, 0, {}
        for bit in _BITS:
            if counter & bit:
                reached |= bit
                key = way[reached] = self._way.get(reached) or self._step(key, reached)
        self._way = way
        return key

    def _step(self, key: AesKey, reached: int) -> AesKey:
        tail = reached.to_bytes(4, "big")
        return AesKey(Secret(key.encrypt_ecb(b"".join([head + tail for head in self._heads]))[: self._octets]))


def initial_key(bdk: AesKey, ksn: AesKsn) -> AesKey:
    """The key that is injected into the device; as long as the base derivation key.

    Source: X9.24-3:2017, 6.3.2, "Derive Initial Key".
    """
    return AesKey(_derive(bdk, AesUsage.INITIAL_KEY, _type_of(bdk), ksn.initial_key_id))


def transaction_key(initial: AesKey, ksn: AesKsn) -> AesKey:
    """The derivation key of the KSN's counter, as `AesDevice` gives it."""
    return AesDevice(initial, ksn).transaction_key(ksn.counter)


def working_key(transaction: AesKey, ksn: AesKsn, usage: AesUsage, kind: AesKeyType) -> BlockCipherKey:
    """The key that encrypts or makes MACs. The parity of a TDES key is not adjusted.

    Raises:
        FormatError: category derived_key_type: an HMAC key, which `hmac_key` gives; category derived_key_strength:
            stronger than the key it comes from.
    """
    cipher = _CIPHERS.get(kind)
    if cipher is None:
        raise FormatError(
            "an HMAC key is no cipher key", category="derived_key_type", hint="derive a TDES or AES key, or an HMAC"
        )
    return cipher(_working(transaction, ksn, usage, kind))


def hmac_key(transaction: AesKey, ksn: AesKsn, usage: AesUsage, kind: AesKeyType) -> Secret:
    """The key of an HMAC.

    Raises:
        FormatError: category derived_key_type: a cipher key, which `working_key` gives; category derived_key_strength.
    """
    if kind in _CIPHERS:
        raise FormatError(
            "a cipher key makes no HMAC", category="derived_key_type", hint="derive an HMAC key, or use CMAC"
        )
    return _working(transaction, ksn, usage, kind)


def derive(bdk: AesKey, ksn: AesKsn, usage: AesUsage, kind: AesKeyType) -> BlockCipherKey:
    """The working key of one transaction, straight from the base derivation key.

    Raises:
        FormatError: categories derived_key_type, derived_key_strength.
    """
    return working_key(transaction_key(initial_key(bdk, ksn), ksn), ksn, usage, kind)


def _working(transaction: AesKey, ksn: AesKsn, usage: AesUsage, kind: AesKeyType) -> Secret:
    if kind.strength > transaction.algorithm.strength:
        raise FormatError(
            f"a key of {kind.strength} bits of strength is not derived from {transaction.algorithm}",
            category="derived_key_strength",
            hint="derive a key that is no stronger than the base derivation key",
        )
    return _derive(transaction, usage, kind, ksn.octets[4:])


def _derive(key: AesKey, usage: AesUsage, kind: AesKeyType, context: bytes) -> Secret:
    """The function that all keys come from.

    Args:
        context: eight octets: the initial key ID, or its right half and the counter.

    Source: X9.24-3:2017, 6.3.1, "Derive Key", and table 5, the derivation data.
    """
    return Secret(key.encrypt_ecb(b"".join([head + context for head in _heads(usage, kind)]))[: kind.octets])


def _heads(usage: AesUsage, kind: AesKeyType) -> list[bytes]:
    """The left halves of the blocks of derivation data; a key longer than a block takes two."""
    tail = usage.value + kind.indicator
    return [_VERSION + b"\x01" + tail, _VERSION + b"\x02" + tail][: -(-kind.octets // AesKey.block_size)]


def _type_of(key: AesKey) -> AesKeyType:
    return _DERIVATION_TYPES[key.algorithm]
