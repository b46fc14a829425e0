"""plan, run and report."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyexchange.cli.options import journal_option, sides_options

if TYPE_CHECKING:
    from keyexchange.cli.session import Request
    from keyexchange.engine.journal import Journal
    from keyexchange.engine.report import Report
    from keyexchange.errors import KeyExchangeError


@click.command("plan")
@sides_options
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
def plan_command(
    kdh: str | None,
    krd: str | None,
    config_file: Path | None,
    protocol: str | None,
    simulate: bool,
    as_json: bool,
) -> None:
    """Print every step and command of a run; nothing is sent.

    \b
    Example:
      keyexchange plan --kdh payshield --krd apc -c configs/payshield-to-apc.json
    """
    from keyexchange.cli.session import Request, planned
    from keyexchange.cli.words import plan_text

    plan = planned(Request(kdh, krd, config_file, protocol, simulate)).plan
    if as_json:
        click.echo(json.dumps({**plan.as_document(), "digest": plan.digest}, indent=2))
    else:
        click.echo(plan_text(plan))


@click.command("run")
@sides_options
@click.option("--resume", metavar="RUN", help="Go on with a run that was interrupted, failed or paused.")
@click.option("--plan-digest", metavar="SHA256", help="Run only if the plan has this digest: the one people approved.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on standard output.")
@click.option(
    "--trace",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every command and API call to a file, key material left out.",
)
@journal_option
def run_command(
    kdh: str | None,
    krd: str | None,
    config_file: Path | None,
    protocol: str | None,
    simulate: bool,
    resume: str | None,
    plan_digest: str | None,
    as_json: bool,
    trace: Path | None,
    journal_dir: Path,
) -> None:
    """Move keys from one side to the other, compare check values, keep the evidence.

    \b
    Examples:
      keyexchange run --kdh payshield --krd apc --simulate
      keyexchange run --kdh payshield --krd apc -c keyexchange.json
      keyexchange run --resume 20260102-031500-0a1b2c
    """
    from keyexchange.cli.progress import on_stderr, silent
    from keyexchange.cli.session import Request, run_or_resume
    from keyexchange.engine.journal import Journal
    from keyexchange.errors import KeyExchangeError

    if resume:
        _require_journal(journal_dir)
    journal = Journal(journal_dir)
    request = Request(kdh, krd, config_file, protocol, simulate, resume, plan_digest, trace)
    try:
        run = run_or_resume(request, journal, silent if as_json else on_stderr)
    except KeyboardInterrupt:
        click.echo("", err=True)
        if request.begun:
            click.echo(f"to go on: keyexchange run --resume {request.begun}{_journal_words(journal)}", err=True)
        raise
    except KeyExchangeError as error:
        _tell_how_to_go_on(error, journal, request, as_json=as_json)
        raise
    else:
        _print_report(journal, run, "json" if as_json else "brief", None)
    finally:
        journal.close()


def _require_journal(folder: Path) -> None:
    """Somebody who asks for a run means a journal that is there."""
    from keyexchange.errors import JournalError

    if not (folder / "journal.db").is_file():
        raise JournalError(f"there is no journal in {folder}", hint="name its folder with --journal")


def _tell_how_to_go_on(error: KeyExchangeError, journal: Journal, request: Request, *, as_json: bool) -> None:
    """After a failure: how to go on, and with --json the report of what was done."""
    run = request.begun
    if run is None:
        return
    if as_json:
        _print_report(journal, run, "json", None)
    error.add_note(f"what was done is recorded: keyexchange report {run}{_journal_words(journal)}")
    error.add_note(f"to go on with the same file: keyexchange run --resume {run}{_journal_words(journal)}")


def _journal_words(journal: Journal) -> str:
    from keyexchange.cli.options import DEFAULT_JOURNAL

    return "" if journal.folder == DEFAULT_JOURNAL else f" --journal {journal.folder}"


@click.command("report")
@click.argument("run", required=False)
@click.option("--format", "kind", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@journal_option
def report_command(run: str | None, kind: str, output: Path | None, journal_dir: Path) -> None:
    """What a run did, made from its journal alone; without RUN, the list of runs.

    \b
    Examples:
      keyexchange report
      keyexchange report 20260102-031500-0a1b2c --format html -o report.html
    """
    from keyexchange.engine.journal import Journal

    _require_journal(journal_dir)
    journal = Journal(journal_dir)
    try:
        if run is None:
            _print_runs(journal)
        else:
            _print_report(journal, run, kind, output)
    finally:
        journal.close()


def _print_report(journal: Journal, run: str, kind: str, output: Path | None) -> None:
    from keyexchange.engine.report import make_report

    text = _rendered(make_report(journal, run), kind)
    if output is None:
        click.echo(text)
    else:
        _write(output, text + "\n")
        click.echo(f"written to {output}", err=True)


def _write(path: Path, text: str) -> None:
    from keyexchange.errors import ConfigError

    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint="choose another file with -o") from None


def _rendered(report: Report, kind: str) -> str:
    from keyexchange.engine.report import as_html, as_json, as_text

    if kind == "json":
        return json.dumps(as_json(report), indent=2)
    return as_html(report) if kind == "html" else as_text(report, brief=kind == "brief")


def _print_runs(journal: Journal) -> None:
    from keyexchange.engine.report import make_report

    runs = journal.runs()
    if not runs:
        click.echo("no runs yet", err=True)
    for row in runs:
        report = make_report(journal, row["run"])
        sys.stdout.write(f"{row['run']}  {row['plan']['kdh']} -> {row['plan']['krd']}  {report.state}\n")
