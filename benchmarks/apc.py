"""AWS Payment Cryptography's control plane: the software HSM against moto_server, the public emulator of AWS.

Both are started as an operator starts them and get the same signed requests from the same client, a process of its own
(`benchmarks.load`), over the same number of connections, in turns. What they do for a request is not the same: the
software HSM verifies the signature, makes a real key, wraps it, writes its audit event and answers after the write is
on the disk; moto looks at no signature, draws a check value at random and keeps it in memory. moto has no ImportKey, so
its CreateKey is what ours is held against.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import servers
from benchmarks.load import Job, Signed, client, drive
from tests.postgres import programs, running_postgres

CONNECTIONS = 16
ROUNDS = 3
ROUND_SECONDS = 2.0
KEYS = 64
STARTS = 5

MODES = {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True}
KEK = {
    "KeyAlgorithm": "AES_128",
    "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyModesOfUse": MODES,
}
CVK = {
    "KeyAlgorithm": "TDES_2KEY",
    "KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyModesOfUse": {"Generate": True, "Verify": True},
}

Requests = Mapping[str, Sequence[bytes]]
"""By name of the operation; each is asked for many keys in turn."""


class Driver:
    """The load generator's process."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        self.busiest = 0.0
        """The largest part of a measurement in which this process computed. See `Tally.busy`."""

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def rate(self, url: str, requests: Sequence[bytes], connections: int = CONNECTIONS) -> float:
        """Answers a second."""
        tally = self._pool.submit(drive, Job(url, requests, connections, ROUND_SECONDS)).result()
        self.busiest = max(self.busiest, tally.busy)
        return tally.rate

    def best(self, *sides: tuple[str, Sequence[bytes]], connections: int = CONNECTIONS) -> list[float]:
        """The best rate of each side, measured in turns, so that a busy moment of the machine falls on all."""
        rounds = [[self.rate(*side, connections) for side in sides] for _ in range(ROUNDS)]
        return [max(rates) for rates in zip(*rounds, strict=True)]


def requests_of(url: str, *, imports: bool) -> Requests:
    """What is asked, of keys that are made for it."""
    real, signed = client(url), Signed(url)
    arns = [_create(real, CVK) for _ in range(KEYS)]
    found = {
        "GetKey": [signed.request("get_key", KeyIdentifier=arn) for arn in arns],
        "CreateKey": [signed.request("create_key", Exportable=True, KeyAttributes=CVK)],
    }
    if imports:
        found["ImportKey"] = [signed.request("import_key", KeyMaterial=each) for each in _blocks(real, arns)]
    return found


def _create(real: Any, attributes: Mapping[str, object]) -> str:
    return str(real.create_key(Exportable=True, KeyAttributes=attributes)["Key"]["KeyArn"])


def _blocks(real: Any, arns: Sequence[str]) -> list[dict[str, Any]]:
    """TR-31 version D blocks of all keys under one KEK, as KeyMaterial to import."""
    wrapping = {"WrappingKeyIdentifier": _create(real, KEK)}
    material = {"Tr31KeyBlock": wrapping}
    exported = (real.export_key(ExportKeyIdentifier=arn, KeyMaterial=material)["WrappedKey"] for arn in arns)
    return [{"Tr31KeyBlock": {**wrapping, "WrappedKeyBlock": each["KeyMaterial"]}} for each in exported]


def against_moto(driver: Driver) -> None:
    """The ratios that the README quotes."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours = stack.enter_context(servers.keyexchange(Path(folder)))
        theirs = stack.enter_context(servers.moto())
        mine, its = requests_of(ours, imports=True), requests_of(theirs, imports=False)
        for name, other in (("GetKey", "GetKey"), ("CreateKey", "CreateKey"), ("ImportKey", "CreateKey")):
            rate, against = driver.best((ours, mine[name]), (theirs, its[other]))
            print(f"{name:<24}{rate:9.0f}/s  {f'moto {other}':<16}{against:9.0f}/s  {rate / against:6.1f}x")


def workers(driver: Driver) -> None:
    """One and two processes on one PostgreSQL database that syncs to the disk."""
    with running_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder:
        for name in ("GetKey", "CreateKey"):
            rates = [
                _with_workers(driver, Path(folder) / f"{name}{count}", postgres.new_database, name, count)
                for count in (1, 2)
            ]
            one, two = rates
            print(f"{name + ', 2 workers':<24}{two:9.0f}/s  {'1 worker':<16}{one:9.0f}/s  {two / one:6.2f}x")


def _with_workers(driver: Driver, folder: Path, new_database: Callable[[], str], name: str, count: int) -> float:
    database = new_database().replace("postgresql+psycopg", "postgresql")
    with servers.keyexchange(folder, database=database, workers=count) as url:
        return driver.best((url, requests_of(url, imports=False)[name]))[0]


def main() -> None:
    """Print a line for each figure."""
    print(f"AWS Payment Cryptography's face, {CONNECTIONS} connections; moto_server beside it")
    with Driver() as driver:
        against_moto(driver)
        if programs() is None:
            print("PostgreSQL is not installed: no figures for several workers")
        else:
            workers(driver)
        print(f"load generator, at most {100 * driver.busiest:8.0f} % of a processor")
    with tempfile.TemporaryDirectory() as folder:
        starts = [servers.start_to_first_answer(Path(folder) / str(number)) for number in range(STARTS)]
    print(f"start to first answer   {min(starts):9.2f} s")


if __name__ == "__main__":
    main()
