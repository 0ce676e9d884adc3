"""What anybody may send, whatever it is made of: it is read as text, or refused calmly."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import UnprocessableEntity

from app.core.incoming import DEEPEST_JSON, LONGEST_JSON, Incoming, address, as_text, json_body

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
    assert as_text(received) == kept


def test_what_a_page_sends_is_text() -> None:
    asked = Incoming.from_values(
        "/?q=mar%00chand&%00q=2",
        method="POST",
        data={"note": "Sonner\x00", "files": (BytesIO(b"\x00"), "a.pdf")},
        headers={"Cookie": 'tablet="a\\000b"'},
    )
    assert asked.args.getlist("q") == ["marchand", "2"]
    assert (asked.form["note"], asked.values["note"], asked.cookies["tablet"]) == ("Sonner", "Sonner", "ab")
    assert asked.files["files"].read() == b"\x00"
    asked.close()


@pytest.mark.parametrize("received", ["http://[", "http://[::1", "//[x]/", ""])
def test_an_address_that_is_none_has_no_parts(received: str) -> None:
    assert address(received).path == ""


@pytest.mark.parametrize("headers", [{"HX-Request": "true", "HX-Current-URL": "http://["}, {"Referer": "http://["}])
def test_who_signs_in_again_comes_back_to_the_first_page(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/requests", headers=headers)
    assert answer.headers.get("HX-Redirect", answer.headers.get("Location")) == "/sign-in"


def test_a_host_is_the_same_in_capitals(client: FlaskClient) -> None:
    """RFC 9110 §4.2.3. A proxy may hand on what somebody typed; the page's own forms are still from the same site."""
    assert client.get("/sign-in", headers={"Host": "LocalHost:8000"}).status_code == 200
    sent = {"Host": "LOCALHOST:8000", "Origin": "http://localhost:8000"}
    assert client.post("/requests", headers=sent).headers["Location"] == "/sign-in"
    assert client.get("/sign-in", headers={"Host": "ELSEWHERE.example"}).status_code == 400


@pytest.mark.parametrize("address", ["/p/%00", "/p/a%E2%80%AEb", "/pathways/%C2%85", "/demo/as/%00"])
def test_no_address_of_ours_holds_a_mark(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["User-Agent", "Idempotency-Key", "Accept-Language", "X-Forwarded-For"])
def test_no_header_holds_a_control(client: FlaskClient, name: str) -> None:
    assert client.get("/offline", headers={name: "a\x00b"}).status_code == 400
    assert client.get("/offline", headers={name: "\xe2\x80\x99 é\t"}).status_code == 200


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
