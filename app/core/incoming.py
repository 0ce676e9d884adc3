"""What a request brings, before anything of ours reads it: its strings are text, its JSON is small and plain.

Said once, here, for every room: a database, a log and a header can keep each string that reaches a view.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from flask import Flask, abort, request
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LONGEST_JSON = 8_192
"""Bytes. A passkey's answer is the longest that our own scripts send, with about one kilobyte."""

DEEPEST_JSON = 8

MARKS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What nobody types and no screen shows: controls other than tab and line ends, half surrogate pairs, byte order marks,
and the marks that turn the direction of what follows, by which one name is made to look like another."""

CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
"""In a header, where bytes above 0x7f are parts of letters that nobody decoded."""


def as_text(received: str) -> str:
    """What remains of a string from outside once it holds text alone.

    Removed and not refused: a letter pasted from a PDF brings such marks with it, and its author cannot see them.
    """
    return MARKS.sub("", received)


class Fields(ImmutableMultiDict[str, Any]):
    """The fields of a form, a query, or cookies, as text; files are left as they are."""

    def __init__(self, received: Iterable[tuple[str, Any]] | None = None) -> None:
        pairs = MultiDict[str, Any](received).items(multi=True)
        super().__init__(
            [(as_text(name), as_text(value) if isinstance(value, str) else value) for name, value in pairs]
        )


class Incoming(HtmxAwareRequest):  # type: ignore[misc]
    """A request of ours: what `args`, `form`, `values` and `cookies` hold is text."""

    parameter_storage_class = Fields
    dict_storage_class = Fields

    def __init__(self, environ: "WSGIEnvironment", *args: Any, **kwargs: Any) -> None:
        if "HTTP_HOST" in environ:  # `RELAIS.EXAMPLE` is the same host (RFC 9110 §4.2.3).
            environ["HTTP_HOST"] = environ["HTTP_HOST"].lower()
        super().__init__(environ, *args, **kwargs)


def address(received: str) -> SplitResult:
    """The parts of an address that somebody sent; empty parts when it is none (`http://[`)."""
    try:
        return urlsplit(received)
    except ValueError:
        return urlsplit("")


def json_body() -> dict[str, Any]:
    """The object this request carries as JSON, of at most 8 kB and eight levels; anything else is 422."""
    sent = request.get_data()
    if not request.is_json or len(sent) > LONGEST_JSON:
        abort(422)
    try:
        body = _plain(json.loads(sent, parse_constant=_refuse), DEEPEST_JSON)
    except (ValueError, RecursionError):
        abort(422)
    return body if isinstance(body, dict) else abort(422)


def _plain(value: object, levels: int) -> object:
    """The same with text in the place of strings; ValueError when it is deeper than `levels`."""
    if isinstance(value, str):
        return as_text(value)
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [_plain(each, levels - 1) for each in value]
    return {as_text(key): _plain(each, levels - 1) for key, each in value.items()}


def _refuse(constant: str) -> NoReturn:
    """`NaN` and `Infinity` are Python's, not JSON's (RFC 8259 §6)."""
    raise ValueError(constant)


def refuse_marks() -> None:
    """No address of ours holds such marks, and no header may (RFC 9110 §5.5)."""
    if any(as_text(value) != value for value in (request.view_args or {}).values() if isinstance(value, str)):
        abort(404)
    if any(CONTROLS.search(value) for value in request.headers.values()):
        abort(400)


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    app.request_class = Incoming
    # A proxy of this machine may ask by these names, and so may its monitor; no browser elsewhere has our cookie there.
    app.config["TRUSTED_HOSTS"] = [settings.host, "localhost", "127.0.0.1", *settings.trusted_hosts]
    app.before_request(refuse_marks)
