"""From the words of a command line to sides, plan and run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from keyexchange import __version__, config, registry
from keyexchange.cli.progress import Show, silent
from keyexchange.cli.simulation import Simulation, sample, simulated, with_addresses
from keyexchange.engine.journal import Journal
from keyexchange.engine.plan import Plan, Protocol, make_plan
from keyexchange.engine.run import SETTLE, Context, begin, execute
from keyexchange.engine.sides import Sides
from keyexchange.errors import ConfigError, JournalError


@dataclass
class Request:
    """What the operator asked for.

    Args:
        begun: id of the run, once there is one.
    """

    kdh: str | None
    krd: str | None
    config_file: Path | None
    protocol: str | None
    simulate: bool
    resume: str | None = None
    plan_digest: str | None = None
    trace: Path | None = None
    begun: str | None = field(default=None, init=False)


@dataclass(frozen=True)
class Planned:
    """A plan and the sides it is for."""

    plan: Plan
    sides: Sides


def planned(
    request: Request, simulation: Simulation | None = None, trace: Callable[[str], None] | None = None
) -> Planned:
    """Read the file, set the sides up, make the plan; sends nothing.

    Raises:
        ConfigError, UnsupportedError, RuleError: as keyexchange.engine.plan says.
    """
    if not request.kdh or not request.krd:
        raise ConfigError("both sides are needed", hint="for instance: --kdh payshield --krd apc")
    kdh_entry = registry.load(registry.ADAPTERS, request.kdh)
    krd_entry = registry.load(registry.ADAPTERS, request.krd)
    reviewed = _reviewed(request)
    settings = with_addresses(reviewed, simulation)
    kdh_settings = config.settings_of(kdh_entry, settings, "kdh")
    krd_settings = config.settings_of(krd_entry, settings, "krd")
    sides = Sides(
        kdh_entry.open(kdh_settings, trace=trace),
        krd_entry.open(krd_settings, trace=trace),
        authority_of(settings),
    )
    protocol = cast("Protocol | None", request.protocol)
    return Planned(make_plan(reviewed, sides, kdh_settings, krd_settings, protocol), sides)


def _reviewed(request: Request) -> config.Config:
    """The file as people reviewed it; the built-in sample when simulators need no file."""
    if request.simulate and request.config_file is None:
        return sample(request.krd or "")
    return config.load(config.find(request.config_file))


def authority_of(settings: config.Config) -> Any:
    """The certificate authority that the file names; connects to nothing yet.

    Raises:
        ConfigError: no such kind, or its settings are not as they should be.
    """
    kind = settings.certificate_authority.get("kind", "local")
    if not isinstance(kind, str) or kind not in registry.names(registry.AUTHORITIES):
        raise ConfigError(
            "certificate_authority.kind is not known",
            hint=f"choose one of: {', '.join(registry.names(registry.AUTHORITIES))}",
        )
    entry = registry.load(registry.AUTHORITIES, kind)
    return entry.open(config.authority_settings(entry, settings))


def run_or_resume(request: Request, journal: Journal, show: Show = silent, settle: timedelta = SETTLE) -> str:
    """Run a plan to its end; returns the id of the run.

    Args:
        show: makes what shows the progress.
        settle: see keyexchange.engine.run.Context.

    Raises:
        KeyExchangeError: see keyexchange.engine.run.
    """
    if request.resume:
        _as_begun(request, journal)
    with ExitStack() as stack:
        trace = stack.enter_context(_trace(request.trace))
        run = request.resume or _begin(request, journal)
        request.begun = run
        made = planned(request, _simulation(request, journal, run, stack), trace)
        _require_approved(request, made.plan)
        stack.callback(made.sides.kdh.close)
        stack.callback(made.sides.krd.close)
        observer = stack.enter_context(show(made.plan, run))
        exchange_dir = journal.run_folder(run)
        execute(run, made.plan, made.sides, journal, Context(_now, exchange_dir, observer, settle))
    return run


def _begin(request: Request, journal: Journal) -> str:
    """Put a new run on record, once everything that can be checked here has been."""
    made = planned(request)
    _require_approved(request, made.plan)
    made.sides.authority.check()
    run = journal.new_run()
    begin(run, made.plan, journal, _options(request))
    return run


def _now() -> datetime:
    return datetime.now(UTC)


def _simulation(request: Request, journal: Journal, run: str, stack: ExitStack) -> Simulation | None:
    """The running faces, when simulators are asked for. Their state belongs to the run."""
    if not request.simulate:
        return None
    return stack.enter_context(simulated({request.kdh, request.krd}, journal.run_folder(run) / "simulator"))


def _options(request: Request) -> dict[str, Any]:
    """What a resume needs to know again."""
    return {
        "kdh": request.kdh,
        "krd": request.krd,
        "config_file": str(request.config_file.resolve()) if request.config_file else None,
        "protocol": request.protocol,
        "simulate": request.simulate,
        "version": __version__,
    }


def _as_begun(request: Request, journal: Journal) -> None:
    """A resumed run is what it was; only the file may be named anew (the plan's digest still has to fit)."""
    assert request.resume is not None
    options = journal.run(request.resume)["options"]
    for name in ("kdh", "krd", "protocol"):
        asked = getattr(request, name)
        if asked and asked != options[name]:
            raise JournalError(
                f"run {request.resume} was begun with --{name} {options[name]}", hint=f"leave --{name} away"
            )
    if request.simulate and not options["simulate"]:
        raise JournalError(
            f"run {request.resume} was begun with real devices and is not resumed with simulators",
            hint="leave --simulate away, or begin another run with it",
        )
    recorded = Path(options["config_file"]) if options["config_file"] else None
    request.kdh, request.krd, request.protocol = options["kdh"], options["krd"], options["protocol"]
    request.simulate = options["simulate"]
    request.config_file = request.config_file or recorded


def _require_approved(request: Request, plan: Plan) -> None:
    if request.plan_digest and plan.digest != request.plan_digest.lower():
        raise ConfigError(
            "the plan is not the one that was approved: its digest is another",
            hint="`keyexchange plan` prints the plan and its digest; have it approved again",
        )


@contextmanager
def _trace(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    """A writer of trace lines, when a trace is asked for."""
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint="choose another file with --trace") from None
    with open(descriptor, "a", encoding="utf-8", buffering=1) as file:
        yield lambda line: print(f"{datetime.now(UTC):%H:%M:%S.%f} {line}", file=file)
