"""Every algorithm is held against somebody else."""

import pytest

from tests.pages.payment_algorithms import ROWS, Row, others


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_algorithm_has_a_source_that_is_not_ours(row: Row) -> None:
    standards, aws, programs, libraries = others(row)
    assert standards or aws or programs or libraries
