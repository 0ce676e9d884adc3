"""One answer for a page and for a fragment of it."""

from typing import Any, cast

from flask import Response, redirect, render_template
from htmx_flask import Htmx, make_response, request

htmx = Htmx()


def page(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render `template`, or only `fragment` when htmx asks for a part of the page.

    The same URL answers both, so `Vary: HX-Request` keeps every cache honest. `status`: 200, 409 (too late), 422.
    """
    wants_part = bool(request.htmx) and fragment is not None and request.headers.get("HX-Request-Type") != "full"
    response: Response = make_response(render_template(fragment if wants_part and fragment else template, **context))
    response.status_code = status
    response.headers["Vary"] = "HX-Request, HX-Request-Type"
    return response


def see_other(url: str) -> Response:
    """After a change: go and look at `url` (303), so that a reload repeats nothing."""
    if request.htmx:
        response: Response = make_response("", 200)
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))
