"""Two small sides in memory, for what the engine itself promises; the real adapters are tested against real faces."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from keyexchange.crypto import key_kcv
from keyexchange.errors import DeviceRefusedError, JournalError, RuleError, UnreachableError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToMove,
)
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

KEK = bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE")
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves a second with every look, and as the test says."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Section:
    """`tr31` or `tr34` of a side's settings."""

    kek: str = ""
    transport_key: str = ""
    transport_key_kcv: str = ""


@dataclass
class Settings:
    tr31: Section = field(default_factory=Section)
    tr34: Section = field(default_factory=Section)


@dataclass
class Sender:
    """Holds keys by name; exports them under KEK by real TR-31."""

    name: str = "sender"
    keys: dict[str, bytes] = field(default_factory=dict)
    wrong_usage: bool = False
    down: bool = False

    def refusal(self, ability: str) -> str | None:
        return None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        return None

    def warnings(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass

    def identify(self) -> DeviceIdentity:
        if self.down:
            raise UnreachableError("nobody answers")
        return DeviceIdentity(self.name, (("firmware", "1"),))

    def make_key(self, attributes: Any) -> HeldKey:
        octets = secrets.token_bytes(attributes.algorithm.octets)
        name = f"made-{len(self.keys)}"
        self.keys[name] = octets
        return HeldKey(name, key_kcv(attributes.algorithm, Secret(octets)), attributes)

    def key_check_value(self, key: KeyToMove) -> Kcv:
        octets = KEK if key.name == "kek" else self.keys[key.reference]
        return key_kcv(key.attributes.algorithm, Secret(octets))

    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        a = key.attributes
        usage = "D0" if self.wrong_usage else a.key_usage
        header = Header("B", usage, a.algorithm.letter.value, a.mode_of_use, exportability=a.exportability)
        octets = Secret(self.keys[key.reference])
        return KeyBlock(wrap(Kbpk("T", Secret(KEK)), header, octets), key_kcv(a.algorithm, octets))


@dataclass
class Receiver:
    """Keeps what arrives; can be told to refuse, to lie about the check value, to lose answers, to show a key late."""

    clock: Clock
    name: str = "receiver"
    held: dict[str, tuple[ImportMark, HeldKey, datetime]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    flip_kcv: bool = False
    late: int = 0
    imports: int = 0
    lost_answers: int = 0
    storage: str = "x"
    account: str = ""

    def refusal(self, ability: str) -> str | None:
        return None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        return None

    def warnings(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass

    def identify(self) -> DeviceIdentity:
        account = (("account", self.account),) if self.account else ()
        return DeviceIdentity(self.name, (("region", "x"), *account), storage=self.storage)

    def held_key(self, reference: str) -> HeldKey:
        return HeldKey(reference, Kcv(key_kcv_of_kek(), KcvMethod.ANSI_X9_24))

    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:
        self.blocks.append(block.text)
        if self.refusals:
            raise DeviceRefusedError(self.name, "ImportKey", self.refusals.pop(0), "as the test says")
        octets = unwrap(Kbpk("T", Secret(KEK)), block.text).key
        kcv = key_kcv(key.attributes.algorithm, octets)
        if self.flip_kcv:
            kcv = replace(kcv, digits=f"{int(kcv.digits, 16) ^ 1:06X}")
        self.imports += 1
        reference = f"arn:{self.imports - 1}"
        self.held[reference] = (mark, HeldKey(reference, kcv), self.clock())
        if self.lost_answers:
            self.lost_answers -= 1
            raise UnreachableError("no answer in time")
        return self.held[reference][1]

    def find_import(
        self, mark: ImportMark, *, attributes: KeyAttributes, kcv: Kcv, since: datetime, any_kcv: bool = False
    ) -> HeldKey | None:
        if self.late:
            self.late -= 1
            return None
        found = [h for m, h, at in self.held.values() if m == mark and at >= since]
        if len(found) > 1:
            raise JournalError(f"two keys {mark.key}")
        return found[0] if found else None

    def require_free_alias(self, alias: str) -> None:
        if alias in self.aliases:
            raise RuleError(f"{alias} is taken", rule="alias-taken")

    def set_alias(self, alias: str, key: HeldKey) -> None:
        self.aliases[alias] = key.reference


def key_kcv_of_kek() -> str:
    return key_kcv(KeyAlgorithm.TDES_3KEY, Secret(KEK)).digits


@dataclass
class NoAuthority:
    """Never asked in these tests."""

    needs_csr: bool = False

    def check(self) -> None:
        """Nothing to look at."""
