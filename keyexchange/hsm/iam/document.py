"""From what was sent to a JSON object: the only place that reads untrusted text as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from keyexchange.hsm.iam.errors import Place, shown

LONGEST = 20_480
"""Characters. Source: botocore's model of Payment Cryptography, shape ResourcePolicy; IAM's own quotas are lower."""

_HINT = 'write {"Version": "2012-10-17", "Statement": [...]}'


def read_document(document: str | Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """The document as an object; a mapping is taken as it is.

    Raises:
        PolicyError: no JSON object, a name twice in one object, or too long.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language": an element must not hold the same key twice.
    """
    if not isinstance(document, str):
        return as_object(document, place, _HINT)
    if len(document) > LONGEST:
        raise place.wrong(f"is longer than {LONGEST} characters", hint="split it, or use wildcards")
    try:
        value = json.loads(document, object_pairs_hook=_Pairs(place), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        # the decoder's message is about received text, and says little more
        raise place.wrong("is not JSON", hint="check brackets, quotes and commas") from None
    return as_object(value, place, _HINT)


def as_object(value: object, place: Place, hint: str) -> Mapping[str, Any]:
    """A decoded value as an object.

    Raises:
        PolicyError: it is none.
    """
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise place.wrong("is not a JSON object", hint=hint)
    return value


class _Pairs:
    """The hook that makes an object of its pairs and refuses a name that comes twice."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for name in found if sum(name == other for other, _ in pairs) > 1)
            raise self.place.wrong(f"{shown(twice)} is there twice in one object", hint="keep one of them")
        return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
