"""The pages that are written from the code are what the code says."""

import pytest

from keyexchange.crypto import rsa
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.context import CONTROL
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.secret import Secret
from tests.pages import PAGES, REFERENCE
from tests.pages.apc import own_errors, provenance, served_members
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


def test_a_member_and_an_error_that_no_code_of_an_operation_names_are_seen() -> None:
    operations = load(CONTROL_PLANE).operations
    members = served_members(CONTROL.declared["GetKey"], operations["CreateKey"])
    assert {"Tags", "Tags.Value", "ReplicationRegions"} <= set(members.without_effect)
    assert own_errors(CONTROL.declared["GetKey"], operations["GetKey"]) == ["ResourceNotFoundException"]
    request = own_errors(CONTROL.declared["GetCertificateSigningRequest"], operations["GetCertificateSigningRequest"])
    assert request == ["ResourceNotFoundException", "ValidationException"]


def test_what_a_row_rests_on_is_told() -> None:
    assert provenance("CreateKey") == ["standard", "capture"]
    assert provenance("TagResource") == ["standard", "capture", "self"]
    assert provenance("AssociateMpaTeam") == ["standard", "self"]
