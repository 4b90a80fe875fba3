"""One way in for every page: session, role, origin and CSRF token are checked here and nowhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.dashboard.context import context_of, enter_workspace
from services.dashboard.pages.menu import first_page_of
from services.dashboard.pages.render import go_to, render_problem
from services.dashboard.posted import read_posted
from services.dashboard.signing_in.cookie import (
    IDLE_LIFE_SECONDS,
    WHOLE_LIFE_SECONDS,
    cookie_hash,
    cookie_of,
    csrf_token,
    is_csrf_token,
    is_same_origin,
    local_path,
)
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.store.sessions.rows import SessionRow
from shared.store.sessions.sessions import find_session

Handler = Callable[[Visit], Awaitable[Response]]
FORBIDDEN = 403
FOREIGN_FORM = "This form did not come from a page of yours, or is too old. Open the page again and repeat."
NOT_YOURS = "Your role does not open this page. Ask an owner of the workspace."


@dataclass(frozen=True, slots=True)
class Page:
    """A path, who may come, and what answers; `method` POST pages take a form and change something."""

    path: str
    handler: Handler
    needs: Role = Role.VIEWER
    method: str = "GET"
    takes_files: bool = False


def route_of(page: Page) -> Route:
    """Return the page as a route that lets in only whom it is for."""

    async def endpoint(request: Request) -> Response:
        cookie = cookie_of(request)
        session = await _session(request, cookie)
        if session is None or cookie is None:
            return _to_login(request)
        if session.workspace_id is not None:  # an operator stands in none
            enter_workspace(request, session.workspace_id)
        visit = Visit(
            request=request,
            context=context_of(request),
            session=session,
            csrf=csrf_token(cookie),
            now=context_of(request).clock(),
            form={},
            files=[],
        )
        if not session.role.may(page.needs):
            if page.path == "/":
                return go_to(first_page_of(session.role))
            return render_problem(visit, FORBIDDEN, NOT_YOURS)
        if page.method == "POST":
            form, files = await read_posted(request, takes_files=page.takes_files)
            visit.form.update(form)
            visit.files.extend(files)
            if not _is_own_form(visit, cookie):
                return render_problem(visit, FORBIDDEN, FOREIGN_FORM)
        return await page.handler(visit)

    return Route(page.path, endpoint, methods=[page.method])


async def _session(request: Request, cookie: str | None) -> SessionRow | None:
    if cookie is None:
        return None
    return await find_session(
        context_of(request).database,
        cookie_hash(cookie),
        whole_life_seconds=WHOLE_LIFE_SECONDS,
        idle_life_seconds=IDLE_LIFE_SECONDS,
    )


def _is_own_form(visit: Visit, cookie: str) -> bool:
    token = visit.form.pop("csrf", "")
    return is_same_origin(visit.request) and is_csrf_token(token, cookie)


def _to_login(request: Request) -> Response:
    """Lead to the login page and from there back: to this page, or after a form to the page that it stood on."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method == "POST":
        here = "/" + request.headers.get("referer", "").partition("://")[2].partition("/")[2]
    return RedirectResponse(f"/login?next={quote(local_path(here), safe='/')}", status_code=303)
