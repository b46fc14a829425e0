"""The other abilities of the adapter, and what it says of itself, against the software HSM over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.apc.adapter import ADAPTER
from keyexchange.errors import ConfigError, DeviceRefusedError, RuleError, UnreachableError
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import ImportMark
from tests.apc_server import running_apc

from .house import (
    CVK,
    KEK,
    KEK_OCTETS,
    LONG_AGO,
    REGION,
    Established,
    House,
    Kdh,
    import_token,
    key_block,
    make_kdh,
    octets_of,
    settings,
)


def test_identify_proves_the_credentials_and_tells_where_the_keys_are(house: House, established: Established) -> None:
    identity = house.side.identify()
    assert identity.name == "apc"
    assert dict(identity.details) == {"region": REGION, "endpoint": house.url, "account": "111122223333"}
    assert established.held.reference.split(":")[3:5] == [REGION, "111122223333"]


def test_an_alias_is_set_once_and_never_moved(house: House, established: Established) -> None:
    other = house.side.import_tr31(
        key_block(CVK, octets_of(9)), key=CVK, kek=established.held, mark=ImportMark("run-f", "cvk")
    )
    house.lines.clear()
    house.side.set_alias("alias/rehearsal/kek", established.held)
    house.side.set_alias("alias/rehearsal/kek", established.held)
    assert house.sent() == ["CreateAlias", "CreateAlias", "GetAlias"]
    with pytest.raises(RuleError, match=established.held.reference) as caught:
        house.side.set_alias("alias/rehearsal/kek", other)
    assert caught.value.rule == "alias-taken"
    assert house.plain.get_alias(AliasName="alias/rehearsal/kek")["Alias"]["KeyArn"] == established.held.reference


def test_an_alias_that_points_nowhere_is_somebodys_too(house: House, established: Established) -> None:
    house.plain.create_alias(AliasName="alias/reserved")
    with pytest.raises(RuleError, match="no key"):
        house.side.set_alias("alias/reserved", established.held)


def test_a_held_key_is_known_by_arn_and_alias(house: House, established: Established) -> None:
    house.side.set_alias("alias/held", established.held)
    for reference in (established.held.reference, "alias/held"):
        assert house.side.held_key(reference) == established.held


@pytest.mark.parametrize(
    "reference", ["alias/nobody", f"arn:aws:payment-cryptography:{REGION}:111122223333:key/" + "z" * 16]
)
def test_a_key_that_is_not_there_is_a_refusal_that_names_it(house: House, reference: str) -> None:
    with pytest.raises(DeviceRefusedError, match=r"ResourceNotFoundException") as caught:
        house.side.held_key(reference)
    assert "alias" in caught.value.hint


def test_a_stopped_key_cannot_be_held(house: House, established: Established) -> None:
    held = house.side.import_tr31(
        key_block(CVK, octets_of(10)), key=CVK, kek=established.held, mark=ImportMark("run-g", "cvk")
    )
    house.plain.stop_key_usage(KeyIdentifier=held.reference)
    with pytest.raises(RuleError, match="not enabled") as caught:
        house.side.held_key(held.reference)
    assert caught.value.rule == "key-usable"


def test_wrong_credentials_are_a_refusal_with_advice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, code in (
        ("AWS_SECRET_ACCESS_KEY", "not the secret", "InvalidSignatureException"),
        ("AWS_ACCESS_KEY_ID", "AKIANOBODYNOBODYNOBO", "UnrecognizedClientException"),
    ):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            side = ADAPTER.open(settings(house.url))
            with pytest.raises(DeviceRefusedError) as caught:
                side.identify()
            side.close()
        assert caught.value.code == code
        assert "access key" in caught.value.hint
        assert value not in str(caught.value)


def test_an_hsm_that_is_down_is_unreachable(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        side = ADAPTER.open(settings(url))
        side.identify()
    with pytest.raises(UnreachableError):
        side.offer_krd_credential()
    side.close()


ABILITIES = (
    "identify",
    "trust",
    "find_trust",
    "offer_krd_credential",
    "import_tr34",
    "import_tr31",
    "find_import",
    "held_key",
    "set_alias",
)


@pytest.mark.parametrize("ability", ABILITIES)
def test_the_plan_names_operations_that_the_service_has(shared: House, ability: str) -> None:
    marked = {command.split()[0] for command in commands_of(shared.side, ability)}
    assert marked
    assert marked <= set(shared.plain.meta.service_model.operation_names)


def test_abilities_send_what_the_plan_says(house: House, kdh: Kdh, established: Established) -> None:
    side, mark, block = house.side, ImportMark("run-h", "cvk"), key_block(CVK, octets_of(11))
    credential, anchor, nonce = established.credential, established.anchor, bytes(range(20, 28))
    token = kdh.token(KEK, KEK_OCTETS, credential, nonce)
    calls: dict[str, Callable[[], object]] = {
        "identify": side.identify,
        "trust": lambda: side.trust(make_kdh().chain, mark),
        "find_trust": lambda: side.find_trust(kdh.chain),
        "offer_krd_credential": side.offer_krd_credential,
        "import_tr34": lambda: import_token(side, kdh, token, credential, anchor, mark, nonce=nonce),
        "import_tr31": lambda: side.import_tr31(block, key=CVK, kek=established.held, mark=mark),
        "find_import": lambda: side.find_import(mark, attributes=CVK.attributes, kcv=block.kcv, since=LONG_AGO),
        "held_key": lambda: side.held_key(established.held.reference),
        "set_alias": lambda: [side.set_alias("alias/plan", established.held) for _ in range(2)],
    }
    assert tuple(calls) == ABILITIES
    for ability, act in calls.items():
        house.lines.clear()
        act()
        assert set(house.sent()) == {command.split()[0] for command in commands_of(side, ability)}, ability


def test_no_clear_key_token_or_block_is_in_any_trace(house: House, kdh: Kdh, established: Established) -> None:
    block = key_block(CVK, octets_of(12))
    house.side.import_tr31(block, key=CVK, kek=established.held, mark=ImportMark("run-i", "cvk"))
    credential, nonce, mark = established.credential, bytes(range(30, 38)), ImportMark("run-i", "kek")
    token = kdh.token(KEK, KEK_OCTETS, credential, nonce)
    import_token(house.side, kdh, token, credential, established.anchor, mark, nonce=nonce)
    text = "\n".join(house.lines).upper()
    assert text.count("IMPORTKEY") == 4
    for hidden in (KEK_OCTETS.hex(), octets_of(12).hex(), block.text[16:], token.der.hex(), nonce.hex()):
        assert hidden.upper() not in text


def test_a_reference_that_cannot_be_sent_is_a_configuration_error(house: House) -> None:
    with pytest.raises(ConfigError, match="KeyIdentifier"):
        house.side.held_key("")
    assert house.sent() == ["GetKey"]
