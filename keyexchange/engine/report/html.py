"""A report as one page that needs nothing else: no script, no font, no picture from elsewhere. Prints well."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from keyexchange.engine.report import words
from keyexchange.engine.report.model import Report

if TYPE_CHECKING:
    from jinja2 import Environment


def as_html(report: Report) -> str:
    """A report as an HTML page in UTF-8. Whatever stands in the journal is escaped."""
    return _environment().get_template("report.html.j2").render(report=report, words=words)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # most commands make no page

    environment = Environment(
        loader=PackageLoader("keyexchange.engine"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = words.time_text
    environment.filters["milliseconds"] = words.milliseconds_text
    environment.filters["indented_json"] = lambda value: json.dumps(value, indent=2)
    return environment
