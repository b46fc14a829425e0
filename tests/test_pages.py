"""The pages that are written from the code are what the code says."""

import pytest

from keyexchange.crypto import rsa
from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from tests.pages import PAGES, REFERENCE
from tests.pages.rsa_wrap import room


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name](), "python -m tests.pages writes it anew"


@pytest.mark.parametrize("spec", rsa.WrappingSpec)
def test_the_room_under_an_rsa_key_is_what_the_page_says(spec: rsa.WrappingSpec) -> None:
    public = rsa.generate(2048).public_key()
    rsa.wrap_key(public, Secret(bytes(room(2048, spec))), spec)
    with pytest.raises(FormatError):
        rsa.wrap_key(public, Secret(bytes(room(2048, spec) + 1)), spec)
