"""The page about AWS Payment Cryptography as the software HSM serves it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botocore import xform_name

from keyexchange.hsm import apc
from keyexchange.hsm.apc import data
from keyexchange.hsm.apc.access.judgement import Judge
from keyexchange.hsm.apc.context import CONTROL, DATA, Declared, OperationTable
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.errors import NOT_MODELLED
from keyexchange.hsm.apc.model import ListShape, Operation, Shape, StringShape, StructureShape, load
from keyexchange.hsm.apc.quotas import COUNTED, RequestQuotas, ResourceQuotas
from keyexchange.hsm.apc.service import Plane
from tests.main_job.cli_examples import EXCHANGE, LIFE
from tests.pages.apc_differences import DIFFERENCES, OPEN
from tests.pages.reach import words
from tests.pages.tables import table

ABOUT = """\
# AWS Payment Cryptography, as the software HSM serves it

Written from the code by `python -m tests.pages`; a test holds it there. `keyexchange serve --apc-port 8080` answers
both APIs of the service on one port:

    AWS_ENDPOINT_URL=http://127.0.0.1:8080 aws payment-cryptography list-keys

Names, types, patterns, enums, lengths, required members, errors and HTTP status are those of botocore's models of the
service (provenance `standard`, see [coverage](coverage.md)); a request is held against all of them. What the models do
not say comes from the source that is named with each operation. The boto3 walk through every operation, with valid and
invalid input and the same call twice, is a test of this project; so are the AWS CLI's commands.

More about: [access and credentials](access.md), [IAM policies](iam.md), [audit events](audit.md), [which keys the data
plane's operations take](data-plane.md), [TR-31](tr31.md), [TR-34](tr34.md), [RSA wrap](rsa-wrap.md), [ECDH](ecdh.md).
"""

READING = """\
## How to read the tables
- **Members**: how many of the input's members, counted with all that are inside them, the operation's code knows, of
  those that the model has. It is counted in the code itself: a member whose name no code of the operation can come
  across makes no difference. Members with one possible value need no code.
- **Refusals**: the errors that the operation itself raises. What every operation can raise is in the next table.
- **Provenance**: `standard`, because requests, answers and errors are from AWS's model. `capture`: AWS's own example of
  the operation in its CLI runs as printed, and every member of the output that is printed there is in ours. `self`:
  something that AWS does not document was chosen; the last table says what. What the data plane's algorithms rest on is
  on the page of [payment algorithms](payment-algorithms.md).
- **Writes**: it changes the store. The answer goes out after the change is on the disk.
- **Source**: of the behaviour. "API reference" is AWS's page of that operation; "User Guide" AWS's.
"""

SHARED = """\
## What every operation can answer
An error goes out with the model's HTTP status and name, as boto3 expects it.

"""

UNMODELLED = """\
Errors that every AWS service may answer with, and no model lists:

"""

CHOICES = """\
## Known differences from AWS, and choices where AWS says nothing
Those of the data plane: [there](data-plane.md#known-differences-from-aws).

"""

assert apc.Endpoint  # importing it declares the control plane's operations
assert data.__all__  # and this the data plane's

EVERYWHERE = ("AccessDeniedException", "InternalServerException", "ThrottlingException", "ValidationException")
"""The modelled errors of what stands around every operation."""

VERIFICATION = "VerificationFailedException"
"""Raised as a `MismatchError`, by the operations whose model has it."""

HEADINGS = ((CONTROL, "Control plane"), (DATA, "Data plane"))


def page() -> str:
    """The whole page."""
    assert _edge_words().issuperset(EVERYWHERE)
    parts = [ABOUT, READING, SHARED + "\n".join(_shared()), UNMODELLED + "\n".join(_unmodelled())]
    parts += ["\n".join(_plane(declared, title)) for declared, title in HEADINGS]
    parts += ["\n".join(_sources()), CHOICES + "\n".join(_differences())]
    return "\n".join(parts).rstrip() + "\n"


def _shared() -> Iterator[str]:
    yield from table(
        ("Error", "HTTP status, control plane", "data plane"),
        (
            (
                f"`{name}`",
                *(str(load(each.service).error_status.get(name, "no such error")) for each in (CONTROL, DATA)),
            )
            for name in EVERYWHERE
        ),
    )


def _unmodelled() -> Iterator[str]:
    raised = (name for name in NOT_MODELLED if name in _edge_words())
    yield from table(("Error", "HTTP status"), ((f"`{name}`", str(NOT_MODELLED[name])) for name in sorted(raised)))


def _plane(declared: OperationTable, title: str) -> Iterator[str]:
    modelled = load(declared.service).operations
    yield f"## {title}"
    yield f"{len(declared.declared)} of the model's {len(modelled)} operations are served."
    yield ""
    yield from table(
        ("Operation", "Writes", "Members", "Refusals", "Provenance", "What is good to know", "Source"),
        (_row(name, each, modelled[name]) for name, each in sorted(declared.declared.items())),
    )
    without = [
        (name, ", ".join(f"`{path}`" for path in served_members(each, modelled[name]).without_effect))
        for name, each in sorted(declared.declared.items())
    ]
    if any(paths for _, paths in without):
        yield "Members that are checked and make no difference:"
        yield ""
        yield from table(("Operation", "Members"), ((name, paths) for name, paths in without if paths))


def _row(name: str, declared: Declared, operation: Operation) -> tuple[str, ...]:
    members = served_members(declared, operation)
    note, source = remark(declared)
    return (
        name,
        "yes" if declared.writes else "",
        f"{members.served} of {members.modelled}",
        ", ".join(error.removesuffix("Exception") for error in own_errors(declared, operation)),
        ", ".join(f"`{each}`" for each in provenance(name)),
        note,
        source,
    )


@dataclass(frozen=True)
class Members:
    """What becomes of an operation's input.

    Args:
        modelled: how many members the model has, with those inside.
        served: how many of them can make a difference.
        without_effect: paths of the others.
    """

    modelled: int
    served: int
    without_effect: tuple[str, ...]


def served_members(declared: Declared, operation: Operation) -> Members:
    """Count them."""
    known = words(declared.handler)
    paths = list(_paths(operation.input))
    without = tuple(path for path, name, shape in paths if not (_knows(known, name) or _has_one_value(shape)))
    return Members(len(paths), len(paths) - len(without), without)


def _paths(shape: Shape, above: str = "") -> Iterator[tuple[str, str, Shape]]:
    """Every member: its path, its name, its shape."""
    if isinstance(shape, ListShape):
        yield from _paths(shape.member, above)
    elif isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            path = f"{above}.{name}" if above else name
            yield path, name, member
            yield from _paths(member, path)


def _knows(known: frozenset[str], name: str) -> bool:
    """Whether the code has a name, whole or put together of two parts."""
    return name in known or any({name[:at], name[at:]} <= known for at in range(4, len(name) - 3))


def _has_one_value(shape: Shape) -> bool:
    return isinstance(shape, StringShape) and len(shape.enum) == 1


def own_errors(declared: Declared, operation: Operation) -> list[str]:
    """The errors of an operation's model that its own code raises, or what counts or verifies for it.

    An error that the code knows and the operation's model does not have becomes another one on its way out.
    """
    known = set(words(declared.handler)) | {VERIFICATION}
    if operation.name in COUNTED:
        known |= words(ResourceQuotas)
    return sorted(operation.errors & known)


def provenance(name: str) -> list[str]:
    """What an operation rests on."""
    chosen = any(name in each.operations and OPEN in each.aws for each in DIFFERENCES)
    shown = xform_name(name, "-") in {*LIFE, *EXCHANGE}
    return ["standard", *(["capture"] if shown else []), *(["self"] if chosen else [])]


@cache
def _edge_words() -> frozenset[str]:
    """What stands around every operation knows."""
    return frozenset().union(*map(words, (Plane, Entry, Judge, RequestQuotas, ResourceQuotas)))


def remark(declared: Declared) -> tuple[str, str]:
    """What the docstring of an operation says, and its source."""
    text = " ".join((inspect.getdoc(declared.handler) or "").split())
    note, _, source = text.partition("Source: ")
    return note.strip(), source.strip()


def _sources() -> Iterator[str]:
    yield "## Where the behaviour comes from"
    yield "What the modules behind the operations name as their sources."
    yield ""
    yield from table(("Module", "Source"), ((f"`{name}`", text) for name, text in sorted(_module_sources())))


def _module_sources() -> Iterator[tuple[str, str]]:
    folder = Path(inspect.getfile(apc)).parent
    for path in sorted(folder.rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        stated = re.search(r"\bSource[^:]{0,60}: (.*?)(?:\n\n|\Z)", text, re.DOTALL)
        if stated:
            yield str(path.relative_to(folder).with_suffix("")), " ".join(stated[1].split())


def _differences() -> Iterator[str]:
    known = {*CONTROL.declared, *DATA.declared}
    for each in DIFFERENCES:
        assert known.issuperset(each.operations), each
    yield from table(
        ("Operations", "AWS", "Here"),
        ((", ".join(each.operations) or "all", each.aws, each.here) for each in DIFFERENCES),
    )
