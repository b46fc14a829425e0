"""A certification authority made for the tests, with files as an operator has them."""

import pytest

from tests.tls_files import make_tls_files


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    return make_tls_files(tmp_path_factory.mktemp("tls"))
