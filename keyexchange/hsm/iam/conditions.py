"""The Condition block: operators with their prefix and suffix, and what they say of a request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Creating a condition with multiple keys or
values": everything in a block is joined by AND, the values of one key by OR, and by NOR where the operator is negated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from keyexchange.hsm.iam.document import as_object
from keyexchange.hsm.iam.errors import Place, shown
from keyexchange.hsm.iam.operators import BOOLEANS, NULL, OPERATORS
from keyexchange.hsm.iam.patterns import Lookup, Test

FOR_ALL = "ForAllValues"
FOR_ANY = "ForAnyValue"
_IF_EXISTS = "IfExists"
_LARGEST = 10**18
_HINT = 'write {"StringEquals": {"aws:ResourceTag/team": "payments"}}'

Holds = Callable[[Lookup], bool]


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator as a policy writes it, taken apart.

    Args:
        operator: without prefix and suffix.
        quantifier: "ForAllValues", "ForAnyValue" or nothing.
        if_exists: whether a key that is not there is good enough.
    """

    operator: str
    quantifier: str = ""
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator.

    Args:
        comparison: the operator.
        key: in lower case.
        values: as written.
        holds: asks a request.
    """

    comparison: Comparison
    key: str
    values: tuple[str, ...]
    holds: Holds


def parse_conditions(block: object, place: Place, *, variables: bool) -> tuple[Condition, ...]:
    """Every condition of a block.

    Raises:
        PolicyError: an unknown operator, a key without its service, or a value that the operator cannot compare.
    """
    return tuple(_parse(block, place, variables))


def _parse(block: object, place: Place, variables: bool) -> Iterator[Condition]:
    for written, keys in as_object(block, place, _HINT).items():
        comparison = _comparison(written, place)
        inside = place.element(written)
        for key, value in as_object(keys, inside, _HINT).items():
            at_key = inside.element(shown(_key(key, inside)))
            values = _values(value, at_key)
            test = _test(comparison, values, at_key, variables)
            yield Condition(comparison, key.lower(), values, test(key.lower()))


def _comparison(written: str, place: Place) -> Comparison:
    quantifier, colon, name = written.rpartition(":")
    base = name.removesuffix(_IF_EXISTS)
    if base not in OPERATORS and base != NULL:
        raise place.wrong(f"no condition operator {shown(written)}", hint=_nearest(base))
    if colon and quantifier not in {FOR_ALL, FOR_ANY}:
        raise place.wrong(f"no condition operator {shown(written)}", hint=f"before the colon: {FOR_ALL} or {FOR_ANY}")
    if base == NULL and written != NULL:
        raise place.wrong("Null goes with neither prefix nor suffix", hint='write {"Null": {"aws:TagKeys": "true"}}')
    return Comparison(base, quantifier, base != name)


def _nearest(name: str) -> str:
    known = {known.lower(): known for known in (*OPERATORS, NULL)}
    return f"write {known[name.lower()]}" if name.lower() in known else f"known are {', '.join(sorted(known.values()))}"


def _key(key: str, place: Place) -> str:
    service, _, name = key.partition(":")
    if not service or not name:
        raise place.wrong(f"{shown(key)} is no condition key", hint="a key begins with aws: or with a service's name")
    return key


def _values(value: object, place: Place) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    if not values:
        raise place.wrong("has no value", hint="a condition without values never holds; leave it out")
    return tuple(_text(each, place) for each in values)


def _text(value: object, place: Place) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and abs(value) < _LARGEST:
        return str(value)
    raise place.wrong(
        "a value is neither a string nor a number of usual size", hint="write a string, or a list of strings"
    )


def _test(comparison: Comparison, values: tuple[str, ...], place: Place, variables: bool) -> Callable[[str], Holds]:
    """What asks a request about a key."""
    if comparison.operator == NULL:
        return partial(_null, _wanted_nulls(values, place))
    row = OPERATORS[comparison.operator]
    test = row.compile(values, place, variables)
    if comparison.quantifier == FOR_ALL:
        return partial(_for_all, test, row.negated)
    if comparison.quantifier == FOR_ANY:
        return partial(_for_any, test, row.negated, comparison.if_exists)
    return partial(_single, test, row.negated, comparison.if_exists)


def _wanted_nulls(values: tuple[str, ...], place: Place) -> set[str | None]:
    wanted = {BOOLEANS(value) for value in values}
    if None in wanted:
        raise place.wrong("a value is not true or false", hint="true: the key is not there; false: it is")
    return wanted


def _null(wanted: set[str | None], key: str) -> Holds:
    return lambda lookup: ("true" if lookup(key) is None else "false") in wanted


def _single(test: Test, negated: bool, if_exists: bool, key: str) -> Holds:
    """One value of the request. Of several, which AWS wants a quantifier for, one match counts."""
    absent = negated or if_exists

    def holds(lookup: Lookup) -> bool:
        value = lookup(key)
        if value is None:
            return absent
        if isinstance(value, str):
            return test(value, lookup) is not negated
        return any(test(each, lookup) for each in value) is not negated

    return holds


def _for_all(test: Test, negated: bool, key: str) -> Holds:
    return lambda lookup: all(test(value, lookup) is not negated for value in _set(lookup(key)))


def _for_any(test: Test, negated: bool, if_exists: bool, key: str) -> Holds:
    def holds(lookup: Lookup) -> bool:
        value = lookup(key)
        if value is None:
            return if_exists
        return any(test(each, lookup) is not negated for each in _set(value))

    return holds


def _set(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The request's values; an empty string is as good as none, says AWS, when sets are compared."""
    if value is None:
        return ()
    values = (value,) if isinstance(value, str) else value
    return tuple(each for each in values if each)
