"""What anybody may send, whatever it is made of: it is read as text, or refused calmly."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import UnprocessableEntity

from app.core.incoming import DEEPEST_JSON, LONGEST_JSON, json_body, text

HALF = "\ud83d"


@pytest.mark.parametrize(
    ("received", "kept"),
    [
        ("Sonner\x00 deux fois", "Sonner deux fois"),
        (f"{HALF}Maya{HALF}", "Maya"),
        ("Maya\u202eyduJ\u2066", "MayayduJ"),
        ("\ufeffMaya\x7f\x85", "Maya"),
        ("une\tligne\r\net l'autre", "une\tligne\r\net l'autre"),
        ("Œuilly, 👩🏽‍⚕️ et l'été", "Œuilly, 👩🏽‍⚕️ et l'été"),
    ],
)
def test_a_string_keeps_its_text_and_nothing_else(received: str, kept: str) -> None:
    assert text(received) == kept


def sent(bare: Flask, body: str | bytes, kind: str = "application/json") -> dict[str, Any]:
    with bare.test_request_context("/", method="POST", data=body, content_type=kind):
        return json_body()


@pytest.fixture
def bare() -> Flask:
    return Flask(__name__)


def test_a_small_object_is_read(bare: Flask) -> None:
    body = '{"to\\u0000ken": "a\\ud83d\\u0000b", "keys": {"p": ["\\u202ex", 1, null]}}'
    assert sent(bare, body) == {"token": "ab", "keys": {"p": ["x", 1, None]}}


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_as_deep_as_it_may_be(bare: Flask) -> None:
    assert list(sent(bare, nested(DEEPEST_JSON))) == ["a"]


UNREADABLE = {
    "one level more": nested(DEEPEST_JSON + 1),
    "as deep as eight kilobytes allow": "[" * LONGEST_JSON,
    "deep and closed": "[" * 4_000 + "]" * 4_000,
    "too long": '{"a": "' + "a" * LONGEST_JSON + '"}',
    "nothing": "",
    "a list": "[]",
    "a word": '"a"',
    "no number": '{"age": NaN}',
    "no end": '{"age": -Infinity}',
    "more digits than a number may have": '{"age": ' + "9" * 5_000 + "}",
    "half": '{"a": ',
    "other bytes": b"\xff\xfe\x00{",
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_anything_else_is_refused(bare: Flask, case: str) -> None:
    with pytest.raises(UnprocessableEntity):
        sent(bare, UNREADABLE[case])


def test_an_object_sent_as_a_form_is_refused(bare: Flask) -> None:
    """Another site's page can send such a one without asking the browser first."""
    with pytest.raises(UnprocessableEntity):
        sent(bare, "{}", kind="text/plain")
