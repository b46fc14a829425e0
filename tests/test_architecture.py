"""The walls of the house: which room may import which, and which outside package belongs where.

The tables below are the law (docs/explanation/architecture.md tells the reasons); the rest finds what breaks it.
"""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

HEIGHT = {
    "errors": 0, "secret": 0, "keys": 0, "references": 0, "lazy": 0,
    "crypto": 1, "wire": 1,
    "tr31": 2, "pki": 2, "payment": 2, "hostport": 2,
    "tr34": 3,
    "protocols": 4, "authority": 4, "inspection": 4,
    "registry": 5, "hsm": 5,
    "config": 6,
    "engine": 7,
    "cli": 8,
    "__main__": 9,
}  # fmt: skip
"""A room imports what lies lower, and nothing beside it."""

ALSO = {
    ("keys", "errors"): "RuleError: a rule about strengths raises it",
    ("references", "errors"): "ConfigError: a reference that names nothing",
    ("references", "secret"): "what a reference names is a Secret",
    ("authority", "protocols"): "its answers are messages of the protocols",
}
"""Imports beside the importer's height that are right all the same, and why."""

NEVER = {
    ("hsm", "protocols"): "the software HSM is a device: it knows commands, not workflows",
    ("hsm", "authority"): "it has a certificate authority of its own, as AWS has",
    ("engine", "hsm"): "a run must not know whether a device is a simulator",
    ("engine", "authority"): "an authority is found by entry point",
}
"""Imports downward that are wrong all the same, and why."""

ADAPTER_MAY = ("keyexchange.hsm.device", "keyexchange.hsm.faces")
"""What a vendor room may import above height 4: its face answers from the device."""

SOFTWARE_MAY = ("adapters.apc", "keyexchange.hsm")
"""What `adapters.software` may import besides: it is the APC adapter with an APC face of its own."""

OUTSIDE = {
    "keyexchange.crypto": {"cryptography"},
    "keyexchange.pki": {"cryptography", "asn1crypto"},
    "keyexchange.tr34": {"cryptography", "asn1crypto"},
    "keyexchange.authority": {"cryptography", "pydantic"},
    "keyexchange.inspection.x509": {"cryptography"},  # the types of certificate extensions
    "keyexchange.inspection.bare_keys": {"cryptography"},  # keys that are not in a certificate
    "keyexchange.config": {"pydantic"},
    "keyexchange.hostport": {"pydantic"},
    "keyexchange.hsm": {"cryptography"},
    "keyexchange.hsm.apc": {"botocore", "orjson"},
    "keyexchange.hsm.main_keys.kms": {"boto3", "botocore"},  # a KMS key may protect the region main key
    "keyexchange.hsm.server": {"httptools", "uvloop"},
    "keyexchange.hsm.store": {"sqlalchemy"},
    "keyexchange.engine.journal": {"sqlalchemy"},
    "keyexchange.engine.report": {"jinja2"},
    "keyexchange.engine.report.evidence": {"cryptography"},  # the type of a certificate
    "keyexchange.cli": {"click", "rich"},
    "adapters.payshield": {"cryptography", "pydantic"},
    "adapters.futurex": {"cryptography", "pydantic"},
    "adapters.atalla": {"cryptography", "pydantic"},
    "adapters.apc": {"botocore", "cryptography", "pydantic"},
    "adapters.software": {"pydantic"},
    "adapters.apc.client": {"boto3"},
}
"""Which outside packages a module and those below it may import. Oracles of the tests (psec, moto) are nowhere."""

SOCKETS = ("socket", "ssl", "socketserver", "http.client", "urllib.request")
SOCKETS_IN = ("keyexchange.wire", "keyexchange.hsm.server")
"""Standard library modules that open connections, and where they belong."""

LONGEST_FILE = 500


class Import(NamedTuple):
    """One import: who, what, and how it is written."""

    module: str
    target: str
    relative: bool
    line: int

    def complaint(self, why: str) -> str:
        return f"{self.module}:{self.line} imports {self.target}: {why}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, source: str | None = None) -> Iterator[Import]:
    """Every import of a file, those inside functions too. `from a import b` counts as a.b."""
    module = module_name(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source if source is not None else path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, False, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, node.module] if node.module else above)
            yield from (Import(module, f"{base}.{alias.name}", node.level > 0, node.lineno) for alias in node.names)


def complaints(found: Import) -> Iterator[str]:
    """What is wrong with one import."""
    top = found.target.partition(".")[0]
    if top in ("keyexchange", "adapters"):
        check = _in_core if found.module.startswith("keyexchange") else _in_vendor_room
        why = check(found)
    elif top in sys.stdlib_module_names:
        why = _socket(found)
    else:
        why = _outside(found, top)
    if why:
        yield found.complaint(why)


def _in_core(found: Import) -> str:
    importer, target = _room(found.module), _room(found.target)
    if found.target.startswith("adapters"):
        return "the core never names a vendor; adapters are found by entry point"
    if importer == target or target == "" or (importer, target) in ALSO:
        return ""
    if (importer, target) in NEVER:
        return NEVER[importer, target]
    if not {importer, target} <= set(HEIGHT):
        return "a room without a height in this test"
    return "" if HEIGHT[target] < HEIGHT[importer] else "imports point downward, and rooms side by side are strangers"


def _in_vendor_room(found: Import) -> str:
    if _below(found.module, "adapters.software") and found.target.startswith(SOFTWARE_MAY):
        return ""
    if found.target.startswith("adapters"):
        vendor = found.module.split(".")[1]
        if found.target.split(".")[1:2] != [vendor]:
            return "one vendor never imports another"
        return "" if found.relative else "imports inside a vendor room are relative, so that it can be moved whole"
    if found.target.startswith(ADAPTER_MAY) or _room(found.target) == "":
        return ""
    return "" if HEIGHT.get(_room(found.target), 99) <= HEIGHT["protocols"] else "adapters stand beside the protocols"


def _room(module: str) -> str:
    """The room that a dotted name is in; empty for the package itself and for its `__version__`."""
    room = (*module.split("."), "")[1]
    return "" if room == "__version__" else room


def _socket(found: Import) -> str:
    opens = any(_below(found.target, name) for name in SOCKETS)
    return "only the wire opens connections" if opens and not found.module.startswith(SOCKETS_IN) else ""


def _outside(found: Import, top: str) -> str:
    allowed = {name for prefix, names in OUTSIDE.items() if _below(found.module, prefix) for name in names}
    return "" if top in allowed else f"{top} belongs elsewhere, or nowhere"


def _below(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith((f"{prefix}.", f"{prefix}_"))


PRODUCT = sorted(path for folder in ("keyexchange", "adapters") for path in (ROOT / folder).rglob("*.py"))
PACKAGES = [path for path in PRODUCT if path.name == "__init__.py"]
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "configs/*", "keyexchange/**/*", "adapters/**/*", "tests/**/*.py")
    for path in ROOT.glob(pattern)
    if path.suffix in {".py", ".md", ".json", ".j2"}
)


def test_imports_keep_to_the_walls() -> None:
    assert [complaint for path in PRODUCT for found in imports_of(path) for complaint in complaints(found)] == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("keyexchange/crypto/x.py", "from keyexchange import tr31"),
        ("keyexchange/tr31/x.py", "import keyexchange.pki"),
        ("keyexchange/tr31/x.py", "from ..pki import load"),
        ("keyexchange/protocols/x.py", "def f():\n    from keyexchange.hsm.device import Device"),
        ("keyexchange/engine/x.py", "from keyexchange.hsm import device"),
        ("keyexchange/hsm/x.py", "from keyexchange.protocols import messages"),
        ("keyexchange/registry.py", "import adapters.apc.adapter"),
        ("keyexchange/newroom/x.py", "from keyexchange import errors"),
        ("keyexchange/errors.py", "from keyexchange import newroom"),
        ("keyexchange/protocols/x.py", "import cryptography"),
        ("keyexchange/engine/run.py", "import sqlalchemy"),
        ("keyexchange/hsm/device.py", "from botocore import model"),
        ("keyexchange/hsm/x.py", "import socket"),
        ("keyexchange/tr31/x.py", "import psec"),
        ("adapters/apc/adapter.py", "import boto3"),
        ("adapters/apc/adapter.py", "from adapters.apc import client"),
        ("adapters/apc/adapter.py", "from ..payshield import errors"),
        ("adapters/apc/adapter.py", "from .. import payshield"),
        ("adapters/payshield/face.py", "from keyexchange.hsm.store import Store"),
        ("adapters/payshield/adapter.py", "from keyexchange import engine"),
        ("adapters/payshield/adapter.py", "import socket"),
    ],
)
def test_an_import_through_a_wall_is_seen(file: str, line: str) -> None:
    assert [complaint for found in imports_of(ROOT / file, line) for complaint in complaints(found)]


def test_every_room_has_a_height() -> None:
    rooms = {_room(module_name(path)) for path in PRODUCT if path.is_relative_to(ROOT / "keyexchange")}
    assert rooms - {""} <= set(HEIGHT)


def test_every_folder_with_code_is_a_package() -> None:
    assert {path.parent for path in PRODUCT} == {path.parent for path in PACKAGES}


@pytest.mark.parametrize("path", PACKAGES, ids=module_name)
def test_what_a_package_re_exports_is_what_it_calls_public(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    only_for_types = [node for block in tree.body if isinstance(block, ast.If) for node in block.body]
    re_exported = {
        alias.asname or alias.name
        for node in (*tree.body, *only_for_types)
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith(("keyexchange", "adapters"))
        and node.module != "keyexchange.lazy"
        for alias in node.names
    }
    package = importlib.import_module(module_name(path))
    public = set(getattr(package, "__all__", ()))
    assert [name for name in public if not hasattr(package, name)] == []
    assert re_exported <= public


def test_no_file_is_too_long_for_one_noun() -> None:
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in TEXTS if path.suffix == ".py"}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X ")
    assert [str(path) for path in TEXTS if any(mark in path.read_text("utf-8") for mark in marks)] == []


_HELP = """
import sys
from keyexchange.__main__ import main
sys.argv = ["keyexchange", "--help"]
try:
    main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


def test_help_imports_click_and_nothing_heavy() -> None:
    outcome = subprocess.run([sys.executable, "-c", _HELP], capture_output=True, text=True, timeout=60, check=True)
    assert outcome.stdout.startswith("Usage"), outcome.stderr
    loaded = {module.partition(".")[0] for module in outcome.stderr.split()}
    assert loaded & {package for packages in OUTSIDE.values() for package in packages} == {"click"}
