"""One answer for a page and for a fragment of it."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, cast, overload

from flask import Response, redirect, render_template
from htmx_flask import Htmx, make_response, request
from markupsafe import Markup

htmx = Htmx()


@dataclass(frozen=True)
class Page:
    """What a page shows: the names that its templates use are the fields of its class, and no others.

    `template`: the whole page; `fragment`: the part of it that htmx fetches again, where there is one.
    """

    template: ClassVar[str]
    fragment: ClassVar[str | None] = None


@overload
def page(shown: Page, *, status: int = 200) -> Response: ...
@overload
def page(shown: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response: ...
def page(shown: Page | str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render a page, or only its fragment when htmx asks for a part of it.

    The same URL answers both, so `Vary: HX-Request` keeps every cache honest. `status`: 200, 409 (too late), 422.
    """
    if isinstance(shown, Page):
        context, template, fragment = _given(shown), shown.template, shown.fragment
    else:
        template = shown
    wanted = fragment if fragment and wants_part() else template
    response: Response = make_response(render_template(wanted, **context))
    response.status_code = status
    response.headers["Vary"] = "HX-Request, HX-Request-Type"
    return response


def drawn(shown: Page) -> Markup:
    """What is a part of another page, drawn for itself: in another language, for one."""
    return Markup(render_template(shown.template, **_given(shown)))  # noqa: S704 -- templates escape


def _given(shown: Page) -> dict[str, Any]:
    return {field.name: getattr(shown, field.name) for field in fields(shown)}


def wants_part() -> bool:
    """Does htmx ask for what takes the place of a part of the page? A browser without it goes to a whole one."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") != "full"


def see_other(url: str) -> Response:
    """After a change: go and look at `url` (303), so that a reload repeats nothing."""
    if request.htmx:
        response: Response = make_response("", 200)
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))
