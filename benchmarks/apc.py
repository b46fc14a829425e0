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
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import servers
from benchmarks.load import Job, Signed, client, drive
from tests.postgres import programs, running_postgres

CONNECTIONS = 16
ROUNDS = 7
ROUND_SECONDS = 1.5
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

Side = tuple[str, Sequence[bytes]]
"""A server's endpoint URL, and what it is asked."""


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

    def rate(self, url: str, requests: Sequence[bytes]) -> float:
        """Answers a second."""
        tally = self._pool.submit(drive, Job(url, requests, CONNECTIONS, ROUND_SECONDS)).result()
        self.busiest = max(self.busiest, tally.busy)
        return tally.rate

    def compare(self, name: str, side: Side, other_name: str, other: Side) -> None:
        """Print the rates of two servers, measured in turns, and the median of the turns' ratios.

        A machine that is shared changes its pace from second to second; the two halves of a turn are seconds apart, and
        one lucky second decides nothing.
        """
        turns = [(self.rate(*side), self.rate(*other)) for _ in range(ROUNDS)]
        rate, against = (median(rates) for rates in zip(*turns, strict=True))
        ratios = sorted(one / two for one, two in turns)
        print(
            f"{name:<22}{rate:6.0f}/s  {other_name:<15}{against:6.0f}/s  "
            f"{median(ratios):5.2f}x ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


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
    """The ratios that the documentation quotes."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours = stack.enter_context(servers.keyexchange(Path(folder)))
        theirs = stack.enter_context(servers.moto())
        mine, its = requests_of(ours, imports=True), requests_of(theirs, imports=False)
        for name, other in (("GetKey", "GetKey"), ("CreateKey", "CreateKey"), ("ImportKey", "CreateKey")):
            driver.compare(name, (ours, mine[name]), f"moto {other}", (theirs, its[other]))


def workers(driver: Driver) -> None:
    """Two processes and one, each with a PostgreSQL database that syncs to the disk."""
    with running_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        urls = [
            stack.enter_context(
                servers.keyexchange(
                    Path(folder) / str(count),
                    database=postgres.new_database().replace("postgresql+psycopg", "postgresql"),
                    workers=count,
                )
            )
            for count in (2, 1)
        ]
        asked = [requests_of(url, imports=False) for url in urls]
        for name in ("GetKey", "CreateKey"):
            two, one = ((url, requests[name]) for url, requests in zip(urls, asked, strict=True))
            driver.compare(f"{name}, 2 workers", two, "1 worker", one)


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
    ours, theirs, library = (min(times) for times in zip(*map(_starts, range(STARTS)), strict=True))
    print(f"start to first answer {ours:.2f} s; moto_server {theirs:.2f} s; `import sqlalchemy` alone {library:.2f} s")


def _starts(_: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        ours = servers.start_to_first_answer(servers.keyexchange_command(Path(folder)))
    return ours, servers.start_to_first_answer(servers.moto_command()), servers.run_time("import sqlalchemy")


if __name__ == "__main__":
    main()
