"""Attributes of keys: what headers and TR-31 call the same, and what is refused before the device is asked."""

import pytest

from adapters.atalla.headers import KINDS, Header, header_for
from adapters.atalla.refusals import refusal_of
from keyexchange.errors import UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes, KeyUsage
from keyexchange.protocols.messages import KeyToMove

from .conftest import BLOCKS

TDES2 = KeyAlgorithm.TDES_2KEY


@pytest.mark.parametrize(
    ("usage", "mode", "header"),
    [
        ("K1", "B", "1kDNE000"),  # AWS
        ("C0", "C", "1CDNE000"),  # AWS
        ("P0", "B", "1PUNE000"),
        ("K0", "B", "1KDNE000"),
        ("B0", "X", "1dDNE000"),
        ("M0", "C", "1MDNE000"),
        ("M1", "C", "1MDNE001"),
        ("M3", "G", "1MDGE003"),
        ("M6", "V", "1MDVE005"),
        ("E1", "X", "1mENE00E"),
        ("V1", "C", "1V3NE000"),
        ("D0", "E", "1DDEE000"),
        ("D0", "N", "1DDNE000"),
    ],
)
def test_a_usage_has_its_header(usage, mode, header):
    assert header_for(KeyAttributes(usage, TDES2, mode)).text == header


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.usage}{kind.algorithm}{kind.other}-{kind.tr31}")
@pytest.mark.parametrize("exportability", "ENS")
def test_a_header_says_what_it_was_made_of(kind, exportability):
    assert kind.tr31 in KeyUsage.__members__
    wanted = KeyAttributes(kind.tr31, TDES2, kind.full, exportability)
    assert header_for(wanted).attributes(wanted) == wanted
    read = Header(f"1{kind.usage}{kind.algorithm}N{exportability}00{kind.other}")
    assert read.attributes(wanted) == wanted
    assert kind.tr31 in read.usages


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        (KeyAttributes("K1", KeyAlgorithm.AES_256, "B"), "TDES master file key"),
        (KeyAttributes("M7", KeyAlgorithm.HMAC_SHA256, "C"), "TDES master file key"),
        (KeyAttributes("V3", TDES2, "C"), "key usage V3"),
        (KeyAttributes("C0", TDES2, "B"), "mode of use B"),
    ],
)
def test_what_no_header_carries_is_an_error(attributes, said):
    with pytest.raises(UnsupportedError, match=said) as refused:
        header_for(attributes)
    assert refused.value.hint


def key(reference="", usage="C0", mode="C", algorithm=TDES2, exportability="E"):
    return KeyToMove("k", reference, KeyAttributes(usage, algorithm, mode, exportability))


@pytest.mark.parametrize(
    ("moved", "ability", "said"),
    [
        (key(algorithm=KeyAlgorithm.AES_128), "make_key", "AES_128"),
        (key(usage="V5"), "seal_new_key", "V5"),
        (key(usage="V5"), "import_tr31", "V5"),
        (key(algorithm=KeyAlgorithm.AES_128), "export_tr31", "AES_128"),
        (key("not a block"), "key_check_value", "not an Atalla key block"),
        (key("3" + BLOCKS["e6-cvk"][1:]), "export_tr31", "AES master file key"),
        (key(BLOCKS["bdk"]), "export_tr31", "usage B0, the reviewed file says C0"),
        (key(BLOCKS["e6-cvk"], mode="G"), "export_tr31", "mode of use C"),
        (key(BLOCKS["e6-cvk"].replace("1CDNE", "1CDNN")), "export_tr31", "not exportable"),
        (key(BLOCKS["e6-cvk"].replace("1CDNE", "1IDNE")), "export_tr31", "no key usage"),
        (key(BLOCKS["data"], usage="D0", mode="N"), "export_tr31", "ask for B"),
        (key(BLOCKS["aws-readme"], usage="K1", mode="B"), "export_tr34", "no public source shows how 136"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_sent(moved, ability, said):
    refusal = refusal_of(moved, ability, conventions=False)
    assert refusal is not None
    assert said in refusal


@pytest.mark.parametrize(
    ("moved", "ability"),
    [
        (key(), "make_key"),
        (key(), "export_tr31"),
        (key(BLOCKS["e6-cvk"]), "export_tr31"),
        (key(BLOCKS["e6-cvk"]), "key_check_value"),
        (key(BLOCKS["mac"], usage="M1"), "export_tr31"),
        (key(usage="K1", mode="B"), "seal_new_key"),
        (key(usage="K1", mode="B"), "export_tr34"),
        (key(usage="P0", mode="B", exportability="N"), "import_tr31"),
        (key(algorithm=KeyAlgorithm.AES_128), "identify"),
    ],
)
def test_what_can_work_is_not_spoken_against(moved, ability):
    assert refusal_of(moved, ability, conventions=False) is None


def test_a_key_that_is_there_may_be_sealed_by_the_simulator():
    moved = key(BLOCKS["aws-readme"], usage="K1", mode="B")
    assert refusal_of(moved, "export_tr34", conventions=True) is None
