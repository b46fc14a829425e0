"""Requests drawn from the service's own model: valid ones, and ones with a member spoilt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from keyexchange.hsm.apc.model import Shape, StringShape, StructureShape

LONGEST = 48
"""Characters beyond a shape's least length: long enough for two blocks, short enough to be fast."""

_HEXADECIMAL = "0123456789abcdefABCDEF"
_ALPHABETS = (
    ("[0-9]+", "0123456789"),
    ("0-9a-fA-F", _HEXADECIMAL),
    ("0-9a-zA-Z", "0123456789ABCDEFxyz"),
)
_PAIRS = "(?:[0-9a-fA-F][0-9a-fA-F])+"

Known = Mapping[str, Callable[[], st.SearchStrategy[Any]]]
"""Strategies of shapes that mean something to the device, by the shape's name."""

SPOILT = st.sampled_from(
    [None, "", "0", "zz", "0" * 5000, "é", "\ud800", "\x00", 0, -1, 10**30, 1.5, True, [], {}, ["x"], {"x": "y"}]
)


def requests(shape: StructureShape, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    """Valid inputs of an operation."""
    return _structure(shape, known)


@st.composite
def spoilt_requests(draw: st.DrawFn, shape: StructureShape, known: Known) -> dict[str, Any]:
    """Inputs of which one member, somewhere, is another value."""
    request = draw(requests(shape, known))
    members = request
    while True:
        name = draw(st.sampled_from(sorted(members)))
        if not isinstance(members[name], dict) or draw(st.integers(0, 4)) == 0:
            members[name] = draw(SPOILT)
            return request
        if not members[name]:
            return request
        members = members[name]


def _value(shape: Shape, known: Known) -> st.SearchStrategy[Any]:
    if shape.name in known:
        return known[shape.name]()
    if isinstance(shape, StructureShape):
        return _structure(shape, known)
    if isinstance(shape, StringShape):
        return st.sampled_from(shape.enum) if shape.enum else _text(shape)
    assert shape.type_name == "integer", shape
    return st.integers(shape.metadata.get("min"), shape.metadata.get("max"))


def _structure(shape: StructureShape, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _value(member, known) for name, member in shape.members.items()}
    if shape.metadata.get("union"):
        return st.one_of([st.fixed_dictionaries({name: value}) for name, value in members.items()])
    required = {name: members.pop(name) for name in shape.required_members}
    return st.fixed_dictionaries(required, optional=members)


def _text(shape: StringShape) -> st.SearchStrategy[str]:
    pattern = shape.metadata.get("pattern", "")
    least = shape.metadata.get("min", 0)
    most = min(shape.metadata.get("max", least + LONGEST), least + LONGEST)
    alphabet = next((letters for part, letters in _ALPHABETS if part in pattern), "Az09/_-=")
    lengths = [int(length) for length in re.findall(r"\{(\d+)\}", pattern)] or list(range(least, most + 1))
    if pattern == _PAIRS:
        lengths = [length for length in lengths if length % 2 == 0]
    texts = st.sampled_from(lengths).flatmap(lambda length: st.text(alphabet, min_size=length, max_size=length))
    return texts.filter(re.compile(pattern).fullmatch) if pattern else texts
