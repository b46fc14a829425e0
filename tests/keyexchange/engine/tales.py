"""Journals of runs that never ran: written entry by entry, with real certificates, tokens and blocks of the vectors."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from keyexchange.config import KEK
from keyexchange.engine.journal import DONE, FAILED, FINISHED, INTENT, PAUSED, RESUMED, Journal
from keyexchange.engine.plan import RUN, Plan, PlannedStep
from keyexchange.engine.run import begin
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    CertificateChain,
    ChainFindings,
    DeviceIdentity,
    HeldKey,
    KeyBlock,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SigningKey,
    TrustAnchor,
)
from keyexchange.protocols.steps import IDENTIFY, Circumstances
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

_VECTORS = Path(__file__).parents[2] / "vectors"
_TR34 = json.loads((_VECTORS / "tr34_computed.json").read_text("utf-8"))
_BLOCKS = {
    v["name"]: (v["inputs"]["block"], v["expected"].get("kcv"))
    for v in json.loads((_VECTORS / "tr31.json").read_text("utf-8"))["vectors"]
    if v["op"] == "unwrap"
}
_ARN = "arn:aws:payment-cryptography:us-east-1:111122223333:key/"
KEK_UNDER_LMK = "S1009651TN00S0003" + "5A" * 24
"""Not a real one: no key has this text."""
SIGNING_KEY_UNDER_LMK = bytes.fromhex("C0FFEE" * 20)
UNLISTED_KRD = ChainFindings(("CN=KRD", "CN=KRD CA"))
NONCE = bytes.fromhex("65E2636EB5ED7C56")


def attributes(usage: str, mode: str, algorithm: KeyAlgorithm = KeyAlgorithm.TDES_2KEY) -> KeyAttributes:
    return KeyAttributes(usage, algorithm, mode)


KEYS = {
    "bdk-pos": (attributes("B0", "X"), "tr31-B-B0TX-51367c"),
    "pek-acquirer": (attributes("P0", "E"), "tr31-B-P0TE-d9ff92"),
    "cvk-visa": (attributes("C0", "C"), "tr31-D-C0TC-ecfad8"),
    "mac-switch": (attributes("M3", "C"), "tr31-B-M3TC-8d16d0"),
}
"""Name -> what it is, and the vector that gives its block and check value."""


def der(name: str) -> bytes:
    """A certificate of the vectors' PKI."""
    return base64.b64decode(_TR34["pki"][name]["certificate_b64"])


def token(name: str = "tr34-v-2012-two-pass-02-K1T") -> bytes:
    """A token of the vectors."""
    vector = next(v for v in _TR34["vectors"] if v["name"] == name)
    return base64.b64decode(vector["inputs"]["token_b64"])


def block(name: str) -> KeyBlock:
    text, digits = _BLOCKS[KEYS[name][1]]
    return KeyBlock(text, kcv(digits))


def kcv(digits: str) -> Kcv:
    return Kcv(digits, KcvMethod.ANSI_X9_24)


def arn(name: str) -> str:
    return _ARN + name.ljust(16, "x")


class Clock:
    """A clock that moves a quarter of a second with every look."""

    def __init__(self) -> None:
        self.now = datetime(2031, 5, 17, 2, 14, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=0.25)
        return self.now


class Tale:
    """A run of a KEK by TR-34 and of `KEYS` by TR-31, told as far as a test likes."""

    def __init__(
        self,
        folder: Path,
        *,
        options: dict[str, Any] | None = None,
        known_kek: bool = False,
        keys: dict[str, tuple[KeyAttributes, str]] = KEYS,
        overrides: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.clock = Clock()
        self.journal = Journal(folder, self.clock)
        self.keys = self._keys(keys, KEK_UNDER_LMK if known_kek else "")
        steps = tuple(self._steps(known_kek=known_kek))
        plan = Plan("payshield", "apc", None, self.keys, steps, arn(KEK) if known_kek else "", overrides)
        self.run = self.journal.new_run()
        begin(self.run, plan, self.journal, {"version": "9.8.7"} if options is None else options)

    def _keys(self, keys: dict[str, tuple[KeyAttributes, str]], kek_reference: str) -> dict[str, KeyToMove]:
        kek = KeyToMove(KEK, kek_reference, attributes("K1", "B", KeyAlgorithm.TDES_3KEY), alias="alias/kek")
        moved = {name: KeyToMove(name, f"S-{name}", a, alias=f"alias/{name}") for name, (a, _) in keys.items()}
        return {KEK: kek, **moved}

    def _steps(self, *, known_kek: bool) -> Iterator[PlannedStep]:
        scopes = [(RUN, IDENTIFY), (KEK, KNOWN_KEK if known_kek else TWO_PASS)]
        number = 0
        for scope, workflow in [*scopes, *((name, KEY_BLOCK) for name in self.keys if name != KEK)]:
            for step in workflow.steps_for(Circumstances(self.keys.get(scope, self.keys[KEK]))):
                number += 1
                yield PlannedStep(number, scope, step, step.side, ())

    def intent(self, scope: str, step: str) -> None:
        self.journal.append(self.run, INTENT, scope, step)

    def done(self, scope: str, step: str, outcome: object, **more: Any) -> None:
        self.journal.append(self.run, DONE, scope, step, outcome=self.journal.encoded(outcome), ms=12.5, **more)

    def failed(self, scope: str, step: str, kind: str, message: str = "it broke", hint: str = "mend it") -> None:
        self.journal.append(self.run, FAILED, scope, step, message=message, hint=hint, kind=kind)

    def paused(self, scope: str, step: str, message: str, hint: str) -> None:
        self.journal.append(self.run, PAUSED, scope, step, message=message, hint=hint)

    def resumed(self, steps_left: int = 9) -> None:
        self.clock.now += timedelta(minutes=41)
        self.journal.append(self.run, RESUMED, steps_left=steps_left)

    def finished(self) -> None:
        self.journal.append(self.run, FINISHED)

    def identified(self, firmware: str = "1500-0023") -> None:
        lmk = ("LMK check value", "9D04A0")
        self.done(RUN, "identify-kdh", DeviceIdentity("payshield", (("firmware", firmware), lmk)))
        facts = (
            ("region", "us-east-1"),
            ("endpoint", "https://controlplane.payment-cryptography.us-east-1.amazonaws.com"),
        )
        self.done(RUN, "identify-krd", DeviceIdentity("apc", facts))

    def certified(self, findings: ChainFindings | None = None) -> None:
        """The KEK's workflow up to the receiver's verified certificate."""
        self.done(KEK, "make-signing-key", SigningKey(b"public", SIGNING_KEY_UNDER_LMK))
        self.done(KEK, "certify", CertificateChain(der("kdh_2048"), (der("ca_kdh"), der("root"))))
        self.intent(KEK, "trust-kdh")
        self.done(KEK, "trust-kdh", TrustAnchor(arn("ca"), (arn("root"), arn("ca"))))
        receiver = CertificateChain(der("krd_4096"), (der("ca_krd"), der("root")))
        self.done(KEK, "offer-credential", KrdCredential(receiver, "import-token-1", None))
        self.done(KEK, "verify-credential", replace(receiver, findings=findings or UNLISTED_KRD))

    def kek_sent(self, octets: bytes | None = None, findings: ChainFindings | None = None) -> None:
        self.certified(findings)
        kek = self.keys[KEK]
        made = KeyToMove(KEK, KEK_UNDER_LMK, kek.attributes, kcv("A1B2C3"), alias=kek.alias)
        self.done(KEK, "make-key", made)
        self.journal.nonces(self.run).draw()
        sent = KeyToken(octets or token(), kcv("A1B2C3"), "x9_tr34_2012", ChainFindings(("CN=KDH",)))
        self.done(KEK, "send-key-token", sent)
        self.intent(KEK, "receive-key-token")

    def kek_arrived(self, octets: bytes | None = None) -> None:
        self.kek_sent(octets)
        held = HeldKey(arn(KEK), kcv("A1B2C3"))
        self.done(KEK, "receive-key-token", held)
        self.done(KEK, "compare-kcv", held.kcv)
        self.done(KEK, "set-alias", held)

    def kek_known(self) -> None:
        self.done(KEK, "check-key", KeyToMove(KEK, KEK_UNDER_LMK, self.keys[KEK].attributes, kcv("A1B2C3")))
        self.done(KEK, "hold-kek", HeldKey(arn(KEK), kcv("A1B2C3")))
        self.done(KEK, "agree-on-kek", kcv("A1B2C3"))

    def key_sent(self, name: str) -> None:
        sent = block(name)
        key = self.keys[name]
        self.done(name, "check-key", KeyToMove(name, key.reference, key.attributes, sent.kcv, alias=key.alias))
        self.done(name, "send-key-block", sent)
        self.intent(name, "receive-key-block")

    def key_received(self, name: str, digits: str | None = None, **more: Any) -> None:
        held = HeldKey(arn(name), kcv(digits) if digits else block(name).kcv)
        self.done(name, "receive-key-block", held, **more)
        if digits is None:
            self.done(name, "compare-kcv", held.kcv)
            self.done(name, "set-alias", held)

    def key_arrived(self, *names: str) -> None:
        for name in names:
            self.key_sent(name)
            self.key_received(name)

    def whole(self) -> None:
        """From begin to end, nothing amiss."""
        self.identified()
        self.kek_arrived()
        self.key_arrived(*(name for name in self.keys if name != KEK))
        self.finished()
