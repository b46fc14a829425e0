"""Approval teams and the imports that wait for them, through boto3 and the console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.server.console import ask
from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import Party, as_apc, root_material

ACTION = "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE"
TEAM = "arn:aws:mpa:us-east-1:111122223333:approval-team/custodians"
OTHER = "arn:aws:mpa:us-east-1:111122223333:approval-team/officers"
WHY = "the root of a partner"


@dataclass(frozen=True)
class Served:
    """A face of its own, because a team protects a whole region."""

    client: Any
    url: str
    state_dir: Path
    clock: MovableClock


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    clock = MovableClock()
    database = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else None
    with running_apc(tmp_path, clock=clock, database_url=database) as url:
        yield Served(apc_client(url), url, tmp_path, clock)


def associate(client: Any, team: str = TEAM) -> dict[str, Any]:
    answer: dict[str, Any] = client.associate_mpa_team(Action=ACTION, MpaTeamArn=team)["MpaTeamAssociation"]
    return answer


def import_root(served: Served, party: Party) -> dict[str, Any]:
    key: dict[str, Any] = served.client.import_key(KeyMaterial=root_material(party.root), RequesterComment=WHY)["Key"]
    return key


def status(served: Served, arn: str) -> tuple[str, str]:
    key = served.client.get_key(KeyIdentifier=arn)["Key"]
    return key["KeyState"], key["MpaStatus"]["Status"]


def decide(served: Served, decision: str) -> dict[str, Any]:
    (session,) = ask(served.state_dir, "approvals")["sessions"]
    return dict(ask(served.state_dir, decision, session=session["session"]))


def test_a_first_team_protects_at_once(served: Served) -> None:
    with pytest.raises(served.client.exceptions.ResourceNotFoundException):
        served.client.get_mpa_team_association(Action=ACTION)
    expected = {"Action": ACTION, "MpaTeamArn": TEAM, "AssociationState": "ACTIVE"}
    for _ in range(2):  # a request may be repeated
        assert associate(served.client) == expected
    assert served.client.get_mpa_team_association(Action=ACTION)["MpaTeamAssociation"] == expected
    elsewhere = apc_client(served.url, region="eu-west-1")
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.get_mpa_team_association(Action=ACTION)


def test_a_root_waits_for_the_team_and_is_trusted_once_approved(served: Served, party: Party) -> None:
    associate(served.client)
    with pytest.raises(served.client.exceptions.ValidationException, match="RequesterComment is required"):
        served.client.import_key(KeyMaterial=root_material(party.root))
    assert served.client.list_keys()["Keys"] == []  # a refused import leaves nothing
    key = import_root(served, party)
    assert (key["KeyState"], key["Enabled"]) == ("CREATE_IN_PROGRESS", True)
    session = key["MpaStatus"]
    assert session["Status"] == "PENDING"
    assert re.fullmatch(
        r"arn:aws:mpa:us-east-1:111122223333:session/custodians/[0-9a-f-]{36}", session["MpaSessionArn"]
    )
    listed = served.client.list_keys(KeyState="CREATE_IN_PROGRESS")["Keys"]
    assert [each["KeyArn"] for each in listed] == [key["KeyArn"]]
    with pytest.raises(served.client.exceptions.ConflictException, match="CREATE_IN_PROGRESS"):
        import_leaf(served, party, key["KeyArn"])
    (waiting,) = ask(served.state_dir, "approvals")["sessions"]
    assert (waiting["operation"], waiting["comment"], waiting["team"]) == ("ImportKey", WHY, TEAM)
    assert key["KeyArn"].endswith(waiting["subject"])
    ask(served.state_dir, "approve", session=session["MpaSessionArn"])
    assert status(served, key["KeyArn"]) == ("CREATE_COMPLETE", "APPROVED")
    assert import_leaf(served, party, key["KeyArn"])["KeyState"] == "CREATE_COMPLETE"


def import_leaf(served: Served, party: Party, root_arn: str) -> dict[str, Any]:
    material = dict(root_material(party.certificate)["RootCertificatePublicKey"])
    material["CertificateAuthorityPublicKeyIdentifier"] = root_arn
    assert material["PublicKeyCertificate"] == as_apc(party.certificate)
    key: dict[str, Any] = served.client.import_key(KeyMaterial={"TrustedCertificatePublicKey": material})["Key"]
    return key


def test_a_denied_root_is_never_trusted(served: Served, party: Party) -> None:
    associate(served.client)
    arn = import_root(served, party)["KeyArn"]
    assert decide(served, "deny")["status"] == "FAILED"
    assert status(served, arn) == ("CREATE_FAILED", "FAILED")
    message = served.client.get_key(KeyIdentifier=arn)["Key"]["MpaStatus"]["StatusMessage"]
    assert message == "Approval session expired or was denied"
    with pytest.raises(served.client.exceptions.ConflictException, match="CREATE_FAILED"):
        import_leaf(served, party, arn)
    assert import_root(served, party)["KeyArn"] != arn  # the request is made again


def test_a_session_ends_after_a_day(served: Served, party: Party) -> None:
    associate(served.client)
    arn = import_root(served, party)["KeyArn"]
    session = ask(served.state_dir, "approvals")["sessions"][0]["session"]
    served.clock.ahead = timedelta(hours=23)
    assert status(served, arn) == ("CREATE_IN_PROGRESS", "PENDING")
    served.clock.ahead = timedelta(hours=24, seconds=1)
    assert status(served, arn) == ("CREATE_FAILED", "FAILED")
    assert served.client.list_keys(KeyState="CREATE_IN_PROGRESS")["Keys"] == []
    assert [key["KeyState"] for key in served.client.list_keys()["Keys"]] == ["CREATE_FAILED"]
    assert ask(served.state_dir, "approvals")["sessions"] == []
    with pytest.raises(ConfigError, match="not pending any more: FAILED"):
        ask(served.state_dir, "approve", session=session)


def test_a_session_is_settled_once(served: Served, party: Party) -> None:
    associate(served.client)
    import_root(served, party)
    session = decide(served, "approve")["session"]
    with pytest.raises(ConfigError, match="not pending any more: APPROVED"):
        ask(served.state_dir, "deny", session=session)
    with pytest.raises(ConfigError, match="no such approval session"):
        ask(served.state_dir, "approve", session="nobody")


def test_the_team_itself_approves_that_another_takes_its_place(served: Served) -> None:
    associate(served.client)
    pending = associate(served.client, OTHER)
    assert (pending["MpaTeamArn"], pending["AssociationState"]) == (TEAM, "UPDATE_PENDING")
    with pytest.raises(served.client.exceptions.ConflictException, match="UPDATE_PENDING"):
        associate(served.client, OTHER)
    decide(served, "deny")
    kept = served.client.get_mpa_team_association(Action=ACTION)["MpaTeamAssociation"]
    assert (kept["MpaTeamArn"], kept["AssociationState"], kept["MpaStatus"]["Status"]) == (TEAM, "ACTIVE", "FAILED")
    associate(served.client, OTHER)
    decide(served, "approve")
    changed = served.client.get_mpa_team_association(Action=ACTION)["MpaTeamAssociation"]
    assert (changed["MpaTeamArn"], changed["AssociationState"]) == (OTHER, "ACTIVE")


def test_the_team_itself_approves_that_nobody_takes_its_place(served: Served, party: Party) -> None:
    with pytest.raises(served.client.exceptions.ResourceNotFoundException):
        served.client.disassociate_mpa_team(Action=ACTION)
    associate(served.client)
    pending = served.client.disassociate_mpa_team(Action=ACTION, RequesterComment=WHY)["MpaTeamAssociation"]
    assert (pending["AssociationState"], pending["MpaStatus"]["Status"]) == ("DELETE_PENDING", "PENDING")
    import_root(served, party)  # protected still
    sessions = ask(served.state_dir, "approvals")["sessions"]
    assert [session["operation"] for session in sessions] == ["DisassociateMpaTeam", "ImportKey"]
    ask(served.state_dir, "approve", session=sessions[0]["session"])
    with pytest.raises(served.client.exceptions.ResourceNotFoundException):
        served.client.get_mpa_team_association(Action=ACTION)
    free = served.client.import_key(KeyMaterial=root_material(party.root))["Key"]
    assert free["KeyState"] == "CREATE_COMPLETE"
    assert "MpaStatus" not in free


def test_a_pending_change_of_teams_ends_after_a_day(served: Served) -> None:
    associate(served.client)
    associate(served.client, OTHER)
    served.clock.ahead = timedelta(hours=25)
    kept = served.client.get_mpa_team_association(Action=ACTION)["MpaTeamAssociation"]
    assert (kept["MpaTeamArn"], kept["AssociationState"], kept["MpaStatus"]["Status"]) == (TEAM, "ACTIVE", "FAILED")


def test_without_people_everything_is_approved_at_once(tmp_path: Path, party: Party) -> None:
    with running_apc(tmp_path, auto_approve=True) as url:
        client = apc_client(url)
        associate(client)
        key = client.import_key(KeyMaterial=root_material(party.root), RequesterComment=WHY)["Key"]
        assert (key["KeyState"], key["MpaStatus"]["Status"]) == ("CREATE_COMPLETE", "APPROVED")
        changed = associate(client, OTHER)
        assert (changed["MpaTeamArn"], changed["AssociationState"]) == (OTHER, "ACTIVE")
        gone = client.disassociate_mpa_team(Action=ACTION)["MpaTeamAssociation"]
        assert gone["MpaStatus"]["Status"] == "APPROVED"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_mpa_team_association(Action=ACTION)
