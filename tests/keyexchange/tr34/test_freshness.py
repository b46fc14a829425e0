"""A one-pass token is taken once, and only near the time at which it was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from keyexchange.errors import FormatError, TrustError
from keyexchange.tr34 import ONE_DAY, Window, judge_signing_time, read
from tests.keyexchange.tr34.lab import token_of
from tests.vectors import vectors

NOW = datetime(2030, 5, 17, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NARROW = Window(past=timedelta(minutes=2), future=timedelta(0))


def refused(signing_time: datetime | None, **options: object) -> str:
    with pytest.raises(TrustError) as caught:
        judge_signing_time(signing_time, at=NOW, **options)  # type: ignore[arg-type]  # each test's own
    return caught.value.category


@pytest.mark.parametrize("window", [ONE_DAY, NARROW])
def test_both_ends_of_the_window_are_inside_and_a_second_more_is_not(window: Window) -> None:
    for moment in (NOW - window.past, NOW + window.future):
        assert judge_signing_time(moment, at=NOW, window=window).window == window
    for moment in (NOW - window.past - SECOND, NOW + window.future + SECOND):
        assert refused(moment, window=window) == "signing_time_outside"


def test_what_was_accepted_is_reported() -> None:
    before = NOW - timedelta(hours=5)
    found = judge_signing_time(NOW - timedelta(hours=3), at=NOW, after=before)
    assert (found.age, found.window, found.after) == (timedelta(hours=3), ONE_DAY, before)
    assert judge_signing_time(NOW + SECOND, at=NOW).age == -SECOND


def test_a_token_is_not_taken_twice_nor_an_older_one_after_it() -> None:
    taken = NOW - timedelta(hours=1)
    assert refused(taken, after=taken) == refused(taken - SECOND, after=taken) == "token_replayed"
    assert judge_signing_time(taken + SECOND, at=NOW, after=taken).signing_time == taken + SECOND


def test_a_two_pass_token_has_no_time_to_judge() -> None:
    token = read(token_of(vectors("tr34_computed", "key_token")[0].values[0]))
    assert refused(token.signing_time) == "signing_time_missing"


def test_times_without_a_zone_are_refused_in_words() -> None:
    naive = NOW.replace(tzinfo=None)
    for signing_time, options in ((naive, {"at": NOW}), (NOW, {"at": naive}), (NOW, {"at": NOW, "after": naive})):
        with pytest.raises(FormatError, match="no time zone"):
            judge_signing_time(signing_time, **options)


def test_a_known_one_pass_token_is_judged() -> None:
    one_pass = next(p.values[0] for p in vectors("tr34_computed", "key_token") if p.id == "tr34-v-2012-one-pass")
    moment = read(token_of(one_pass)).signing_time
    assert judge_signing_time(moment, at=datetime(2024, 12, 2, tzinfo=UTC)).age == timedelta(hours=3, minutes=30)
    assert refused(moment) == "signing_time_outside"
