"""What is said to an HSM, what is noted of it, and what becomes of the connection when an answer is not right."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from keyexchange.errors import DeviceRefusedError, ProtocolError, UnreachableError
from keyexchange.wire import Conversation


class Line:
    """A connection that answers as it is told."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.closed = False

    def exchange(self, _message: bytes) -> bytes:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed = True


def said(text: str) -> Any:
    return SimpleNamespace(redacted=lambda: text)


def ask(line: Any, read: Any) -> tuple[Any, list[str]]:
    lines: list[str] = []
    try:
        return Conversation("acme", line, lines.append).ask("A0", said("A0 key=<9 octets>"), b"A0", read), lines
    except Exception as error:  # whatever it is, the test looks at it
        return error, lines


def test_request_and_reply_are_noted_without_key_material() -> None:
    reply, lines = ask(Line(b"A1"), lambda _: said("A1 kcv=08D7B4"))
    assert reply.redacted() == "A1 kcv=08D7B4"
    assert lines == ["> A0 key=<9 octets>", "< A1 kcv=08D7B4"]


def test_a_refusal_is_noted_and_leaves_the_connection() -> None:
    def read(_: bytes) -> Any:
        raise DeviceRefusedError("acme", "A0", "15", "invalid input")

    line = Line(b"A115")
    error, lines = ask(line, read)
    assert isinstance(error, DeviceRefusedError)
    assert lines[-1] == "< A0 error=15"
    assert not line.closed


def test_an_answer_that_is_not_right_names_the_side_and_ends_the_connection() -> None:
    def read(_: bytes) -> Any:
        raise ProtocolError("the reply is no A1", hint="look")

    line = Line(b"??")
    error, _ = ask(line, read)
    assert (type(error), error.message, error.hint) == (ProtocolError, "acme: the reply is no A1", "look")
    assert line.closed


@pytest.mark.parametrize("kind", [UnreachableError, ProtocolError])
def test_a_failure_on_the_way_names_side_and_command(kind: type[Exception]) -> None:
    error, lines = ask(Line(kind("cut short")), said)
    assert type(error) is kind
    assert error.message == "acme, command A0: cut short"
    assert lines[-1] == f"< A0 failure={kind.__name__}"


def test_what_a_bare_command_answers_is_noted() -> None:
    lines: list[str] = []
    found = Conversation("acme", Line(b"68"), lines.append).look("A0", b"A0", bytes.decode)  # type: ignore[arg-type]
    assert found == "68"
    assert lines == ["> A0 (without fields)", "< A0 error=68"]
