"""Every form, every JSON body and every query, with what nobody would type: refused calmly, or taken as text.

Never an error of ours, never a trace. `hypothesis` chooses; half of the forms are whole but for one field, so that
what is hostile gets past the others as far as the database.
"""

import json
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
    "/offers/<uuid:offer_id>/refusal": {"reason": "far"},
    "/access": {"rpps": "10000000001", "given_name": "Maya", "family_name": "Dupré", "email": "a@example.org"},
    "/access/code": {"code": "123456"},
    "/account/email": {"email": "a@example.org"},
    "/invitations/new": {"email": "a@example.org", "given_name": "Anne", "family_name": "Durand", "role": "requester"},
}

hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), hostile),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=6,
)
ENDS = {
    "accounts.sign_out",
    "live.stream",
    "keys.end_device",
    "keys.end_other_devices",
    "members.remove",
    "settings.close",
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
    kind = data.draw(st.sampled_from(["form", "form", "json", "bytes"]))
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
    nurse = people["inbox"]
    assert nurse.accepts() == 200  # type: ignore[attr-defined]
    ids: dict[str, object] = {"request_id": request, "offer_id": nurse.offer().id, "patient": patient}  # type: ignore[attr-defined]
    ids |= {"organization_id": town.emergency_id, "account_id": town.orientation_nurse.account_id}
    asked = [(method, rule) for method, rule in routes(town) if rule.endpoint not in ENDS]
    return town, people, ids, asked


@settings(
    max_examples=220,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_nothing_that_is_sent_is_an_error_of_ours(house: Any, data: st.DataObject) -> None:
    town, people, ids, asked = house
    method, rule = data.draw(st.sampled_from(asked))
    person = people.get(rule.endpoint.partition(".")[0], people["accounts"])
    url = url_of(rule, ids)
    sent = body(data, rule, method)
    if rule.rule in ("/requests", "/requests/new"):
        url += f"?pathway=home-care&patient={ids['patient']}" if method == "POST" else ""
    with town.app.app_context():
        answer = person.client.open(url, method=method, **sent)
    assert answer.status_code < 500, f"{method} {url} {sent}"
    assert "Traceback" not in answer.text
    answer.close()


def test_no_page_tells_what_we_are_made_of(app: Flask, town: Town) -> None:
    """An error of ours says so in our words (ASVS 13.4.2, 16.5.1)."""
    assert not app.debug
    with pytest.MonkeyPatch.context() as broken:

        def breaks(*_: object, **__: object) -> None:
            raise ZeroDivisionError("secret")

        broken.setattr("app.care_requests.queries.followed", breaks)
        answer = town.orientation_nurse.get("/requests")
    assert answer.status_code == 500
    for word in ("Traceback", "ZeroDivisionError", "secret", "/app/", "Werkzeug"):
        assert word not in answer.text
