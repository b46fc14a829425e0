"""hsm approvals, approve and deny, on a software HSM that is serving."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keyexchange.cli.hsm import hsm_command
from keyexchange.errors import ConfigError, UnreachableError
from tests.apc_server import apc_client, running_apc

ACTION = "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE"
TEAM = "arn:aws:mpa:us-east-1:111122223333:approval-team"


def run(state_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(hsm_command, [*words, "--state-dir", str(state_dir)], catch_exceptions=False)


def test_sessions_are_listed_and_decided(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        assert run(tmp_path, "approvals").output == "nothing waits for approval\n"
        client = apc_client(url)
        client.associate_mpa_team(Action=ACTION, MpaTeamArn=f"{TEAM}/custodians")
        client.associate_mpa_team(Action=ACTION, MpaTeamArn=f"{TEAM}/officers", RequesterComment="new people")
        (session,) = json.loads(run(tmp_path, "approvals", "--json").output)["sessions"]
        line = run(tmp_path, "approvals").output
        assert line.startswith(f"{session['session']}  111122223333 us-east-1  custodians  AssociateMpaTeam ")
        assert line.endswith("/officers: new people\n")
        denied = run(tmp_path, "deny", session["session"])
        assert "status      FAILED" in denied.output
        with pytest.raises(ConfigError, match="not pending any more"):
            run(tmp_path, "approve", session["session"])
        client.associate_mpa_team(Action=ACTION, MpaTeamArn=f"{TEAM}/officers")
        (session,) = json.loads(run(tmp_path, "approvals", "--json").output)["sessions"]
        assert json.loads(run(tmp_path, "approve", session["session"], "--json").output)["status"] == "APPROVED"
        association = client.get_mpa_team_association(Action=ACTION)["MpaTeamAssociation"]
        assert association["MpaTeamArn"] == f"{TEAM}/officers"


def test_without_a_serving_process_there_is_nothing_to_decide(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="no software HSM serves"):
        run(tmp_path, "approvals")
