"""What the forms of a report promise: stable names, a page on its own, a text that cannot steer a terminal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.engine.report import Report, as_html, as_json, as_text, make_report
from tests.keyexchange.engine import tales
from tests.keyexchange.engine.tales import KEYS, Tale

_VOID = {"meta", "link", "br"}
FIELDS = {
    "": "format run state headline progress advice resume stop begun ended seconds resumes version simulated "
    "config_file plan_digest protocol kdh krd warnings keys kek certificates chain_checks anchor nonces carriers "
    "overrides tolerances timeline",
    "stop": "event at number of step title key message hint kind",
    "kdh": "role name details",
    "keys": "name moved usage usage_meaning algorithm mode_of_use mode_of_use_meaning exportability "
    "exportability_meaning kcv_sender kcv_receiver kcv_method equal travelled reference alias alias_set arrived "
    "milliseconds state state_words",
    "kek": "sender receiver config",
    "certificates": "side place subject issuer serial_number not_before not_after public_key sha256",
    "chain_checks": "side unlisted outdated allowances",
    "anchor": "reference imported",
    "carriers": "key made kind variety header optional_blocks length sha256 tolerances superseded",
    "overrides": "rule reason",
    "timeline": "at event key step title milliseconds note",
}
"""The names that programs rely on."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A run with everything in it: a failure at the end, an override, two chains."""
    tale = Tale(tmp_path_factory.mktemp("runs"), overrides=(("kek-strength", "approved in change 4711"),))
    tale.identified()
    tale.kek_arrived()
    tale.key_arrived("bdk-pos")
    tale.key_sent("pek-acquirer")
    tale.failed("pek-acquirer", "receive-key-block", "UnreachableError", "apc did not answer", "resume the run")
    return make_report(tale.journal, tale.run)


class _Tags(HTMLParser):
    """Collects tags with their attributes; fails when they do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("section", FIELDS)
def test_json_names_are_stable(report: Report, section: str) -> None:
    document = as_json(report)
    part: Any = document if section == "" else document[section]
    assert set(part[0] if isinstance(part, list) else part) == set(FIELDS[section].split())


def test_json_is_json_with_iso_times_and_plain_values(report: Report) -> None:
    document = json.loads(json.dumps(as_json(report)))
    assert document["format"] == "keyexchange-report-1"
    assert (document["state"], document["keys"][2]["state"]) == ("failed", "unclear")
    assert document["begun"] == "2031-05-17T02:14:05.750000+00:00"
    assert document["kdh"]["details"][0] == {"label": "firmware", "value": "1500-0023"}
    assert document["keys"][3]["arrived"] is None


def test_the_page_needs_nothing_from_elsewhere(report: Report) -> None:
    page = as_html(report)
    for tag, attributes in tags(page).seen:
        assert tag not in ("script", "img", "iframe", "object", "base", "form")
        assert attributes.get("src") is None
        assert attributes.get("href", "data:,") == "data:,"
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_is_marked_up_for_those_who_do_not_see_it(report: Report) -> None:
    seen = tags(as_html(report)).seen
    names = [tag for tag, _ in seen]
    assert [names.count(tag) for tag in ("h1", "main", "header", "footer", "title")] == [1] * 5
    assert dict(seen)["html"]["lang"] == "en"
    assert names.count("caption") == names.count("table") == 3
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in seen if tag == "th")
    ids = [attributes["id"] for _, attributes in seen if "id" in attributes]
    labels = [attributes["aria-labelledby"] for _, attributes in seen if "aria-labelledby" in attributes]
    assert sorted(labels) == sorted(ids) == sorted(set(ids))


def test_the_page_prints_and_follows_light_and_dark(report: Report) -> None:
    page = as_html(report)
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("name", ["<b>x</b>", '"><script>alert(1)</script>', "{{ 7 * 7 }}"])
def test_a_key_name_is_text_and_never_markup(tmp_path: Path, name: str) -> None:
    tale = Tale(tmp_path, keys={name: KEYS["bdk-pos"]})
    tale.failed(name, "send-key-block", "UnreachableError", f"no answer for {name}")
    page = as_html(make_report(tale.journal, tale.run))
    assert {tag for tag, _ in tags(page).seen}.isdisjoint({"b", "script"})
    assert "49" not in re.findall(r"row\">([^<]*)<", page)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert f'scope="row">{escaped}</th>' in page


@given(text=st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_whatever_stands_in_a_message_the_forms_hold(report: Report, text: str) -> None:
    spoilt = replace(report, headline=text, advice=text, warnings=(text,), keys=(replace(report.keys[0], name=text),))
    assert {tag for tag, _ in tags(as_html(spoilt)).seen} == {tag for tag, _ in tags(as_html(report)).seen}
    assert all(line.isprintable() for line in as_text(spoilt).split("\n"))


def test_a_key_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    tale = Tale(tmp_path, keys={"red\x1b[31m\nFINISHED": KEYS["bdk-pos"]})
    text = as_text(make_report(tale.journal, tale.run))
    assert "\x1b" not in text
    assert "red?[31m?FINISHED" in text
    assert not [line for line in text.splitlines() if line.startswith("FINISHED")]


def test_the_text_begins_and_ends_with_the_verdict(report: Report) -> None:
    lines = as_text(report).splitlines()
    verdict = [
        "FAILED: at step 23 of 37 (import the TR-31 block), key pek-acquirer: apc did not answer",
        "  2 of 5 keys arrived, their check values equal",
        "  hint: resume the run",
        f"  go on with: keyexchange run --resume {report.run}",
    ]
    assert lines[:6] == [f"run {report.run}", "", *verdict]
    assert lines[-4:] == verdict


def test_the_text_has_a_line_for_every_key(report: Report) -> None:
    text = as_text(report)
    rows = text[text.index("Keys, with") : text.index("usage K1")].splitlines()[2:-2]
    assert [" ".join(row.split()) for row in rows] == [
        "key usage algorithm mode export sent arrived equal ms state",
        "kek K1 TDES_3KEY B E A1B2C3 A1B2C3 yes 125 arrived",
        "bdk-pos B0 TDES_2KEY X E 9A4212 9A4212 yes 62.5 arrived",
        "pek-acquirer P0 TDES_2KEY E E 57C409 - - 25.0 may have arrived",
        "cvk-visa C0 TDES_2KEY C E - - - - not yet",
        "mac-switch M3 TDES_2KEY C E - - - - not yet",
    ]


def test_columns_stand_under_each_other_and_lines_fit(report: Report) -> None:
    lines = as_text(report).splitlines()
    long = [line for line in lines if len(line) > 100]
    assert [line for line in long if "arn:" not in line and "sha256" not in line.lower()] == []
    table = lines[lines.index("Timeline") + 2 :]
    at = table[0].index("event")
    assert {line[at - 2 : at] for line in table[1:6]} == {"  "}


def test_names_of_keys_at_the_receiver_stand_in_full(report: Report) -> None:
    text = as_text(report)
    for name in ("kek", "bdk-pos", "root", "ca"):
        assert tales.arn(name) in text
    assert report.plan_digest in text


def test_a_long_key_name_is_cut_in_tables_only(tmp_path: Path) -> None:
    name = "a" * 64
    tale = Tale(tmp_path, keys={name: KEYS["bdk-pos"]})
    tale.kek_arrived()
    tale.done(name, "receive-key-block", tales.HeldKey(tales.arn("x"), tales.kcv("9A4212")))
    text = as_text(make_report(tale.journal, tale.run))
    assert f"  {'a' * 21}...  B0" in text
    assert f"  {name}\n" in text


def test_the_timeline_shows_every_entry_and_the_reason_of_a_stop(report: Report) -> None:
    text = as_text(report)
    timeline = text[text.index("Timeline") :]
    assert timeline.count("2031-05-17 02:14") == len(report.timeline)
    assert "FAILED              receive-key-block\n" + " " * 23 + "apc did not answer" in timeline
    assert as_html(report).count('<tr role="row" class="intent">') == 4


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.2, "(4.2 s)"), (185.0, "(3 min 05 s)"), (7385.0, "(2 h 03 min)"), (59.99, "(60.0 s)")]
)
def test_durations_are_readable(report: Report, seconds: float, text: str) -> None:
    assert text in as_text(replace(report, seconds=seconds))


def test_the_brief_text_leaves_the_evidence_out_and_says_where_it_is(report: Report) -> None:
    brief, whole = as_text(report, brief=True).splitlines(), as_text(report).splitlines()
    headings = {"Certificates", "Whom the receiver trusts", "What travelled, and its SHA-256", "Timeline"}
    assert headings <= set(whole)
    assert headings.isdisjoint(brief)
    assert f"Certificates, digests and timeline: keyexchange report {report.run}" in brief
    assert brief[-4:] == whole[-4:]
    assert {"Keys, with their check values", "To use this KEK again", "Rules and randomness"} <= set(brief)
