"""What a run did, made from its journal alone: for a terminal, for a program, for paper and browser."""

from keyexchange.engine.report.document import as_json
from keyexchange.engine.report.html import as_html
from keyexchange.engine.report.make import make_report
from keyexchange.engine.report.model import KeyState, Report, RunState
from keyexchange.engine.report.text import as_text

__all__ = ["KeyState", "Report", "RunState", "as_html", "as_json", "as_text", "make_report"]
