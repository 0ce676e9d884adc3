"""Every form, every JSON body and every query, with what nobody would type: refused calmly, or taken as text.

Never an error of ours, never a trace. `hypothesis` chooses; half of the forms are whole but for one field, so that
what is hostile gets past the others as far as the database.
"""

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from app.accounts.models import Role
from tests.factories.town import Person, Town
from tests.security.test_matrix import routes, url_of

HOSTILE = (
    *(
        "",
        "\x00",
        "a\x00b",
        " ",
        "\u202egnp",
        "\ufeff",
        "\x1b[2J\x07\x85",
        "\u2066x\u2069",
        "\uffff",
        "é" * 500,
        "A" * 60_000,
        "𝔘𝔫𝔦" * 40,
        "🧑‍⚕️" * 30,
        "\r\nSet-Cookie: a=b",
    ),
    *(
        "'; DROP TABLE patient; --",
        "%' OR 1=1 --",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "${7*7}",
        "=1+1",
        "../../etc",
    ),
    *(
        "-1",
        "0",
        "9" * 400,
        "1e309",
        "NaN",
        "0x10",
        "²",
        "١٢٠٣١٩٤٨",
        "12/03/0000",
        "00/00/0000",
        "31/02/2026",
        "12/03/99999",
    ),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-29T02:30", "2026-10-25T02:30"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24T13:00:00", "2026-W48-2", "24:61"),
    *("01900000-0000-7000-8000-000000000000", "0" * 36, "{01900000-0000-7000-8000-000000000000}", "urn:uuid:x"),
    *("+33", "+999999999999999", "06 39 98 76 54 poste 4", "tel:112", "http://[::1", "//evil.example", "javascript:1"),
)
NAMES = (
    *("q", "birth_name", "given_names", "birth_date", "sex", "birth_place", "phone", "commune", "address"),
    *("request_id", "reason", "window", "note", "agreement", "slot", "starts_at", "mode", "answer", "token", "code"),
    *("email", "given_name", "family_name", "organization_id", "role", "person", "day", "request", "topics", "pathway"),
    *("question", "said", "colleague", "until", "skills", "item", "done", "inbox"),
    *("patient", "show", "beside", "next", "accepting", "from", "name", "key", "age", "words", "endpoint", "keys"),
    *("rpps", "state", "iss", "error", "sure"),
)
WHOLE: dict[str, dict[str, str]] = {
    "/patients/new": {
        **{"birth_name": "Marchand", "given_names": "Monique", "birth_date": "12/03/1948", "sex": "F"},
        **{"birth_place": "91228", "phone": "0639980100", "commune": "91228", "address": "12 allée des Tilleuls"},
    },
    "/requests": {"reason": "dressing", "window": "today", "note": "Sonner", "agreement": "y"},
    "/requests/patients": {"q": "12/03/1948 mar"},
    "/offers/<uuid:offer_id>/appointment": {"slot": "2026-11-24T13:00:00+00:00", "starts_at": "", "mode": "home"},
    "/offers/<uuid:offer_id>/question": {"question": "Quel étage ?"},
    "/offers/<uuid:offer_id>/refusal": {"reason": "far"},
    "/access": {"rpps": "10000000001", "given_name": "Maya", "family_name": "Dupré", "email": "a@example.org"},
    "/access/code": {"code": "123456"},
    "/account/email": {"email": "a@example.org"},
    "/practice/replacement": {"colleague": "", "until": "2026-12-06"},
    "/invitations/new": {"email": "a@example.org", "given_name": "Anne", "family_name": "Durand", "role": "requester"},
}

HALVES = ("\ud800", "a\udfffb", "\ud83d\x00")
"""Half of a surrogate pair: no UTF-8 writes it, and JSON may bring it all the same."""
HEADERS = {
    "HX-Request": ("true", "TRUE", "0"),
    "HX-Request-Type": ("full", "partial"),
    "HX-Current-URL": ("http://[", "//[::1", "/\\evil", "http://x:99999999/", "?" * 900),
    "Referer": ("http://[", "http://localhost:port/", "é", "javascript:x"),
    "Origin": ("null", "http://localhost", "http://["),
    "Host": ("localhost", "localhost:8000", "a" * 4_000, "evil.example", "a..b", "[::1", ""),
    "User-Agent": ("", "Firefox\x1fiPhone", "é" * 500, "x" * 4_000),
    "Cookie": ('relais="\\000"', "relais=é; relais-tablet=\\377", ";=;==", "x" * 4_000),
    "Idempotency-Key": ('"', "9" * 900, "\x0b", "é"),
    "Accept": ("application/json", "*/*;q=x", ",;,", "text/html;q=1e999"),
    "Accept-Encoding": ("br;q=x", "gzip;q=-1", ",,;", "*"),
    "Accept-Language": ("zz-é;q=9", "fr;q=x", "-"),
    "Range": ("bytes=0-", "bytes=9-1,-", "lines=1-2", "bytes=" + "9" * 400 + "-"),
    "If-None-Match": ('W/"', "*", "é"),
    "If-Modified-Since": ("Mon, 99 Foo 99999 99:99:99 GMT", "0"),
    "X-Forwarded-For": ("::1, ,é", "x" * 400),
    "Content-Type": ("application/json; charset=é", "multipart/form-data", "text/plain; a=%00", "application/+json"),
}

hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
deep = st.integers(2, 4_000).map(lambda levels: '{"keys":' + "[" * levels + "]" * levels + "}")
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 6), max_size=3).map(
    lambda chosen: {name: HEADERS[name][which % len(HEADERS[name])] for name, which in chosen.items()}
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), hostile, st.sampled_from(HALVES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=6,
)
ENDS = {
    "accounts.sign_out",
    "live.stream",
    "accounts.end_device",
    "accounts.end_other_devices",
    "membership.remove",
    "membership.close",
}
"""What would end the sign-ins that the rest is asked with, and the stream, which has no end."""


def insiders(town: Town) -> dict[str, Person]:
    """Somebody whom each room lets in."""
    return {
        "desk": town.orientation_nurse,
        "inbox": town.nurse("Maya"),
        "supervision": town.coordinator,
        "members": town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id),
        "accounts": town.coordinator,
        "approvals": town.coordinator,
        "joining": town.stranger(),
        "pro_sante": town.stranger(),
    }


def form_for(data: st.DataObject, rule: Rule) -> dict[str, str]:
    whole = WHOLE.get(rule.rule)
    if whole and data.draw(st.booleans()):
        return {**whole, data.draw(st.sampled_from(sorted(whole))): data.draw(hostile)}
    return data.draw(st.dictionaries(st.sampled_from(NAMES), hostile, max_size=6))


def body(data: st.DataObject, rule: Rule, method: str) -> dict[str, Any]:
    """How this request is sent: a query, a form, JSON, or bytes that are none of them."""
    if method == "GET":
        return {"query_string": data.draw(st.dictionaries(st.sampled_from(NAMES), hostile, max_size=4))}
    kind = data.draw(st.sampled_from(["form", "form", "json", "bytes", "deep"]))
    if kind == "deep":
        return {"data": data.draw(deep), "content_type": "application/json"}
    if kind == "form":
        return {"data": form_for(data, rule)}
    if kind == "json":
        sent = data.draw(st.one_of(anything, st.dictionaries(st.sampled_from(NAMES), anything, max_size=5)))
        return {"data": json.dumps(sent), "content_type": "application/json"}
    return {"data": data.draw(st.binary(max_size=200)), "content_type": "application/json"}


@pytest.fixture
def house(town: Town) -> tuple[Town, dict[str, Person], dict[str, object], list[tuple[str, Rule]]]:
    people = insiders(town)
    patient = town.patient()
    request = town.asks(patient=patient)
    town.time_passes(seconds=1)
    town.a_worker_comes_round()
    nurse = people["inbox"]
    assert nurse.accepts() == 200  # type: ignore[attr-defined]
    ids: dict[str, object] = {"request_id": request, "offer_id": nurse.offer().id, "patient": patient}  # type: ignore[attr-defined]
    ids |= {"organization_id": town.emergency_id, "account_id": town.orientation_nurse.account_id}
    asked = [(method, rule) for method, rule in routes(town) if rule.endpoint not in ENDS]
    return town, people, ids, asked


@pytest.mark.long
@settings(
    max_examples=220,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_nothing_that_is_sent_is_an_error_of_ours(house: Any, data: st.DataObject) -> None:
    _town, people, ids, asked = house
    method, rule = data.draw(st.sampled_from(asked))
    person = people.get(rule.endpoint.partition(".")[0], people["accounts"])
    url = url_of(rule, ids)
    sent = body(data, rule, method) | {"headers": data.draw(headers)}
    if "Content-Type" in sent["headers"]:
        sent.pop("content_type", None)
    if rule.rule in ("/requests", "/requests/new"):
        url += f"?pathway=home-care&patient={ids['patient']}" if method == "POST" else ""
    assert_calm(person, method, url, sent)


def assert_calm(person: Person, method: str, url: str, sent: dict[str, Any]) -> None:
    with person.town.app.app_context():
        answer = person.client.open(url, method=method, **sent)
    assert answer.status_code < 500, f"{method} {url} {str(sent)[:400]}"
    with suppress(UnicodeDecodeError):  # It was compressed.
        assert "Traceback" not in answer.text
        assert "Werkzeug" not in answer.text
    answer.close()


EVERYWHERE: dict[str, dict[str, Any]] = {
    "NUL and marks in each field": {"data": dict.fromkeys(NAMES, "a\x00\u202eb")},
    "NUL in the query": {"query_string": dict.fromkeys(NAMES, "\x00")},
    "halves in JSON": {"data": json.dumps(dict.fromkeys(NAMES, HALVES[2])), "content_type": "application/json"},
    "depth": {"data": '{"keys":' * 3_000, "content_type": "application/json"},
    "an address that is none": {"headers": {"HX-Request": "true", "HX-Current-URL": "http://[", "Referer": "http://["}},
    "a long host": {"headers": {"Host": "a" * 4_000}},
    "no header": {"headers": {"User-Agent": "\x00", "Idempotency-Key": "\x00"}},
}


@pytest.mark.long
@pytest.mark.parametrize("case", EVERYWHERE)
def test_every_route_hears_the_worst_of_each_kind(house: Any, case: str) -> None:
    """Signed in, and as somebody whom nobody knows."""
    town, people, ids, asked = house
    stranger = town.stranger()
    for method, rule in asked:
        person = people.get(rule.endpoint.partition(".")[0], people["accounts"])
        for someone in (person, stranger):
            sent = dict(EVERYWHERE[case])
            if method == "GET":
                sent.pop("data", None)
            assert_calm(someone, method, url_of(rule, ids), sent)


@pytest.mark.long
@pytest.mark.parametrize("strange", ["%00", "%ED%A0%80", "a%E2%80%AE", "%FF%FE", "a" * 4_000])
def test_every_word_of_an_address_may_be_strange(house: Any, strange: str) -> None:
    _town, people, _ids, asked = house
    for method, rule in asked:
        if rule.arguments:
            url = re.sub(r"<[^>]+>", strange, rule.rule)
            assert_calm(people["accounts"], method, url, {})


def test_no_page_tells_what_we_are_made_of(app: Flask, town: Town) -> None:
    """An error of ours says so in our words (ASVS 13.4.2, 16.5.1)."""
    assert not app.debug
    with pytest.MonkeyPatch.context() as broken:

        def breaks(*_: object, **__: object) -> None:
            raise ZeroDivisionError("secret")

        broken.setattr("app.desk.queries.followed", breaks)
        answer = town.orientation_nurse.get("/requests")
    assert answer.status_code == 500
    for word in ("Traceback", "ZeroDivisionError", "secret", "/app/", "Werkzeug"):
        assert word not in answer.text
