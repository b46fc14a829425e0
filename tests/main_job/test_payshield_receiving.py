"""Whole runs into a payShield: from AWS by TR-31, RSA wrap and ECDH; by TR-34 from face to face only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange.cli.session import Request, planned, run_or_resume
from keyexchange.crypto import key_kcv
from keyexchange.engine.report import Report, make_report
from keyexchange.errors import UnreachableError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from tests.main_job.site import NO_WAIT, RSA_2048_CA, Site, listening

BLOCK_LMK, VARIANT_LMK = KeyBlockLmk.aes_test("00"), VariantLmk("02")
KEYS = [
    {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"},
    {"name": "pek", "usage": "P0", "algorithm": "TDES_2KEY", "mode_of_use": "B"},
]
TYPES = {"cvk": "402", "pek": "001"}


class Bench:
    """A site with its payShield at either end."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def payshield(self, **changes: Any) -> dict[str, Any]:
        here = {"host": "127.0.0.1", "port": self.site.payshield_port, "variant_lmk_identifier": "02"}
        return here | {"reply_timeout": 20} | changes

    def apc(self, **changes: Any) -> dict[str, Any]:
        here = {"region": self.site.region, "endpoint_url": self.site.apc_url, "requests_per_second": None}
        return here | changes

    def request(self, kdh: str, krd: str, sections: list[dict[str, Any]], **rest: Any) -> Request:
        protocol, resume = rest.pop("protocol", None), rest.pop("resume", None)
        document = {
            "kdh": {kdh: sections[0]},
            "krd": {krd: sections[1]},
            "certificate_authority": RSA_2048_CA,
            "keys": KEYS,
        } | rest
        path = self.site.folder / "keyexchange.json"
        path.write_text(json.dumps(document))
        sides = (None, None) if resume else (kdh, krd)
        trace = self.site.folder / "trace.log"
        return Request(*sides, path, protocol, simulate=False, resume=resume, trace=trace)

    def run(self, request: Request, settle: timedelta = NO_WAIT) -> Report:
        with self.site.journal() as journal:
            return make_report(journal, run_or_resume(request, journal, settle=settle))

    def kek(self, **payshield: Any) -> tuple[str, str]:
        """One that the payShield sent to AWS by TR-34: how each side names it."""
        report = self.run(self.request("payshield", "apc", [self.payshield(**payshield), self.apc()], keys=[]))
        assert report.kek is not None
        return report.kek.sender, report.kek.receiver


@pytest.fixture
def bench(site: Site) -> Bench:
    return Bench(site)


def require_arrived(report: Report, *, variant: bool = False) -> None:
    """Each key is under the LMK, and its check value is that of the clear key."""
    assert report.state == "finished"
    lines = {key.name: key for key in report.keys}
    for name, key_type in TYPES.items():
        reference = lines[name].reference
        assert reference is not None
        key = VARIANT_LMK.decrypt(key_type, reference) if variant else BLOCK_LMK.unwrap(reference)[1]
        digits = key_kcv(KeyAlgorithm.TDES_2KEY, key).digits
        assert lines[name].kcv_sender == lines[name].kcv_receiver == digits


@pytest.mark.parametrize("variant", [False, True])
def test_keys_come_from_aws_by_tr31_under_the_kek_that_went_there(bench: Bench, variant: bool) -> None:
    ours, theirs = bench.kek(variant_lmk=variant)
    sections = [bench.apc(tr31={"kek": theirs}), bench.payshield(tr31={"kek": ours}, variant_lmk=variant)]
    require_arrived(bench.run(bench.request("apc", "payshield", sections, protocol="tr31")), variant=variant)


@pytest.mark.parametrize("protocol", ["rsa", "ecdh"])
def test_keys_come_from_aws_without_a_kek(bench: Bench, protocol: str) -> None:
    report = bench.run(bench.request("apc", "payshield", [bench.apc(), bench.payshield()], protocol=protocol))
    require_arrived(report)


@pytest.mark.parametrize("protocol", ["rsa", "ecdh"])
def test_keys_go_to_aws_without_a_kek(bench: Bench, protocol: str) -> None:
    keys = [key | {"exportability": "S"} for key in KEYS]
    sections = [bench.payshield(), bench.apc()]
    report = bench.run(bench.request("payshield", "apc", sections, protocol=protocol, keys=keys))
    assert report.state == "finished"
    assert {name: len(held) for name, held in bench.site.arrived().items()} == {"cvk": 1, "pek": 1}
    for key in report.keys:
        assert key.kcv_sender == key.kcv_receiver


def test_a_token_goes_from_one_face_to_another_by_the_convention(bench: Bench) -> None:
    sections = [bench.payshield(), bench.payshield(simulator_conventions=True)]
    request = bench.request("payshield", "payshield", sections)
    assert any("simulator_conventions" in warning for warning in planned(request).plan.warnings)
    require_arrived(bench.run(request))


def test_a_real_payshield_takes_no_token_and_the_plan_names_the_way_that_works(bench: Bench) -> None:
    with pytest.raises(UnsupportedError) as refused:
        planned(bench.request("apc", "payshield", [bench.apc(), bench.payshield()]))
    assert "no public command of a payShield takes a TR-34 token" in refused.value.message
    assert "--protocol rsa; or --protocol ecdh" in refused.value.hint
    assert "--kdh payshield --krd apc --protocol tr34 for a KEK, then --kdh apc" in refused.value.hint


def test_an_import_whose_answer_was_lost_is_done_again(bench: Bench) -> None:
    ours, theirs = bench.kek()
    honest, lost = FACE.handler({}), []

    async def losing(message: bytes) -> bytes:
        reply = await honest(message)
        if message[4:6] == b"A6" and len(message) > 6 and not lost:
            lost.append(message)
            raise UnreachableError("gone")
        return reply

    with listening(losing) as port:
        sections = [bench.apc(tr31={"kek": theirs}), bench.payshield(tr31={"kek": ours}, port=port)]
        request = bench.request("apc", "payshield", sections, protocol="tr31")
        with pytest.raises(UnreachableError):
            bench.run(request)
        again = bench.request("apc", "payshield", sections, resume=request.begun)
        require_arrived(bench.run(again, timedelta(hours=1)))
    assert len(lost) == 1, "nothing is waited for: an import leaves nothing behind"
