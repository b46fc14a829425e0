"""Whole runs with an Atalla: the officers' pause, the KEK that 136 makes, keys out by 11A and in by 119."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.atalla.commands import Approve
from adapters.atalla.face import FACE
from adapters.atalla.message import decode_reply, encode_request
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.engine.report import Report, make_report
from keyexchange.errors import DeviceRefusedError, ProtocolError, RunPausedError, UnreachableError, UnsupportedError
from keyexchange.wire import Handler
from tests.faces import running_handler
from tests.main_job.site import NO_WAIT, RSA_2048_CA, Site

KEYS = [
    {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C", "alias": "alias/cvk",
     "key": "1CDNE000,4F7EFE3F44984427CF46B823CE4BDE1839E35E6F46EB2814,26A5545D383FA701", "kcv": "08D7B4"},
    {"name": "zpk", "usage": "P0", "algorithm": "TDES_3KEY", "mode_of_use": "B"},
    {"name": "bdk", "usage": "B0", "algorithm": "TDES_2KEY", "mode_of_use": "X",
     "key": "1dDNE000,791AC3DAFF7D8502293D9D241D9BB9A80806FA3825F670E9,342946FE884AA8B2"},
    {"name": "mac", "usage": "M3", "algorithm": "TDES_2KEY", "mode_of_use": "C",
     "key": "1MDNE000,FF4577DFBBBADDAD9CF2CE06838DA93D2EE687AF7380444F,835992A675B58556"},
]  # fmt: skip
"""Keys under the published test key; tests/vectors/atalla.json tells their origin."""


@dataclass
class Atalla:
    """An Atalla that the tests look at and an APC face, with a reviewed file between them.

    Args:
        site: the APC face and the folder.
        port: of the Atalla face.
        handler: the face's own, for its console.
    """

    site: Site
    port: int
    handler: Handler

    def document(self, **changes: Any) -> dict[str, Any]:
        atalla = {"host": "127.0.0.1", "port": self.port, "reply_timeout": 20} | changes.pop("atalla", {})
        apc = {"region": self.site.region, "endpoint_url": self.site.apc_url, "requests_per_second": None}
        apc |= changes.pop("apc", {})
        return {
            "kdh": {"atalla": atalla},
            "krd": {"apc": apc},
            "certificate_authority": RSA_2048_CA,
            "kek": {"algorithm": "TDES_3KEY"},
            "keys": KEYS,
        } | changes

    def request(self, resume: str | None = None, protocol: str | None = None, **changes: Any) -> Request:
        path = self.site.folder / "keyexchange.json"
        path.write_text(json.dumps(self.document(**changes)))
        sides = (None, None) if resume else ("atalla", "apc")
        trace = self.site.folder / "trace.log"
        return Request(*sides, path, protocol, simulate=False, resume=resume, trace=trace)

    def run(self, resume: str | None = None, protocol: str | None = None, **changes: Any) -> Report:
        with self.site.journal() as journal:
            run = run_or_resume(self.request(resume, protocol, **changes), journal, settle=NO_WAIT)
            return make_report(journal, run)

    def run_failing(self, error: type[Exception], resume: str | None = None, **changes: Any) -> tuple[Any, str]:
        request = self.request(resume, **changes)
        with self.site.journal() as journal, pytest.raises(error) as caught:
            run_or_resume(request, journal, settle=NO_WAIT)
        return caught.value, request.begun or ""

    def approve(self, challenge: str, *officers: str) -> str:
        """What the console shows to the last of the officers."""
        shown = ""
        for officer in officers:
            request = Approve(officer=officer, challenge=challenge)
            shown = decode_reply(request, asyncio.run(self.handler(encode_request(request)))).answer
        return shown


@pytest.fixture
def atalla(site: Site, request: pytest.FixtureRequest) -> Iterator[Atalla]:
    handler = FACE.handler(getattr(request, "param", {}))
    with running_handler(handler, framing=FACE.framing) as port:
        yield Atalla(site, port, handler)


def challenge_of(folder: Path) -> tuple[str, Path]:
    """The challenge that lies there, and where its answer is to be put."""
    (file,) = folder.glob("12A-1kREE000-*.challenge")
    return file.read_text().strip(), file.with_suffix(".answer")


def test_the_run_waits_for_two_officers_and_goes_on_with_their_answer(atalla: Atalla) -> None:
    pause, run = atalla.run_failing(RunPausedError)
    folder = atalla.site.folder / "runs" / run
    challenge, answer = challenge_of(folder)
    assert challenge in pause.message
    assert str(answer) in pause.message
    assert "two officers" in pause.hint
    assert not atalla.site.arrived(), "nothing was made before the officers have answered"
    again, _ = atalla.run_failing(RunPausedError, resume=run)
    assert again.message == pause.message, "resuming too early asks for no other challenge"
    assert atalla.approve(challenge, "ALICE", "ALICE") == "", "one officer alone gets no answer"
    answer.write_text(atalla.approve(challenge, "BOB") + "\n")
    report = atalla.run(resume=run)
    assert report.state == "finished"
    arrived = atalla.site.arrived()
    assert {name: len(keys) for name, keys in arrived.items()} == {"kek": 1, "cvk": 1, "zpk": 1, "bdk": 1, "mac": 1}
    assert arrived["kek"][0]["KeyAttributes"]["KeyUsage"] == "TR31_K1_KEY_BLOCK_PROTECTION_KEY"
    assert arrived["mac"][0]["KeyAttributes"]["KeyUsage"] == "TR31_M3_ISO_9797_3_MAC_KEY"
    assert {arrived[name][0]["KeyCheckValue"] for name in ("cvk", "bdk", "mac")} == {"08D7B4"}


APPROVING = pytest.mark.parametrize("atalla", [{"auto_approve": True}], indirect=True)


@APPROVING
def test_a_second_run_uses_the_kek_of_the_first(atalla: Atalla) -> None:
    first = atalla.run(keys=[])
    assert first.kek is not None
    established = {"atalla": {"tr31": {"kek": first.kek.sender}}, "apc": {"tr31": {"kek": first.kek.receiver}}}
    report = atalla.run(protocol="tr31", **established)
    assert report.state == "finished"
    assert len(atalla.site.arrived()["kek"]) == 1


@APPROVING
def test_no_key_and_no_signature_is_in_trace_and_journal_but_as_ciphertext(atalla: Atalla) -> None:
    atalla.run()
    trace = (atalla.site.folder / "trace.log").read_text()
    assert "> 11A version=B usage=M3" in trace
    for key in KEYS:
        if "key" in key:
            assert key["key"][9:57] not in trace


@pytest.mark.parametrize("atalla", [{"auto_approve": True, "option_e2": False}], indirect=True)
def test_0607_is_explained_and_the_run_goes_on_after_e2_is_enabled(atalla: Atalla) -> None:
    error, run = atalla.run_failing(DeviceRefusedError)
    assert error.code == "0607"
    assert "option E2" in error.message
    assert "resume" in error.hint
    honest = FACE.handler({"auto_approve": True})
    with running_handler(honest, framing=FACE.framing) as port:
        assert atalla.run(resume=run, atalla={"port": port}).state == "finished"
    assert {name: len(keys) for name, keys in atalla.site.arrived().items()} == {
        "kek": 1, "cvk": 1, "zpk": 1, "bdk": 1, "mac": 1,
    }  # fmt: skip


@pytest.mark.parametrize("atalla", [{"auto_approve": True, "disabled_commands": ["136", "119"]}], indirect=True)
def test_a_disabled_command_stops_the_run_before_anything_is_made(atalla: Atalla) -> None:
    error, run = atalla.run_failing(UnsupportedError)
    assert "136" in error.message
    assert "119" not in error.message, "this run does not import"
    assert not atalla.site.anchors()
    assert "resume" in error.hint
    honest = FACE.handler({"auto_approve": True})
    with running_handler(honest, framing=FACE.framing) as port:
        assert atalla.run(resume=run, atalla={"port": port}).state == "finished"


def test_what_an_atalla_cannot_do_is_refused_by_the_plan(atalla: Atalla) -> None:
    wanted = {"usage": "D0", "algorithm": "AES_128", "mode_of_use": "B", "name": "aes"}
    error, run = atalla.run_failing(UnsupportedError, kek={"algorithm": "AES_256"}, keys=[wanted])
    assert "AES_256" in error.message
    assert run == ""
    error, _ = atalla.run_failing(UnsupportedError, keys=[KEYS[0] | {"usage": "B0", "mode_of_use": "X"}])
    assert "usage C0" in error.message


def into_atalla(atalla: Atalla, *, conventions: bool) -> Request:
    """From the site's payShield, whose keys are made for this."""
    keys = [{"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"},
            {"name": "zpk", "usage": "P0", "algorithm": "TDES_3KEY", "mode_of_use": "B"}]  # fmt: skip
    document = {
        "kdh": {"payshield": {"host": "127.0.0.1", "port": atalla.site.payshield_port, "reply_timeout": 20}},
        "krd": {"atalla": {"host": "127.0.0.1", "port": atalla.port, "simulator_conventions": conventions}},
        "certificate_authority": RSA_2048_CA,
        "keys": keys,
    }
    path = atalla.site.folder / "keyexchange.json"
    path.write_text(json.dumps(document))
    return Request("payshield", "atalla", path, None, simulate=False)


@APPROVING
def test_keys_come_in_from_another_hsm(atalla: Atalla) -> None:
    with atalla.site.journal() as journal:
        run = run_or_resume(into_atalla(atalla, conventions=True), journal, settle=NO_WAIT)
        report = make_report(journal, run)
    assert report.state == "finished"
    assert [key.kcv_sender for key in report.keys if key.kcv_sender]
    for key in report.keys:
        assert key.kcv_receiver is not None
        assert key.kcv_sender is not None
        assert key.kcv_sender.startswith(key.kcv_receiver)


def test_a_real_atalla_takes_no_token_and_the_plan_names_the_way_that_works(atalla: Atalla) -> None:
    with atalla.site.journal() as journal, pytest.raises(UnsupportedError) as refused:
        run_or_resume(into_atalla(atalla, conventions=False), journal, settle=NO_WAIT)
    assert "no public command of an Atalla takes a TR-34 token" in refused.value.message
    assert "--protocol tr31 under a KEK that both sides hold already" in refused.value.hint


@APPROVING
@pytest.mark.parametrize("command", ["119", "9034"])
def test_an_import_whose_answer_was_lost_is_done_again(atalla: Atalla, command: str) -> None:
    lost: list[bytes] = []

    async def losing(message: bytes) -> bytes:
        reply = await atalla.handler(message)
        if message.startswith(f"{command}#".encode()) and not lost:
            lost.append(message)
            raise ProtocolError("the connection is closed")
        return reply

    with running_handler(losing, framing=FACE.framing) as port, atalla.site.journal() as journal:
        request = into_atalla(Atalla(atalla.site, port, losing), conventions=True)
        with pytest.raises(UnreachableError):
            run_or_resume(request, journal, settle=NO_WAIT)
        run = request.begun
        again = Request(None, None, request.config_file, None, simulate=False, resume=run)
        assert run_or_resume(again, journal, settle=timedelta(hours=1)) == run, "nothing is waited for"
        assert make_report(journal, run).state == "finished"
    assert len(lost) == 1
