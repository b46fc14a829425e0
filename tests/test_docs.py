"""The documents say what the code does: links, tables, fields and the words of --help."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from keyexchange import config, errors, registry
from tests import coverage_page

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "configs/*.md", "tests/**/*.md") for page in ROOT.glob(pattern)
)
CONFIGS = sorted((ROOT / "configs").glob("*.json"))
CODE = sorted(path for folder in ("keyexchange", "adapters") for path in (ROOT / folder).rglob("*.py"))
COLUMNS = 80


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row, heads and rules among them."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    broken = []
    for target in targets:
        name, _, anchor = target.partition("#")
        if "://" in name:
            continue
        file = (page.parent / name) if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def test_every_page_is_on_a_map() -> None:
    maps = ("README.md", "docs/README.md", "docs/decisions/README.md", "configs/README.md")
    linked = {
        (ROOT / page).parent.joinpath(target).resolve()
        for page in maps
        for target in re.findall(r"\]\(([^)\s#]+)", read(page))
        if "://" not in target
    }
    expected = {page for page in PAGES if page not in {ROOT / "README.md", ROOT / "CHANGELOG.md"}}
    assert expected - linked == set()


def test_files_that_the_code_points_to_are_there() -> None:
    pattern = re.compile(r"\b(?:docs|configs|tests)/[\w/.-]+\.(?:md|json|py)\b")
    named = {name for path in CODE for name in pattern.findall(path.read_text("utf-8"))}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_exit_codes_are_those_of_the_errors() -> None:
    documented = {(row[0], row[1].strip("`")) for row in table_rows(read("docs/reference/exit-codes.md"))[2:] if row[1]}
    tree = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.KeyExchangeError)]
    assert documented == {(str(cls.exit_code), cls.__name__) for cls in tree}


def rules_raised(path: Path) -> Iterator[str]:
    """The names that a module gives to RuleError; a constant of the module stands for its value."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "RuleError":
            value = next(keyword.value for keyword in node.keywords if keyword.arg == "rule")
            if isinstance(value, ast.Constant):
                yield str(value.value)
            elif isinstance(value, ast.Name):
                yield str(constants[value.id])


def test_every_rule_is_explained_and_every_explained_rule_exists() -> None:
    explained = re.findall(r"^## (.+)$", read("docs/reference/rules.md"), re.MULTILINE)
    assert explained == sorted({rule for path in CODE for rule in rules_raised(path)})


def test_coverage_is_what_the_code_declares() -> None:
    assert coverage_page.PAGE.read_text("utf-8") == coverage_page.page()


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_sample_configuration_loads_with_its_sides(path: Path) -> None:
    loaded = config.load(path)
    for role, sections in (("kdh", loaded.kdh), ("krd", loaded.krd)):
        for name in sections:
            config.settings_of(registry.load(registry.ADAPTERS, name), loaded, role)
    kind = loaded.certificate_authority["kind"]
    config.authority_settings(registry.load(registry.AUTHORITIES, kind), loaded)
    assert len(loaded.keys) >= 5


def field_names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The fields of a model, those of its sections with a dot."""
    for name, field in model.model_fields.items():
        inner = [cls for cls in _classes(field.annotation) if issubclass(cls, BaseModel)]
        yield from (
            (f"{prefix}{name}.{path}" for cls in inner for path in field_names(cls)) if inner else [prefix + name]
        )


def _classes(annotation: Any) -> list[type]:
    arguments = getattr(annotation, "__args__", ())
    return [cls for cls in (annotation, *arguments) if isinstance(cls, type)]


@pytest.mark.parametrize("model", [config.Config, config.KeyConfig, config.KekConfig, config.Override])
def test_every_field_of_the_reviewed_file_is_explained(model: type[BaseModel]) -> None:
    written = {field.alias or name for name, field in model.model_fields.items()}
    assert {name for name in written if f"`{name}`" not in read("configs/README.md")} == set()


@pytest.mark.parametrize(
    ("group", "name"),
    [(group, name) for group in (registry.ADAPTERS, registry.AUTHORITIES) for name in registry.names(group)],
)
def test_every_field_of_a_side_or_authority_is_explained(group: str, name: str) -> None:
    text = read("configs/README.md")
    fields = set(field_names(registry.load(group, name).Settings))
    assert {
        field for field in fields if f"`{field}`" not in text and f"`{field.partition('.')[0]}`" not in text
    } == set()


def test_help_in_the_readme_is_what_the_program_says() -> None:
    block = re.search(r"<!-- help -->\n(.*?)<!-- /help -->", read("README.md"), re.DOTALL)
    assert block is not None
    command = [sys.executable, "-m", "keyexchange", "--help"]
    outcome = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"COLUMNS": str(COLUMNS)}, timeout=60
    )
    assert [line.removeprefix("    ") for line in block[1].splitlines()] == outcome.stdout.splitlines()


def test_counts_of_test_vectors_are_those_of_the_files() -> None:
    documented = {row[0].strip("`"): [int(cell) for cell in row[1:4]] for row in _vector_rows()}
    assert documented == {path.name: _counts(path) for path in (ROOT / "tests/vectors").glob("*.json")}


def _vector_rows() -> list[list[str]]:
    return [row for row in table_rows(read("tests/vectors/README.md")) if row[0].endswith(".json`")]


def _counts(path: Path) -> list[int]:
    document = json.loads(path.read_text("utf-8"))
    lists = [value for value in document.values() if isinstance(value, list)]
    origins = [vector["origin"] for vectors in lists for vector in vectors if "origin" in vector]
    return [len(origins), origins.count("public"), origins.count("computed")]
