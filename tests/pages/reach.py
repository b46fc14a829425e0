"""Which words of the model a handler knows: the strings in its code and in all that this code can reach.

A member of an input that no such string names cannot make a difference, whatever the docstrings say. The reverse does
not follow quite: a word may be reached on a path that an operation never takes.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any

ROOM = "keyexchange.hsm"
"""What lies outside knows no member of a request."""


def words(handler: Callable[..., Any]) -> frozenset[str]:
    """The strings that a function or class can come across."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[object] = [handler]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.add(one)
        elif id(one) not in seen:
            seen.add(id(one))
            waiting.extend(_inside(one))
    return frozenset(found)


def _inside(one: object) -> Iterator[object]:
    """What an object leads to."""
    if isinstance(one, types.FunctionType):
        yield from _function(one)
    elif isinstance(one, functools.partial):
        yield from (one.func, *one.args, *one.keywords.values())
    elif isinstance(one, types.MethodType):
        yield one.__func__
    elif isinstance(one, (staticmethod, classmethod, functools.cached_property)):
        yield getattr(one, "__func__", None) or getattr(one, "func", None)
    elif isinstance(one, property):
        yield one.fget
    elif isinstance(one, type):
        if one.__module__.startswith(ROOM):
            yield from vars(one).values()
    elif isinstance(one, dict):
        yield from (*one.keys(), *one.values())
    elif isinstance(one, (tuple, list, set, frozenset)):
        yield from one
        yield type(one)
    elif type(one).__module__.startswith(ROOM):  # a row of a table, declared as an object
        yield type(one)
        yield from (getattr(one, name) for name in getattr(one, "__dataclass_fields__", ()))


def _function(function: types.FunctionType) -> Iterator[object]:
    if not function.__module__.startswith(ROOM):
        return
    yield from _constants(function.__code__)
    yield from (cell.cell_contents for cell in function.__closure__ or ())
    yield from (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        if isinstance(value, types.ModuleType):
            if value.__name__.startswith(ROOM):
                yield from (vars(value)[each] for each in names & vars(value).keys())
        else:
            yield value


def _constants(code: types.CodeType) -> Iterator[object]:
    """The constants of a function and of those inside it. A docstring is one too, but never just a member's name."""
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield from _constants(one)
        elif isinstance(one, (str, tuple, frozenset)):
            yield one


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield from _names(one)
