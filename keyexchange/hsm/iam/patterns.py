"""Wildcards and policy variables: from the text of a policy to a test of a value.

Laws of this file:

- matching never backtracks over a wildcard: the text between two asterisks is looked for at the leftmost place, once
  (atomic groups), so that no policy can make a request slow;
- a variable stands for its value, letter by letter: an asterisk in a tag's value is an asterisk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from keyexchange.hsm.iam.errors import Place, shown

Value = str | tuple[str, ...]
Lookup = Callable[[str], Value | None]
"""From a condition key, in lower case, to what the request has for it."""
Test = Callable[[str, Lookup], bool]
"""Does this value of the request match?"""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE_BODY = re.compile(r"([^:,']+:[^,']+)(?:, *'([^']*)')?")
_WILD = re.compile(r"([*?])")
_FIXED = {"*", "?", "$"}
_ARN_COLONS = 5


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Wild:
    """`*`, any characters, or `?`, any one character."""

    sign: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A key of the request's context, in lower case, and what to take when the request has none."""

    key: str
    default: str | None


Part = Text | Wild | Variable
Template = tuple[Part, ...]


def parse_template(text: str, place: Place, *, variables: bool) -> Template:
    """A policy's text in parts.

    Args:
        text: as written.
        place: for the error.
        variables: whether `${...}` means anything; it does since version 2012-10-17.

    Raises:
        PolicyError: a variable that is not closed or not written as one.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    if not variables:
        return _merged(_wildcards(text))
    parts: list[Part] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        parts += _wildcards(_closed(text[end : match.start()], place))
        parts.append(_variable(match[1], place))
        end = match.end()
    return _merged(parts + _wildcards(_closed(text[end:], place)))


def is_fixed(template: Template) -> bool:
    """Whether the template stands for one text: no wildcard, no variable."""
    return all(isinstance(part, Text) for part in template)


def has_variable(template: Template) -> bool:
    """Whether the template needs the request to be known."""
    return any(isinstance(part, Variable) for part in template)


def plain_text(template: Template, lookup: Lookup) -> str | None:
    """The template as one text, wildcards as the characters they are; None when a variable has no value."""
    text = ""
    for part in template:
        piece = _value(part, lookup) if isinstance(part, Variable) else _characters(part)
        if piece is None:
            return None
        text += piece
    return text


def glob(template: Template, *, arn: bool = False) -> Test:
    """A test for values that the template covers.

    Args:
        template: the pattern.
        arn: whether a wildcard ends at the colons that divide an ARN.

    Source: IAM User Guide, "IAM JSON policy elements: Resource", "Using wildcards in resource ARNs", and "Condition
    operators", "Amazon Resource Name (ARN) condition operators": each of the six components is checked separately.
    """
    if has_variable(template):
        return _variable_glob(template, arn)
    if template == (Wild("*"),):
        return _always
    text = "".join(part.text for part in template if isinstance(part, Text))
    if is_fixed(template):
        return lambda value, _lookup: value == text
    if template == (Text(text), Wild("*")) and (not arn or text.count(":") >= _ARN_COLONS):
        return lambda value, _lookup: value.startswith(text)
    expression = _compiled(template, arn)
    return lambda value, _lookup: expression.fullmatch(value) is not None


def _always(_value: str, _lookup: Lookup) -> bool:
    return True


def _variable_glob(template: Template, arn: bool) -> Test:
    def test(value: str, lookup: Lookup) -> bool:
        resolved = _resolved(template, lookup)
        return resolved is not None and _compiled(resolved, arn).fullmatch(value) is not None

    return test


def _closed(text: str, place: Place) -> str:
    if "${" in text:
        raise place.wrong(
            "a policy variable is not closed, or holds another", hint="write ${aws:username}, or ${$} for $"
        )
    return text


def _variable(body: str, place: Place) -> Part:
    if body in _FIXED:
        return Text(body)
    match = _VARIABLE_BODY.fullmatch(body)
    if match is None:
        raise place.wrong(f"{shown(body)} is not a policy variable", hint="write ${key} or ${key, 'default'}")
    return Variable(match[1].strip().lower(), match[2])


def _wildcards(text: str) -> list[Part]:
    return [Wild(piece) if piece in {"*", "?"} else Text(piece) for piece in _WILD.split(text) if piece]


def _merged(parts: list[Part]) -> Template:
    """Neighbouring texts as one, so that equal templates are equal; asterisks in a row are one."""
    merged: list[Part] = []
    for part in parts:
        before = merged[-1] if merged else None
        if isinstance(part, Text) and isinstance(before, Text):
            merged[-1] = Text(before.text + part.text)
        elif not (part == before == Wild("*")):
            merged.append(part)
    return tuple(merged)


def _characters(part: Text | Wild) -> str:
    return part.text if isinstance(part, Text) else part.sign


def _value(variable: Variable, lookup: Lookup) -> str | None:
    """What a variable stands for; a key with several values is none."""
    value = lookup(variable.key)
    return value if isinstance(value, str) else variable.default


def _resolved(template: Template, lookup: Lookup) -> Template | None:
    found: list[Part] = []
    for part in template:
        if isinstance(part, Variable):
            text = _value(part, lookup)
            if text is None:
                return None
            found.append(Text(text))
        else:
            found.append(part)
    return tuple(found)


@lru_cache(maxsize=1024)
def _compiled(template: Template, arn: bool) -> re.Pattern[str]:
    first, *chunks = _chunks(template, arn)
    expression = first[1]
    if chunks:
        *inner, (any_last, last) = chunks
        expression += "".join(f"(?>{any_one}*?{text})" for any_one, text in inner) + f"{any_last}*{last}"
    return re.compile(expression, re.DOTALL)


def _chunks(template: Template, arn: bool) -> list[tuple[str, str]]:
    """What follows each asterisk, with the class of characters that it covers; before the first there is none."""
    chunks = [("", "")]
    colons = 0
    for part in template:
        any_one = "[^:]" if arn and colons < _ARN_COLONS else "."
        before, text = chunks[-1]
        if isinstance(part, Text):
            colons += part.text.count(":")
            chunks[-1] = before, text + re.escape(part.text)
        elif part == Wild("?"):
            chunks[-1] = before, text + any_one
        else:
            chunks.append((any_one, ""))
    return chunks
