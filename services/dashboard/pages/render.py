"""Templates into pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import RedirectResponse, Response

from services.dashboard.pages.document_words import DOCUMENT_FILTERS
from services.dashboard.pages.menu import menu_of
from services.dashboard.pages.notes import note_of
from services.dashboard.pages.notice_words import NOTICE_FILTERS
from services.dashboard.pages.told import TOLD_FILTERS
from services.dashboard.pages.turn_words import TURN_FILTERS
from services.dashboard.pages.words import FILTERS
from services.dashboard.signing_in.visit import Visit

HERE = Path(__file__).parent.parent
SEE_OTHER = 303


def render(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of somebody who signed in."""
    shared = {
        "visit": visit,
        "session": visit.session,
        "csrf": visit.csrf,
        "now": visit.now,
        "menu": menu_of(visit.session.role, visit.request.url.path),
        "note": note_of(visit.query("done")),
    }
    return bare_page(template, status, **shared, **values)


def bare_page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page that needs no session."""
    text = _environment().get_template(template).render(**values)
    return Response(text, status, media_type="text/html")


def render_problem(visit: Visit, status: int, sentence: str) -> Response:
    """Return a page that says what is wrong and how to go on."""
    return render(visit, "problem.html", status, sentence=sentence)


def go_to(path: str, done: str = "") -> Response:
    """Lead to a page after a form did its work; `done` names the note that the page shows."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}done={done}" if done else path, status_code=SEE_OTHER)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.filters.update(TURN_FILTERS)
    environment.filters.update(NOTICE_FILTERS)
    environment.filters.update(TOLD_FILTERS)
    environment.filters.update(DOCUMENT_FILTERS)
    return environment
