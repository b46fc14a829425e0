"""Every member of both models that names a key is found, so that none goes unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyexchange.hsm.apc.access import naming_of
from keyexchange.hsm.apc.access.naming import value_at
from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, ListShape, MapShape, Shape, StructureShape, load

OPERATIONS = [operation for name in (CONTROL_PLANE, DATA_PLANE) for operation in load(name).operations.values()]
OWN, OTHER = "111122223333", "444455556666"
NOT_A_KEY = {"MpaTeamArn"}


def identifiers(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of members that are called an ARN or an identifier."""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from identifiers(member, (*path, name))
    elif isinstance(shape, ListShape):
        yield from identifiers(shape.member, (*path, "[]"))
    elif isinstance(shape, MapShape):
        yield from identifiers(shape.value, (*path, "{}"))
    elif path[-1].endswith(("Arn", "Identifier")) and path[-1] not in NOT_A_KEY:
        yield path


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_no_member_that_names_a_key_is_forgotten(operation: object) -> None:
    naming = naming_of(operation.input)  # type: ignore[attr-defined]
    assert {*naming.keys, *naming.further_keys} == set(identifiers(operation.input))  # type: ignore[attr-defined]


def test_aliases_and_teams_are_found() -> None:
    operations = load(CONTROL_PLANE).operations
    assert naming_of(operations["CreateAlias"].input).alias == ("AliasName",)
    assert naming_of(operations["AssociateMpaTeam"].input).team == ("MpaTeamArn",)
    assert naming_of(operations["ListKeys"].input).alias is None


def test_a_key_of_another_account_is_seen_wherever_it_is_named() -> None:
    naming = naming_of(load(CONTROL_PLANE).operations["ExportKey"].input)
    arn = "arn:aws:payment-cryptography:us-east-1:{}:key/kwapwa6qaifllw2h"
    for account, expected in ((OWN, False), (OTHER, True)):
        wrapping = {"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": arn.format(account)}}}
        assert naming.foreign({"ExportKeyIdentifier": "alias/a", **wrapping}, OWN) is expected
        assert naming.foreign({"ExportKeyIdentifier": arn.format(account)}, OWN) is expected


def test_a_path_through_an_absent_member_leads_nowhere() -> None:
    assert value_at({"a": {"b": "c"}}, ("a", "b")) == "c"
    assert value_at({"a": {"b": "c"}}, ("x", "b")) is None
    assert value_at({"a": None}, ("a", "b")) is None
