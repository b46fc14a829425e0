"""Whether a one-pass token is fresh: its signing time, against a window that the receiver chooses.

A two-pass token answers the receiver's own random number and needs no clock. A one-pass token can be kept and sent
again while its window is open, so a receiver also remembers the time of the last one that it took.

Source: X9 TR 34-2019, 6 (one-pass: a time stamp in place of the random number). It leaves the window to the receiver;
`ONE_DAY` is this project's choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from keyexchange.errors import TrustError
from keyexchange.pki.certificates import require_aware, time_text


@dataclass(frozen=True)
class Window:
    """How far a signing time may lie from the receiver's clock.

    Args:
        past: how old a token may be.
        future: how far the sender's clock may be ahead.
    """

    past: timedelta
    future: timedelta


ONE_DAY = Window(past=timedelta(days=1), future=timedelta(minutes=5))
"""Long enough for a file carried by hand, short enough that a stolen token ages."""


@dataclass(frozen=True)
class Freshness:
    """A signing time that was accepted, for the report.

    Args:
        signing_time: as the sender states it.
        age: by the receiver's clock; negative when the sender's is ahead.
        window: what was allowed.
        after: the signing time that it had to be later than; None when the receiver knew of none.
    """

    signing_time: datetime
    age: timedelta
    window: Window
    after: datetime | None


def judge_signing_time(
    signing_time: datetime | None, *, at: datetime, window: Window = ONE_DAY, after: datetime | None = None
) -> Freshness:
    """Judge the signing time of a token whose signature was verified before.

    Args:
        signing_time: of the token.
        at: the receiver's clock; aware.
        window: both ends are allowed.
        after: the signing time of the last token taken from this sender, so that none is taken twice; aware.

    Raises:
        TrustError: signing_time_missing (a two-pass token), signing_time_outside, token_replayed.
        FormatError: category structure: a time has no time zone.
    """
    for moment in filter(None, (signing_time, at, after)):
        require_aware(moment, "a time that a token is judged by")
    if signing_time is None:
        raise TrustError(
            "the token states no signing time: it is not one-pass",
            category="signing_time_missing",
            hint="verify it against the random number that it answers",
        )
    if not at - window.past <= signing_time <= at + window.future:
        raise TrustError(
            f"the token was signed at {time_text(signing_time)}, too far from the receiver's {time_text(at)}",
            category="signing_time_outside",
            hint="compare the clocks of both sides; if they agree, have the sender make a new token",
        )
    if after is not None and signing_time <= after:
        raise TrustError(
            f"the token was signed at {time_text(signing_time)}, not later than the last one taken from this sender",
            category="token_replayed",
            hint="have the sender make a new token; ask who sent this one again",
        )
    return Freshness(signing_time, at - signing_time, window, after)
