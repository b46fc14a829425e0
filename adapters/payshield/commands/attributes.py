"""Groups of key block fields that several commands carry after `#` and `&`."""

from __future__ import annotations

from keyexchange.wire import Digits, Record, Text, wire


class NewKeyAttributes(Record):
    """After `#` in A0: what the new key's block shall say; the algorithm with its length (T2, A3)."""

    key_usage: str = wire(Text(2))
    algorithm: str = wire(Text(2))
    mode_of_use: str = wire(Text(1))
    key_version_number: str = wire(Text(2))
    exportability: str = wire(Text(1))
    optional_blocks: str = wire(Digits(2), default="00")


class ExportAttributes(Record):
    """After `&` under a variant LMK: what the TR-31 block shall say; the algorithm is TDES."""

    key_usage: str = wire(Text(2))
    mode_of_use: str = wire(Text(1))
    key_version_number: str = wire(Text(2))
    exportability: str = wire(Text(1))
    optional_blocks: str = wire(Digits(2), default="00")


class ArrivingAttributes(Record):
    """After `#` for a key that comes without a header of its own (A6, GI, BW): what its block shall say."""

    key_usage: str = wire(Text(2))
    mode_of_use: str = wire(Text(1))
    key_version_number: str = wire(Text(2))
    exportability: str = wire(Text(1))
    optional_blocks: str = wire(Digits(2), default="00")


class ChangedUsage(Record):
    """After `#` in A6 for a key that comes in a TR-31 block: the Thales usage it shall have instead."""

    key_usage: str = wire(Text(2))
    optional_blocks: str = wire(Digits(2), default="00")


class PublicKeyAttributes(Record):
    """After `#` in EO and FY: what the key's block shall say."""

    mode_of_use: str = wire(Text(1))
    key_version_number: str = wire(Text(2))
    exportability: str = wire(Text(1))
    optional_blocks: str = wire(Digits(2), default="00")


class KeyPairAttributes(Record):
    """After `#` in EI, EM and A4: the other attributes follow from elsewhere in the command."""

    key_version_number: str = wire(Text(2))
    optional_blocks: str = wire(Digits(2), default="00")
