"""What is loaded when it is first asked for."""

from __future__ import annotations

import pytest

from keyexchange import pki


def test_a_name_that_a_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"keyexchange\.pki.*nobody"):
        _ = pki.nobody
