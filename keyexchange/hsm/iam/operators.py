"""The condition operators: one row each, and what makes a test of a policy's values.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, TypeVar

from keyexchange.hsm.iam.errors import Place
from keyexchange.hsm.iam.patterns import Lookup, Template, Test, glob, has_variable, parse_template, plain_text

NULL = "Null"
"""The one operator that asks whether a key is there; it has no test of values."""

Compile = Callable[[Iterable[str], Place, bool], Test]
"""From a policy's values, their place and whether variables mean anything, to a test that any of them matches."""
Compare = Callable[[Any, Any], bool]
Parsed = TypeVar("Parsed")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_EPOCH = re.compile(r"-?(?:[0-9]{1,3}|[0-9]{5,18})(?:\.[0-9]{1,9})?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_PREFIXED = re.compile(r"[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Operator:
    """How values are compared.

    Args:
        compile: makes the test.
        negated: true when the condition holds for what does not match, and for a key that is not there.
    """

    compile: Compile
    negated: bool = False


def _templates(values: Iterable[str], place: Place, variables: bool) -> list[Template]:
    return [parse_template(value, place, variables=variables) for value in values]


def _equals(fold: Callable[[str], str], values: Iterable[str], place: Place, variables: bool) -> Test:
    templates = _templates(values, place, variables)
    open_ones = [template for template in templates if has_variable(template)]
    fixed = {fold(plain_text(each, _nothing) or "") for each in templates if not has_variable(each)}

    def test(value: str, lookup: Lookup) -> bool:
        value = fold(value)
        if value in fixed:
            return True
        for template in open_ones:
            text = plain_text(template, lookup)
            if text is not None and fold(text) == value:
                return True
        return False

    return test


def _like(arn: bool, values: Iterable[str], place: Place, variables: bool) -> Test:
    return _any([glob(template, arn=arn) for template in _templates(values, place, variables)])


def _compared(
    read: Callable[[str], Parsed | None], what: str, compare: Compare, values: Iterable[str], place: Place, _: bool
) -> Test:
    wanted = _read_all(read, what, values, place)

    def test(value: str, _lookup: Lookup) -> bool:
        found = read(value)
        return found is not None and any(compare(found, each) for each in wanted)

    return test


def _read_all(read: Callable[[str], Parsed | None], what: str, values: Iterable[str], place: Place) -> list[Parsed]:
    """The policy's values, read; a variable is none, for AWS resolves it in strings and ARNs only."""
    found = []
    for value in values:
        parsed = read(value)
        if parsed is None:
            raise place.wrong(
                f"a value is not {what}", hint="wildcards and policy variables belong to strings and ARNs"
            )
        found.append(parsed)
    return found


def _in_network(values: Iterable[str], place: Place, _: bool) -> Test:
    networks: list[Network] = _read_all(read_network, "an IP address or a range like 203.0.113.0/24", values, place)

    def test(value: str, _lookup: Lookup) -> bool:
        address = _address(value)
        return address is not None and any(address in network for network in networks)

    return test


def _any(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value, lookup: any(test(value, lookup) for test in tests)


def _nothing(key: str) -> None:
    """A look-up without keys."""


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> float | None:
    """Seconds since 1970. Four digits alone are a year.

    Source: W3C NOTE-datetime, which the IAM User Guide points to, or epoch seconds.
    """
    if _EPOCH.fullmatch(text):
        return float(text)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, time = match.groups()
    try:
        moment = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}{time or 'T00:00Z'}")
    except ValueError:
        return None  # the 30th of February
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _boolean(text: str) -> str | None:
    lower = text.lower()
    return lower if lower in {"true", "false"} else None


def _octets(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None  # not ASCII, or not base64


def read_network(text: str) -> Network | None:
    """An address or a CIDR range; None when it is neither."""
    if not _PREFIXED.fullmatch(text):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _as_is(text: str) -> str:
    return text


_EQUALS: Compile = partial(_equals, _as_is)
_EQUALS_IGNORING_CASE: Compile = partial(_equals, str.casefold)
_LIKE: Compile = partial(_like, False)
_ARN: Compile = partial(_like, True)
_BOOL: Compile = partial(_compared, _boolean, "true or false", operator.eq)
_BINARY: Compile = partial(_compared, _octets, "base64", operator.eq)

_COMPARISONS: dict[str, tuple[Compare, bool]] = {
    "Equals": (operator.eq, False),
    "NotEquals": (operator.eq, True),
    "LessThan": (operator.lt, False),
    "LessThanEquals": (operator.le, False),
    "GreaterThan": (operator.gt, False),
    "GreaterThanEquals": (operator.ge, False),
}

OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_EQUALS),
    "StringNotEquals": Operator(_EQUALS, negated=True),
    "StringEqualsIgnoreCase": Operator(_EQUALS_IGNORING_CASE),
    "StringNotEqualsIgnoreCase": Operator(_EQUALS_IGNORING_CASE, negated=True),
    "StringLike": Operator(_LIKE),
    "StringNotLike": Operator(_LIKE, negated=True),
    "Bool": Operator(_BOOL),
    "BinaryEquals": Operator(_BINARY),
    "IpAddress": Operator(_in_network),
    "NotIpAddress": Operator(_in_network, negated=True),
    "ArnEquals": Operator(_ARN),
    "ArnLike": Operator(_ARN),
    "ArnNotEquals": Operator(_ARN, negated=True),
    "ArnNotLike": Operator(_ARN, negated=True),
    **{
        f"{family}{name}": Operator(partial(_compared, read, what, compare), negated)
        for family, read, what in (("Numeric", _number, "a number"), ("Date", _moment, "a date"))
        for name, (compare, negated) in _COMPARISONS.items()
    },
}
"""Every operator but Null."""

BOOLEANS: Callable[[str], str | None] = _boolean
"""How Null's values are read."""
