"""What the report promises: how a run stands, from its journal alone, and nothing that must stay hidden."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from keyexchange import config, pki
from keyexchange.config import KEK
from keyexchange.engine.journal import ARTEFACTS, Journal
from keyexchange.engine.plan import RUN, Plan, make_plan
from keyexchange.engine.report import KeyState, Report, RunState, as_html, as_json, as_text, make_report
from keyexchange.engine.run import Context, Progress, begin, execute
from keyexchange.engine.sides import Sides
from keyexchange.errors import JournalError, UnreachableError
from keyexchange.protocols.messages import CertificateChain, ChainFindings, DeviceIdentity, HeldKey, SigningKey
from tests.keyexchange.engine import sides, tales
from tests.keyexchange.engine.tales import KEYS, Tale

FORMS: tuple[Callable[[Report], str], ...] = (as_text, as_html, lambda report: json.dumps(as_json(report)))


@pytest.fixture
def tale(tmp_path: Path) -> Tale:
    return Tale(tmp_path / "runs")


def told(tale: Tale) -> Report:
    return make_report(tale.journal, tale.run)


def states(report: Report) -> dict[str, KeyState]:
    return {key.name: key.state for key in report.keys}


def test_a_finished_run_says_that_every_key_arrived(tale: Tale) -> None:
    tale.whole()
    report = told(tale)
    assert (report.state, report.headline) == (RunState.FINISHED, "5 of 5 keys arrived, every check value equal")
    assert (report.stop, report.resume, report.advice, report.warnings) == (None, "", "", ())
    assert set(states(report).values()) == {KeyState.ARRIVED}
    assert [key.equal for key in report.keys] == [True] * 5
    assert report.protocol == "TR-34, two-pass, for the KEK, then TR-31 under it for 4 keys"
    assert (report.version, report.resumes, report.seconds) == ("9.8.7", 0, 10.0)


def test_a_key_line_says_what_the_key_is_how_it_went_and_where_it_is(tale: Tale) -> None:
    tale.whole()
    line = told(tale).keys[1]
    assert (line.name, line.usage, line.usage_meaning) == ("bdk-pos", "B0", "BDK, base derivation key")
    assert (line.mode_of_use_meaning, line.exportability) == ("derive other keys", "E")
    assert (line.kcv_sender, line.kcv_receiver) == ("9A4212", "9A4212")
    assert line.travelled == "TR-31 block, version B, optional blocks KS"
    assert (line.reference, line.alias, line.alias_set) == (tales.arn("bdk-pos"), "alias/bdk-pos", True)
    assert line.milliseconds == 62.5
    assert line.arrived is not None


def test_a_failure_names_step_key_message_hint_and_how_to_go_on(tale: Tale) -> None:
    tale.identified()
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.failed("bdk-pos", "receive-key-block", "DeviceRefusedError", "apc refused ImportKey", "look at the policy")
    report = told(tale)
    assert report.state == RunState.FAILED
    assert report.headline == "at step 17 of 37 (import the TR-31 block), key bdk-pos: apc refused ImportKey"
    assert report.stop is not None
    assert (report.stop.key, report.stop.number, report.stop.kind) == ("bdk-pos", 17, "DeviceRefusedError")
    assert report.progress == "1 of 5 keys arrived, their check values equal"
    assert report.advice == "look at the policy"
    assert report.resume == f"keyexchange run --resume {tale.run}"


def test_a_pause_says_what_a_person_has_to_do(tale: Tale) -> None:
    tale.identified()
    tale.done(KEK, "make-signing-key", SigningKey(b"public", b"private"))
    tale.paused(KEK, "certify", "the request lies in kdh.csr", "put the certificate into kdh.pem, then resume")
    report = told(tale)
    assert (report.state, states(report)[KEK]) == (RunState.PAUSED, KeyState.WAITING)
    assert report.headline.endswith("the request lies in kdh.csr")
    assert report.advice == "put the certificate into kdh.pem, then resume"
    assert report.resume
    assert "hint: put the certificate into kdh.pem, then resume" in as_text(report)


def test_a_journal_without_an_end_is_an_interrupted_run(tale: Tale) -> None:
    tale.identified()
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    report = told(tale)
    assert report.state == RunState.INTERRUPTED
    assert "in step 17 of 37 (import the TR-31 block), key bdk-pos" in report.headline
    assert report.resume
    assert "last entry" in as_text(report)


def test_a_run_killed_before_its_first_step_can_be_reported(tale: Tale) -> None:
    report = told(tale)
    assert report.state == RunState.INTERRUPTED
    assert "before the first step" in report.headline
    assert "payshield (not asked yet)" in as_text(report)
    assert "not asked yet" in as_html(report)


def test_a_resumed_run_counts_its_resumes_and_shows_the_gap(tale: Tale) -> None:
    tale.identified()
    tale.failed(KEK, "make-signing-key", "UnreachableError")
    tale.resumed(31)
    tale.whole()
    report = told(tale)
    assert (report.state, report.resumes) == (RunState.FINISHED, 1)
    assert [m.note for m in report.timeline if m.event == "resumed"] == ["31 steps were left"]
    assert "resumed once" in as_text(report)


@pytest.mark.parametrize("kind", ["UnreachableError", "ProtocolError"])
def test_an_import_whose_answer_was_lost_may_have_arrived(tale: Tale, kind: str) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.failed("bdk-pos", "receive-key-block", kind)
    report = told(tale)
    assert states(report)["bdk-pos"] == KeyState.UNCLEAR
    assert any("may hold the key" in warning for warning in report.warnings)


def test_an_import_that_was_refused_has_failed(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.failed("bdk-pos", "receive-key-block", "DeviceRefusedError")
    assert states(told(tale)) == {
        KEK: KeyState.ARRIVED,
        "bdk-pos": KeyState.FAILED,
        **dict.fromkeys(("pek-acquirer", "cvk-visa", "mac-switch"), KeyState.NOT_YET),
    }


def test_a_refused_look_up_after_a_crash_says_nothing_about_the_import(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.resumed()
    tale.identified()
    tale.failed("bdk-pos", "receive-key-block", "DeviceRefusedError", "apc refused ListKeys")
    assert states(told(tale))["bdk-pos"] == KeyState.UNCLEAR


def test_a_key_found_after_a_crash_is_marked_and_counts(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.resumed()
    tale.key_received("bdk-pos", found=True)
    tale.key_arrived("pek-acquirer", "cvk-visa", "mac-switch")
    tale.finished()
    report = told(tale)
    assert states(report)["bdk-pos"] == KeyState.FOUND
    assert report.headline == "5 of 5 keys arrived, every check value equal"
    assert [m.key for m in report.timeline if m.event == "found"] == ["bdk-pos"]
    assert any(warning.startswith("key bdk-pos: found at the receiver") for warning in report.warnings)


def test_different_check_values_are_shown_and_must_not_be_resumed(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.key_received("bdk-pos", digits="00FF00")
    tale.failed("bdk-pos", "compare-kcv", "KcvMismatchError", "key bdk-pos: they differ", "disable it")
    report = told(tale)
    line = report.keys[1]
    assert (line.state, line.equal, line.kcv_sender, line.kcv_receiver) == (
        KeyState.DIFFERS,
        False,
        "9A4212",
        "00FF00",
    )
    assert report.progress.startswith("1 of 5")
    assert report.headline.endswith("key bdk-pos: they differ")
    assert report.resume == ""
    assert "CHECK VALUES DIFFER" in as_text(report)
    assert tales.arn("bdk-pos") in as_text(report)


def test_check_values_of_different_length_are_equal_on_the_shorter(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.key_received("bdk-pos", digits="9A4212FFFF")
    assert told(tale).keys[1].equal is True


def test_a_kek_of_an_earlier_run_is_there_already_and_not_counted(tmp_path: Path) -> None:
    tale = Tale(tmp_path, known_kek=True)
    tale.identified()
    tale.kek_known()
    tale.key_arrived(*KEYS)
    tale.finished()
    report = told(tale)
    assert report.headline == "4 of 4 keys arrived, every check value equal"
    assert (report.keys[0].state, report.keys[0].moved, report.keys[0].arrived) == (KeyState.PRESENT, False, None)
    assert report.protocol == "the KEK of an earlier run, then TR-31 under it for 4 keys"
    assert (report.certificates, report.anchor, report.nonces) == ((), None, 0)
    assert "none drawn" in as_text(report)
    assert report.kek is not None


def test_a_run_that_moves_nothing_says_so(tmp_path: Path) -> None:
    tale = Tale(tmp_path, known_kek=True, keys={})
    tale.kek_known()
    tale.finished()
    assert told(tale).headline == "no key was to move"


def test_the_kek_section_can_be_merged_into_a_file(tale: Tale) -> None:
    tale.whole()
    kek = told(tale).kek
    assert kek is not None
    assert kek.config["kdh"] == {"payshield": {"tr31": {"kek": tales.KEK_UNDER_LMK}}}
    assert kek.config["krd"] == {"apc": {"tr31": {"kek": tales.arn(KEK)}}}
    read = config.parse(dict(kek.config), "the report")
    assert (read.kek.usage, read.kek.algorithm, read.kek.mode_of_use) == ("K1", "TDES_3KEY", "B")


def test_the_kek_section_is_absent_until_both_sides_hold_the_kek(tale: Tale) -> None:
    tale.kek_sent()
    report = told(tale)
    assert report.kek is None
    assert "To use this KEK again" not in as_text(report) + as_html(report)


def test_certificates_are_those_of_both_chains_from_the_leaf_up(tale: Tale) -> None:
    tale.whole()
    report = told(tale)
    assert [(line.side, line.place) for line in report.certificates] == [
        (side, place) for side in ("KDH", "KRD") for place in ("leaf", "intermediate", "root")
    ]
    names = ("kdh_2048", "ca_kdh", "root", "krd_4096", "ca_krd", "root")
    assert [line.sha256 for line in report.certificates] == [pki.fingerprint(tales.der(name)) for name in names]
    assert report.certificates[0].issuer == report.certificates[1].subject
    assert report.anchor is not None
    assert report.anchor.imported == (tales.arn("root"), tales.arn("ca"))


def test_certificates_of_which_no_list_knew_anything_are_named(tale: Tale) -> None:
    assert told(tale).chain_checks == ()
    assert "no chain was verified yet" in as_text(told(tale))
    tale.whole()
    report = told(tale)
    assert [(check.side, check.unlisted) for check in report.chain_checks] == [
        ("KDH", ("CN=KDH",)),
        ("KRD", ("CN=KRD", "CN=KRD CA")),
    ]
    for text in (as_text(report), as_html(report)):
        assert "KDH: no list at hand for CN=KDH" in text
        assert "KRD: no list at hand for CN=KRD; CN=KRD CA" in text
    assert report.warnings == ()


def test_a_journal_that_tells_nothing_of_the_chains_is_read(tale: Tale) -> None:
    """As one of the first version does."""
    tale.done(KEK, "verify-credential", CertificateChain(tales.der("krd_4096"), ()))
    assert told(tale).chain_checks == ()


def test_what_was_put_up_with_on_a_chain_is_a_warning_in_words(tale: Tale) -> None:
    findings = ChainFindings(
        outdated=("CN=KRD CA, to be replaced on 2031-01-01 00:00:00 UTC",),
        allowances=("certificate-of-another-purpose",),
    )
    tale.kek_sent(findings=findings)
    report = told(tale)
    assert report.warnings[-2:] == (
        "the receiver's certificate: an outdated revocation list was relied upon: "
        "CN=KRD CA, to be replaced on 2031-01-01 00:00:00 UTC",
        "the receiver's certificate: its keyUsage does not name what its key was used for here "
        "(certificate-of-another-purpose)",
    )
    assert report.chain_checks[1].allowances == ("certificate-of-another-purpose",)
    for text in (" ".join(as_text(report).split()), as_html(report)):
        assert "certificate-of-another-purpose" in text
        assert "KRD: every certificate was held against a list of its issuer" in text


def test_digests_are_of_what_travelled(tale: Tale) -> None:
    tale.whole()
    report = told(tale)
    assert report.nonces == 1
    assert [carrier.key for carrier in report.carriers] == [KEK, *KEYS]
    assert report.carriers[0].sha256 == hashlib.sha256(tales.token()).hexdigest()
    block = tales.block("bdk-pos").text
    assert report.carriers[1].sha256 == hashlib.sha256(block.encode()).hexdigest()
    assert (report.carriers[1].header, report.carriers[1].length) == (block[:16], len(block))


def test_a_block_that_was_made_anew_supersedes_the_first(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.failed("bdk-pos", "receive-key-block", "DeviceRefusedError")
    tale.resumed()
    tale.key_arrived("bdk-pos")
    assert [(c.key, c.superseded) for c in told(tale).carriers] == [(KEK, False), ("bdk-pos", True), ("bdk-pos", False)]


def test_deviations_from_the_standard_are_named(tale: Tale) -> None:
    tale.kek_arrived(tales.token("tr34-v-2012-tagged-oaep"))
    assert "TR-34 token of kek: oaep-parameters-tagged" in told(tale).tolerances
    assert "oaep-parameters-tagged" in as_text(told(tale))


def test_rules_set_aside_stand_there_with_their_reason(tmp_path: Path) -> None:
    tale = Tale(tmp_path, overrides=(("kek-strength", "approved in change 4711"),))
    tale.whole()
    assert "rules set aside         kek-strength (approved in change 4711)" in as_text(told(tale))
    assert "approved in change 4711" in as_html(told(tale))


def test_a_device_that_tells_another_story_after_a_resume_is_a_warning(tale: Tale) -> None:
    tale.identified()
    tale.resumed()
    tale.identified(firmware="1500-0099")
    report = told(tale)
    assert report.warnings == ("the sender said something else after a resume: firmware was 1500-0023, then 1500-0099",)
    assert report.kdh.details[0].value == "1500-0099"


def test_what_a_device_makes_doubtful_is_a_warning(tale: Tale) -> None:
    unknown = "payshield: nothing is known of this firmware"
    tale.done(RUN, "identify-kdh", DeviceIdentity("payshield", (("firmware", "9"),), warnings=(unknown,)))
    assert told(tale).warnings == (unknown,)


def test_a_rehearsal_says_that_it_is_one(tmp_path: Path) -> None:
    tale = Tale(tmp_path, options={"simulate": True, "version": "1"})
    tale.whole()
    report = told(tale)
    assert report.simulated
    assert report.warnings[0].startswith("a rehearsal")
    assert "the built-in sample" in as_text(report)


def test_a_step_that_this_version_does_not_know_keeps_its_name(tale: Tale) -> None:
    tale.failed("bdk-pos", "teleport", "UnreachableError", "gone")
    report = told(tale)
    assert report.headline == "at step teleport, key bdk-pos: gone"


def test_an_unknown_run_is_refused(tale: Tale) -> None:
    with pytest.raises(JournalError, match="knows no run"):
        make_report(tale.journal, "20990101-000000-000000")


def test_evidence_that_was_changed_is_refused(tale: Tale) -> None:
    tale.whole()
    tale.journal.flush()
    tale.journal._connection.execute(update(ARTEFACTS).values(octets=b"\x30\x00"))
    with pytest.raises(JournalError, match="was changed"):
        told(tale)


@pytest.mark.parametrize("form", FORMS, ids=["text", "html", "json"])
def test_no_ciphertext_but_the_kek_reference_and_no_nonce_is_shown(tale: Tale, form: Callable[[Report], str]) -> None:
    tale.whole()
    page = form(told(tale)).upper()
    assert tales.KEK_UNDER_LMK in page
    blocks = [tales.block(name).text for name in KEYS]
    hidden = [
        tales.token()[100:140].hex().upper(),
        tales.SIGNING_KEY_UNDER_LMK[:8].hex().upper(),
        tales.NONCE.hex().upper(),
        *(block[-16:] for block in blocks),
        *(f"S-{name}".upper() for name in KEYS),
    ]
    assert [text for text in hidden if text in page] == []


def test_a_report_of_a_real_run_that_was_killed_after_its_import(tmp_path: Path) -> None:
    journal, run = _killed_and_resumed(tmp_path)
    report = make_report(journal, run)
    assert (report.state, report.headline) == (RunState.FINISHED, "1 of 1 key arrived, every check value equal")
    assert states(report) == {KEK: KeyState.PRESENT, "one": KeyState.FOUND}
    assert (report.resumes, report.keys[1].reference) == (1, "arn:0")


class _Killed(BaseException):
    """As sudden as a signal."""


def _killed_and_resumed(folder: Path) -> tuple[Journal, str]:
    clock = sides.Clock()
    there = Sides(sides.Sender(keys={"k1": bytes(range(16))}), sides.Receiver(clock), sides.NoAuthority())
    plan = _small_plan(there)
    journal = Journal(folder, clock)
    run = journal.new_run()
    begin(run, plan, journal, {})

    def kill(progress: Progress) -> None:
        if (progress.event, progress.step.step.name) == ("answered", "receive-key-block"):
            raise _Killed

    with pytest.raises(_Killed):
        execute(run, plan, there, journal, Context(clock, folder, observer=kill))
    execute(run, plan, there, journal, Context(clock, folder))
    return journal, run


def _small_plan(there: Sides) -> Plan:
    key = {"name": "one", "key": "k1", "usage": "P0", "algorithm": "TDES_2KEY", "mode_of_use": "B"}
    settings = sides.Settings(tr31=sides.Section(kek="kek-here"))
    return make_plan(config.parse({"kdh": {}, "krd": {}, "keys": [key]}, "the test"), there, settings, settings, "tr31")


def test_a_run_that_failed_before_anything_was_made_names_no_key(tale: Tale) -> None:
    tale.failed("", "identify-kdh", UnreachableError.__name__, "payshield does not answer")
    assert told(tale).headline == "at step 1 of 37 (ask the sender what it is): payshield does not answer"


def test_an_alias_that_the_receiver_did_not_take_is_said(tale: Tale) -> None:
    tale.kek_arrived()
    tale.key_sent("bdk-pos")
    tale.done("bdk-pos", "receive-key-block", HeldKey(tales.arn("bdk-pos"), tales.block("bdk-pos").kcv))
    tale.failed("bdk-pos", "set-alias", "RuleError", "the alias points to another key (rule alias-taken)")
    report = told(tale)
    assert (report.keys[1].state, report.keys[1].alias_set) == (KeyState.ARRIVED, False)
    assert "alias/bdk-pos not set" in as_text(report)


def test_reports_of_one_journal_are_equal(tale: Tale) -> None:
    tale.whole()
    assert told(tale) == told(tale)
    assert replace(told(tale), run="other") != told(tale)
