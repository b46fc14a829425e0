"""A clock that an operator moves: shared, kept, forward only."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.clock import CLOCK_FILE, MovableClock, utc_now
from keyexchange.hsm.server.console import ask
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import create

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
DAY = 86400.0
AHEAD = """
import sys
from pathlib import Path
from keyexchange.hsm.clock import MovableClock
print(MovableClock(Path(sys.argv[1])).ahead.total_seconds())
"""


def test_it_is_one_for_all_processes_of_a_state_directory(tmp_path: Path) -> None:
    first, second = MovableClock(tmp_path), MovableClock(tmp_path)
    assert abs(first() - utc_now()) < timedelta(seconds=5)
    first.advance(timedelta(days=30, milliseconds=1))
    second.advance(timedelta(hours=1))
    assert first.ahead == second.ahead == timedelta(days=30, hours=1, milliseconds=1)
    command = [sys.executable, "-c", AHEAD, str(tmp_path)]
    other = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert float(other.stdout) == first.ahead.total_seconds()
    assert first() - utc_now() > timedelta(days=30)


@pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(days=40000)])
def test_it_goes_neither_back_nor_out_of_the_calendar(tmp_path: Path, by: timedelta) -> None:
    clock = MovableClock(tmp_path)
    with pytest.raises(ConfigError, match="forward only"):
        clock.advance(by)
    assert clock.ahead == timedelta()


def test_a_deletion_date_passes_when_the_operator_says_so(tmp_path: Path) -> None:
    options = ServeOptions(tmp_path, apc_port=0, movable_clock=True)
    with running(options) as addresses:
        client = apc_client(str(addresses.apc_url))
        arn = create(client, *CVK)["KeyArn"]
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        ask(tmp_path, "clock", seconds=2 * DAY)
        assert client.get_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_PENDING"
        answer = ask(tmp_path, "clock", seconds=2 * DAY)
        assert answer["ahead"].startswith("4 days")
        assert client.get_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_COMPLETE"
        for seconds in (-1, "nan", 1e300):
            with pytest.raises(ConfigError):
                ask(tmp_path, "clock", seconds=seconds)
    with running(options) as addresses:  # a restart does not turn it back
        assert apc_client(str(addresses.apc_url)).get_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_COMPLETE"


def test_only_who_asked_for_a_movable_clock_has_one(tmp_path: Path) -> None:
    with running_apc(tmp_path), pytest.raises(ConfigError, match="the machine's time") as caught:
        ask(tmp_path, "clock", seconds=1)
    assert "--movable-clock" in caught.value.hint
    MovableClock(tmp_path).advance(timedelta(days=1))
    with pytest.raises(ConfigError, match="clock of this state directory was moved"), running_apc(tmp_path):
        pass
    (tmp_path / CLOCK_FILE).unlink()
    with running_apc(tmp_path) as url:
        assert apc_client(url).list_keys()["Keys"] == []
