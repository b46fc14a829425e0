"""What is loaded or made when it is first asked for."""

from __future__ import annotations

import pytest

from keyexchange import pki
from keyexchange.lazy import Table


def test_a_name_that_a_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"keyexchange\.pki.*nobody"):
        _ = pki.nobody


def test_an_entry_of_a_table_is_made_once() -> None:
    made: list[int] = []

    def double(number: int) -> int:
        made.append(number)
        return 2 * number

    table = Table(double)
    assert [table[3], table[4], table[3]] == [6, 8, 6]
    assert made == [3, 4]
    assert 5 not in table
