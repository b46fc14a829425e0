"""Which keys the operations take: the user guide's table, and the life of a key."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.rules import KEY_PAIRS, SECRET_KEYS
from keyexchange.keys import KeyAlgorithm
from tests.apc_server import data_client
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.guide import DIFFERENT, GUIDE

LETTERS = "BCDEGNSVX"


def test_every_use_is_in_the_guide_or_has_a_reason() -> None:
    assert set(GUIDE) | set(DIFFERENT) == set(Use)
    assert [use for use in DIFFERENT if DIFFERENT[use].row == GUIDE.get(use) or not DIFFERENT[use].reason] == []


@pytest.mark.parametrize("use", Use)
def test_rows_are_those_of_the_guide_but_for_the_differences(use: Use) -> None:
    row = DIFFERENT[use].row if use in DIFFERENT else GUIDE[use]
    assert use.usages == set(row.usages.split())
    assert {each.value for each in use.algorithms} == set(row.algorithms.split())
    assert use.modes == set(row.modes.split())


@pytest.mark.parametrize("use", Use)
def test_a_key_passes_if_usage_algorithm_and_mode_are_in_its_row(use: Use) -> None:
    for usage in USAGE_NAMES:
        for algorithm in KeyAlgorithm:
            for mode in LETTERS:
                fits = usage in use.usages and algorithm in use.algorithms and mode in use.modes
                assert _passes(use, usage, algorithm, mode) is fits


def _passes(use: Use, usage: str, algorithm: KeyAlgorithm, mode: str) -> bool:
    try:
        use.require(usage, algorithm, mode)
    except ApiError as error:
        return error.code != "ValidationException"
    return True


def test_every_key_that_can_be_made_has_a_use_but_the_ones_the_guide_calls_unused() -> None:
    """P1 is "not currently used"; E5 is for nothing in the API; S0 and K2 are for the control plane alone."""
    used = {usage for use in Use for usage in use.usages}
    assert (set(SECRET_KEYS) | set(KEY_PAIRS)) - used == {"P1", "E5", "S0", "K2"}


GENERATE: dict[str, Any] = {"MessageData": "31" * 8, "GenerationAttributes": {"Algorithm": "CMAC"}}


@pytest.mark.parametrize(
    ("usage", "mode", "said"),
    [
        ("M3", "C", "KeyUsages not allowed for this operation: TR31_M3_ISO_9797_3_MAC_KEY instead of TR31_M6"),
        ("M6", "V", "KeyModesOfUse not allowed"),
        ("M6", "N", "KeyModesOfUse not allowed"),
    ],
)
def test_a_key_of_another_kind_is_refused(usage: str, mode: str, said: str, desk: Desk) -> None:
    key = desk.key(usage, "TDES_2KEY", mode)
    assert said in desk.refused("GenerateMac", KeyIdentifier=key, **GENERATE)


def test_a_key_follows_its_life_at_once(client: Any, apc_url: str) -> None:
    """Over HTTP and on both databases: alias, disabled, enabled, alias of another key, pending deletion, unknown."""
    data = data_client(apc_url)
    first, second = (_create(client) for _ in range(2))
    client.create_alias(AliasName="alias/life", KeyArn=first)
    ask = {"KeyIdentifier": "alias/life", **GENERATE}
    assert data.generate_mac(**ask)["KeyArn"] == first
    client.stop_key_usage(KeyIdentifier=first)
    with pytest.raises(data.exceptions.ValidationException, match="is not enabled"):
        data.generate_mac(**ask)
    client.start_key_usage(KeyIdentifier=first)
    assert data.generate_mac(**ask)["KeyArn"] == first
    client.update_alias(AliasName="alias/life", KeyArn=second)
    assert data.generate_mac(**ask)["KeyArn"] == second
    client.delete_key(KeyIdentifier=second)
    with pytest.raises(data.exceptions.ValidationException, match="DELETE_PENDING"):
        data.generate_mac(**ask)
    client.delete_alias(AliasName="alias/life")
    with pytest.raises(data.exceptions.ResourceNotFoundException) as missing:
        data.generate_mac(**ask)
    assert missing.value.response["ResourceId"] == "alias/life"


def test_what_does_not_verify_and_what_is_not_valid_have_their_shapes(client: Any, apc_url: str) -> None:
    data, key = data_client(apc_url), _create(client)
    attributes = {"Algorithm": "CMAC"}
    with pytest.raises(data.exceptions.VerificationFailedException) as failure:
        data.verify_mac(KeyIdentifier=key, MessageData="31" * 8, Mac="00" * 16, VerificationAttributes=attributes)
    assert failure.value.response["Reason"] == "INVALID_MAC"
    with pytest.raises(data.exceptions.ValidationException, match="'messageData' failed to satisfy constraint"):
        data.generate_mac(KeyIdentifier=key, MessageData="313", GenerationAttributes=attributes)


def test_another_region_knows_nothing_of_the_key(client: Any, apc_url: str) -> None:
    elsewhere, key = data_client(apc_url, region="eu-west-1"), _create(client)
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.generate_mac(KeyIdentifier=key, **GENERATE)


def _create(client: Any) -> str:
    attributes = {
        "KeyUsage": "TR31_M6_ISO_9797_5_CMAC_KEY",
        "KeyClass": "SYMMETRIC_KEY",
        "KeyAlgorithm": "AES_128",
        "KeyModesOfUse": {"Generate": True, "Verify": True},
    }
    return str(client.create_key(KeyAttributes=attributes, Exportable=False)["Key"]["KeyArn"])
