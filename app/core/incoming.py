"""What a request brings, before anything of ours reads it: its strings are text, its JSON is small and plain.

Said once, here, for every room: a database, a log and a header can keep each string that reaches a view.
"""

import json
import re
from typing import Any, NoReturn

from flask import abort, request

LONGEST_JSON = 8_192
"""Bytes. A passkey's answer is the longest that our own scripts send, with about one kilobyte."""

DEEPEST_JSON = 8

MARKS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What nobody types and no screen shows: controls other than tab and line ends, half surrogate pairs, byte order marks,
and the marks that turn the direction of what follows, by which one name is made to look like another."""


def text(received: str) -> str:
    """What remains of a string from outside once it holds text alone.

    Removed and not refused: a letter pasted from a PDF brings such marks with it, and its author cannot see them.
    """
    return MARKS.sub("", received)


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
        return text(value)
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [_plain(each, levels - 1) for each in value]
    return {text(key): _plain(each, levels - 1) for key, each in value.items()}


def _refuse(constant: str) -> NoReturn:
    """`NaN` and `Infinity` are Python's, not JSON's (RFC 8259 §6)."""
    raise ValueError(constant)
