"""Wildcards: what they cover, and that they cannot be made slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.hsm.iam.errors import Place
from keyexchange.hsm.iam.patterns import Lookup, glob, parse_template


def covers(pattern: str, value: str, *, arn: bool = False, lookup: Lookup = {}.get) -> bool:
    return glob(parse_template(pattern, Place(), variables=True), arn=arn)(value, lookup)


def covers_by_hand(pattern: str, value: str) -> bool:
    """The textbook table: can the first i signs of the pattern cover the first j characters?"""
    row = [True] + [False] * len(value)
    for sign in pattern:
        before = row
        row = [before[0] and sign == "*"]
        for j, character in enumerate(value, start=1):
            row.append(before[j] or row[j - 1] if sign == "*" else before[j - 1] and sign in {"?", character})
    return row[-1]


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=16))
@settings(max_examples=400)
def test_a_pattern_covers_what_the_textbook_says(pattern: str, value: str) -> None:
    assert covers(pattern, value) is covers_by_hand(pattern, value)


@given(
    st.tuples(*[st.text("ab*?", max_size=4)] * 2, st.text("ab*?:", max_size=6)),
    st.tuples(*[st.text("ab", max_size=4)] * 2, st.text("ab:", max_size=6)),
)
@settings(max_examples=400)
def test_in_an_arn_each_of_six_parts_is_covered_for_itself(parts: tuple[str, ...], values: tuple[str, ...]) -> None:
    by_hand = all(map(covers_by_hand, parts, values))
    assert covers("arn:aws:x:" + ":".join(parts), "arn:aws:x:" + ":".join(values), arn=True) is by_hand


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", True),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/object.jpg", False),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a:b", True),
        ("arn:aws:iam:*:role/x", "arn:aws:iam::1:role/x", False),
        ("arn:aws:iam::?:role/x", "arn:aws:iam::1:role/x", True),
        ("arn:aws:iam::?:role/x", "arn:aws:iam::::role/x", False),
        ("a\nb*", "a\nb\nc", True),
        ("a.c", "abc", False),
        ("a**b***", "axb", True),
    ],
)
def test_a_pattern_of_an_arn(pattern: str, value: str, expected: bool) -> None:
    assert covers(pattern, value, arn=pattern.startswith("arn")) is expected


@pytest.mark.parametrize("pattern", ["*a" * 200 + "b", "*" * 400 + "b", "*?a" * 100 + "b", "a*" * 200 + "b"])
@pytest.mark.parametrize("arn", [False, True])
def test_no_pattern_is_slow(pattern: str, arn: bool) -> None:
    # backtracking would need more than the age of the universe; one pass needs milliseconds
    begun = time.process_time()
    assert not covers("arn:aws:x:*:*:" + pattern, "arn:aws:x:r:1:" + "a" * 5000, arn=arn)
    assert time.process_time() - begun < 5


def test_a_slow_pattern_cannot_hide_in_a_variable() -> None:
    begun = time.process_time()
    assert not covers("${aws:x}*b", "a" * 5000, lookup={"aws:x": "*a" * 200}.get)
    assert not covers("*${aws:x}" * 100 + "b", "a" * 5000, lookup={"aws:x": "a"}.get)
    assert time.process_time() - begun < 5
