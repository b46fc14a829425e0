"""Declared commands: both directions from one declaration, absent fields, blame and redaction."""

from dataclasses import FrozenInstanceError

import pytest

from keyexchange.errors import FormatError
from keyexchange.wire import Command, Counted, Cursor, Digits, Marked, Nested, Record, Text, wire


class Colour(Record):
    red: str = wire(Digits(3))
    blue: str = wire(Digits(3))


class Paint(Command):
    code = "PA"
    kind: str = wire(Text(1))
    layers: str | None = wire(Digits(2), default=None, when=lambda values: values["kind"] == "L")
    secret: bytes = wire(Counted(2), sensitive=True)
    name: str = wire(Text(4), sensitive=True)
    colour: Colour | None = wire(Marked("#", Nested(Colour)), default=None)


CASES = [
    (Paint(kind="P", secret=b"xyz", name="BOND"), b"P03xyzBOND"),
    (Paint(kind="L", layers="07", secret=b"", name="BOND"), b"L0700BOND"),
    (Paint(kind="P", secret=b"", name="BOND", colour=Colour(red="001", blue="002")), b"P00BOND#001002"),
]


@pytest.mark.parametrize(("paint", "octets"), CASES)
def test_writes_and_reads_the_same(paint, octets):
    assert paint.encode() == octets
    assert Paint.read(Cursor(octets)) == paint


def test_is_frozen_and_wants_every_field_that_has_no_default():
    with pytest.raises(FrozenInstanceError):
        CASES[0][0].kind = "X"
    with pytest.raises(TypeError):
        Paint(kind="P")


def test_an_error_names_command_and_field_and_not_the_octets():
    with pytest.raises(FormatError) as refused:
        Paint.read(Cursor(b"P99tooshort"))
    assert refused.value.message == "PA secret: the message ends too early"
    with pytest.raises(FormatError) as refused:
        Paint(kind="P", secret=b"", name="TOO LONG").encode()
    assert refused.value.message.startswith("PA name: ")
    assert "TOO LONG" not in refused.value.message


def test_a_field_that_its_condition_asks_for_must_be_given():
    with pytest.raises(FormatError, match="PA layers: it is missing"):
        Paint(kind="L", secret=b"", name="BOND").encode()


def test_a_trace_shows_octets_and_sensitive_fields_as_lengths():
    assert CASES[2][0].redacted() == "PA kind=P secret=<0 octets> name=<4 octets> colour=[red=001 blue=002]"
    assert "BOND" not in repr(CASES[0][0])
    assert "xyz" not in repr(CASES[0][0])
