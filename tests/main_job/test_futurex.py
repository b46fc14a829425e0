"""Whole runs with a Futurex HSM at either end: keys arrive, each once, or nothing is begun."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.futurex.face import FACE
from adapters.futurex.keys import TEST_PMK, Pmk
from adapters.payshield.lmk import KeyBlockLmk
from keyexchange.cli.session import Request, planned, run_or_resume
from keyexchange.crypto import new_des_key
from keyexchange.engine.report import Report, make_report
from keyexchange.errors import KcvMismatchError, ProtocolError, RunPausedError, UnreachableError, UnsupportedError
from keyexchange.tr31 import Header
from tests.adapters.futurex.conftest import BDK as BDK_BLOCK
from tests.faces import running_face, running_handler
from tests.main_job.site import KEYS, NO_WAIT, RSA_2048_CA, Site
from tests.main_job.test_authorities import Authority, write

Section = dict[str, Any]
PMK = Pmk(TEST_PMK)
BDK = {
    "name": "bdk",
    "key": BDK_BLOCK,
    "kcv": "5802BA",
    "usage": "B0",
    "algorithm": "TDES_3KEY",
    "mode_of_use": "X",
}
"""Under the simulator's test PMK; its check value was computed by psec."""


@pytest.fixture
def port() -> Iterator[int]:
    with running_face(FACE) as port:
        yield port


class Bench:
    """What an operator does with a Futurex HSM at this site."""

    def __init__(self, site: Site, port: int) -> None:
        self.site, self.port = site, port

    def futurex(self, **changes: Any) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "reply_timeout": 20} | changes

    def apc(self, **changes: Any) -> dict[str, Any]:
        here = {"region": self.site.region, "endpoint_url": self.site.apc_url, "requests_per_second": None}
        return here | changes

    def request(
        self,
        kdh: dict[str, Any],
        krd: dict[str, Any],
        *,
        resume: str | None = None,
        protocol: str | None = None,
        **rest: Any,
    ) -> Request:
        document = {"kdh": kdh, "krd": krd, "certificate_authority": RSA_2048_CA, "keys": KEYS} | rest
        path = self.site.folder / "keyexchange.json"
        path.write_text(json.dumps(document))
        sides = (None, None) if resume else (next(iter(kdh)), next(iter(krd)))
        trace = self.site.folder / "trace.log"
        return Request(*sides, path, protocol, simulate=False, resume=resume, trace=trace)

    def run(self, kdh: dict[str, Any], krd: dict[str, Any], **rest: Any) -> Report:
        with self.site.journal() as journal:
            return make_report(journal, run_or_resume(self.request(kdh, krd, **rest), journal, settle=NO_WAIT))

    def run_failing(
        self, error: type[Exception], kdh: dict[str, Any], krd: dict[str, Any], **rest: Any
    ) -> tuple[Any, str]:
        request = self.request(kdh, krd, **rest)
        with self.site.journal() as journal, pytest.raises(error) as caught:
            run_or_resume(request, journal, settle=NO_WAIT)
        return caught.value, request.begun or ""


@pytest.fixture
def bench(site: Site, port: int) -> Bench:
    return Bench(site, port)


def test_a_kek_by_tr34_and_keys_by_tr31_arrive_with_equal_check_values(bench: Bench) -> None:
    keys = [BDK, {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C", "alias": "alias/cvk"}]
    report = bench.run({"futurex": bench.futurex()}, {"apc": bench.apc()}, keys=keys)
    assert report.state == "finished"
    arrived = bench.site.arrived()
    assert {name: len(held) for name, held in arrived.items()} == {"kek": 1, "bdk": 1, "cvk": 1}
    assert arrived["kek"][0]["KeyAttributes"]["KeyUsage"] == "TR31_K1_KEY_BLOCK_PROTECTION_KEY"
    assert arrived["bdk"][0]["KeyCheckValue"] == "5802BA"
    assert arrived["bdk"][0]["KeyAttributes"]["KeyAlgorithm"] == "TDES_3KEY"
    by_name = {key.name: key for key in report.keys}
    for name, held in arrived.items():
        assert by_name[name].kcv_sender == held[0]["KeyCheckValue"] == by_name[name].kcv_receiver


def test_a_second_run_begins_with_tr31(bench: Bench) -> None:
    first = bench.run({"futurex": bench.futurex()}, {"apc": bench.apc()}, keys=[])
    assert first.kek is not None
    sides = (
        {"futurex": bench.futurex(tr31={"kek": first.kek.sender})},
        {"apc": bench.apc(tr31={"kek": first.kek.receiver})},
    )
    report = bench.run(*sides, protocol="tr31", keys=[BDK])
    assert report.state == "finished"
    assert {name: len(held) for name, held in bench.site.arrived().items()} == {"kek": 1, "bdk": 1}


def test_an_aes_kek_goes_by_tr34_when_the_receivers_key_is_strong_enough(bench: Bench) -> None:
    keys = [
        {"name": "pek", "usage": "P0", "algorithm": "AES_128", "mode_of_use": "B"},
        {"name": "mac", "usage": "M6", "algorithm": "AES_128", "mode_of_use": "C"},
    ]
    report = bench.run(
        {"futurex": bench.futurex()},
        {"apc": bench.apc(wrapping_key_algorithm="RSA_3072")},
        keys=keys,
        kek={"algorithm": "AES_128"},
    )
    assert report.state == "finished"
    assert {key["KeyAttributes"]["KeyAlgorithm"] for held in bench.site.arrived().values() for key in held} == {
        "AES_128"
    }


def test_the_hsms_own_request_is_certified_by_a_company(bench: Bench) -> None:
    sides = ({"futurex": bench.futurex()}, {"apc": bench.apc()})
    csr = {"certificate_authority": {"kind": "csr"}, "keys": []}
    _, run = bench.run_failing(RunPausedError, *sides, **csr)
    folder = bench.site.folder / "runs" / run
    write(folder / "kdh.pem", Authority().sign(folder / "kdh.csr"))
    assert bench.run(*sides, resume=run, **csr).state == "finished"
    assert {name: len(held) for name, held in bench.site.arrived().items()} == {"kek": 1}


def test_a_command_that_is_switched_off_stops_the_run_before_anything_is_made(site: Site) -> None:
    with running_face(FACE, disabled_commands=["TRTP"]) as port:
        bench = Bench(site, port)
        error, _ = bench.run_failing(UnsupportedError, {"futurex": bench.futurex()}, {"apc": bench.apc()})
    assert "TRTP" in error.message
    assert site.client.list_keys()["Keys"] == []


def test_a_command_that_the_run_does_not_need_may_be_switched_off(site: Site) -> None:
    with running_face(FACE, disabled_commands=["SDDH", "GECC", "TWKS"]) as port:
        bench = Bench(site, port)
        assert bench.run({"futurex": bench.futurex()}, {"apc": bench.apc()}, keys=[]).state == "finished"


def test_a_wrong_check_value_in_the_file_is_found_before_anything_is_made(bench: Bench) -> None:
    keys = [BDK | {"kcv": "000000"}]
    error, _ = bench.run_failing(KcvMismatchError, {"futurex": bench.futurex()}, {"apc": bench.apc()}, keys=keys)
    assert "5802BA" in error.message
    assert bench.site.client.list_keys()["Keys"] == []


def test_a_run_that_lost_its_hsm_goes_on_and_no_key_arrives_twice(site: Site) -> None:
    honest, exports = FACE.handler({}), []

    async def handler(message: bytes) -> bytes:
        if message.startswith(b"AOTWKA"):
            exports.append(message)
            if len(exports) == 1:
                return b"AOTWKA;BHB00"
        return await honest(message)

    with running_handler(handler, framing=FACE.framing) as port:
        bench = Bench(site, port)
        sides = ({"futurex": bench.futurex()}, {"apc": bench.apc()})
        _, run = bench.run_failing(ProtocolError, *sides)
        assert bench.run(*sides, resume=run).state == "finished"
    assert {name: len(held) for name, held in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}


def test_a_hsm_that_hangs_up_is_unreachable(site: Site) -> None:
    async def handler(_message: bytes) -> bytes:
        raise UnreachableError("gone")

    with running_handler(handler, framing=FACE.framing) as port:
        bench = Bench(site, port)
        error, _ = bench.run_failing(UnreachableError, {"futurex": bench.futurex()}, {"apc": bench.apc()})
    assert "ECHO" in error.message


def test_keys_go_from_a_payshield_to_a_futurex_under_a_kek_that_both_hold(bench: Bench) -> None:
    kek, header = new_des_key(24), Header("D", "K1", "T", "B")
    payshield = {"host": "127.0.0.1", "port": bench.site.payshield_port, "key_block_lmk_identifier": "00"}
    sender = KeyBlockLmk.aes_test().wrap(Header("1", "K1", "T", "B"), kek)
    report = bench.run(
        {"payshield": payshield | {"tr31": {"kek": sender}}},
        {"futurex": bench.futurex(tr31={"kek": PMK.wrap(header, kek)})},
        keys=[{"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"}],
    )
    assert report.state == "finished"
    line = next(key for key in report.keys if key.name == "cvk")
    assert line.reference is not None
    held, _ = PMK.open(line.reference)
    assert (held.key_usage, held.mode_of_use) == ("C0", "C")
    assert line.kcv_sender == line.kcv_receiver


def test_a_token_to_a_futurex_is_refused_by_the_plan_with_the_way_that_works(bench: Bench) -> None:
    request = bench.request({"futurex": bench.futurex()}, {"futurex": bench.futurex()}, keys=[])
    with pytest.raises(UnsupportedError, match="no public command of a Futurex HSM takes a TR-34 token") as refused:
        planned(request)
    assert "--protocol ecdh" in refused.value.hint
    assert "--protocol tr31 under a KEK that both sides hold already" in refused.value.hint


def test_a_token_goes_from_one_simulator_to_the_other_by_its_conventions(bench: Bench) -> None:
    keys = [{"name": "pek", "usage": "P0", "algorithm": "TDES_2KEY", "mode_of_use": "B"}]
    futurex = bench.futurex(simulator_conventions=True)
    report = bench.run({"futurex": bench.futurex()}, {"futurex": futurex}, keys=keys)
    assert report.state == "finished"
    assert {key.name for key in report.keys if key.kcv_sender == key.kcv_receiver} == {"kek", "pek"}
    plan = planned(bench.request({"futurex": bench.futurex()}, {"futurex": futurex}, keys=[])).plan
    assert any("simulator_conventions" in warning for warning in plan.warnings)


def test_no_key_and_no_certificate_is_in_the_trace(bench: Bench) -> None:
    bench.run({"futurex": bench.futurex()}, {"apc": bench.apc()}, keys=[BDK])
    trace = (bench.site.folder / "trace.log").read_text()
    assert "> TRTP" in trace
    assert BDK["key"][16:] not in trace
