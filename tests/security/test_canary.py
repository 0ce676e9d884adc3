"""Words that no patient bears, planted in every clinical field and carried through a whole tale: where do they show?

On the screens of those who care, and nowhere else.
"""

import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from structlog.testing import capture_logs

from app import clock
from app.audit.models import AuditEvent
from app.care_requests.models import State
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.core.db import Model, db, transaction
from app.directory.models import Practitioner, Profession
from app.dispatch.models import OfferState
from app.organizations.models import Commune
from app.push.models import Message
from tests.factories.town import Person, Town
from tests.live.stream import Stream

NAME, GIVEN, ADDRESS, NOTE = "Zqxnomcanari", "Zqxprenomcanari", "Zqxruecanari", "Zqxnotecanari"
WORDS = (
    *(word.lower() for word in (NAME, GIVEN, ADDRESS, NOTE)),
    *("639987654", "06 39 98 76 54", "06\u00a039\u00a098\u00a076\u00a054"),
    *("19/07/1931", "1931-07-19", "19071931", "19 juillet 1931"),
)


def canaries(*texts: object) -> set[str]:
    heap = " ".join(str(text) for text in texts).lower()
    return {word for word in WORDS if word in heap}


class Traffic:
    """Every address that was asked for, and every answer with its headers."""

    def __init__(self, app: Any) -> None:
        self.urls: list[str] = []
        self.answers: list[tuple[str, dict[str, str], bytes]] = []
        self._inner = app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        url = environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")
        self.urls.append(url)
        headers: dict[str, str] = {}

        def start(status: str, sent: list[tuple[str, str]], *more: Any) -> Any:
            headers.update(sent)
            return start_response(status, sent, *more)

        answer = self._inner(environ, start)
        if url.startswith("/live"):
            return answer
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self.answers.append((url, headers, body))
        return [body]


def stream(town: Town, person: Person, *topics: str) -> Stream:
    cookie = person.client.get_cookie("relais")
    assert cookie is not None
    return Stream(town.app, "/live?topics=" + ",".join(f"{topic}:0" for topic in topics), f"relais={cookie.value}")


def register(town: Town) -> str:
    """The nurse writes the patient down, looks for her again, and asks; the address of the request."""
    nadia = town.orientation_nurse
    form = {
        **{"birth_name": NAME, "given_names": GIVEN, "birth_date": "19/07/1931", "sex": "F"},
        **{"birth_place": "91228", "phone": "06 39 98 76 54", "commune": "91228", "address": f"3 {ADDRESS}"},
    }
    assert nadia.post("/patients/new?pathway=home-care", form | {"phone": "12"}).status_code == 422
    new = nadia.post("/patients/new?pathway=home-care", form)
    assert new.status_code == 303, new.text
    found = nadia.post("/requests/patients?pathway=home-care", {"q": f"19071931 {NAME[:3]}"}, htmx=True)
    assert canaries(found.text), "the requester sees whom she asks for"
    page = nadia.get(new.location).text
    reason, window = (
        page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("reason", "window")
    )
    need = {"reason": reason, "window": window, "note": NOTE, "agreement": "y"}
    asked = nadia.post(new.location.replace("/requests/new", "/requests"), need)
    assert asked.status_code == 303, asked.text
    return str(asked.location)


def patient_of(town: Town, url: str) -> str:
    """The address of the liaison book of whom this request is for; a second carer, with a phone, is told of it."""
    patient = town.request(UUID(url[-36:])).patient_id
    anne = town.doctor("Anne", km=4)
    with transaction():
        usual = Usual.herself(db.session.get_one(Practitioner, anne.practitioner_id))
        circles.set_usual(patient, usual, told=Told.NAMED, now=clock.now())
    return f"/patients/{patient}/liaison"


def first_choice(page: str, name: str) -> str:
    return page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]


def tale(town: Town) -> list[str]:
    """From the first tap to the end of care, with a lost race, a fault of ours and a patient's answer; the streams."""
    maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
    town.professional("Sans", Profession.NURSE, km=3, phone=False)
    url = register(town)
    listening = stream(town, town.orientation_nurse, f"requests-{town.emergency_id}", f"request-{url[-36:]}")
    town.time_passes(seconds=1)
    for nurse in (maya, ines):
        before = (nurse.get("/inbox"), nurse.get(f"/offers/{nurse.offer().id}"))
        assert canaries(*(page.text for page in before)) == set(), "before acceptance nothing identifies"
        assert before[0].headers["X-Offline"] == "keep"
    assert maya.accepts() == 200
    assert ines.accepts() == 409
    assert maya.offer().state is OfferState.WON
    assert canaries(maya.get(f"/offers/{maya.offer().id}").text), "the one who accepted sees the patient"
    assert canaries(maya.get("/inbox").text) == set()
    book = patient_of(town, url)
    listening_too = stream(town, town.orientation_nurse, f"liaison-{book[10:46]}")
    for urgent in ("", "y"):  # In her liaison book, urgent and not.
        said = {"text": f"{NOTE} {urgent}", "type": "advice", "visibility": "circle", "urgent": urgent}
        assert maya.post(book, {name: value for name, value in said.items() if value}).status_code == 303
    assert canaries(maya.get(book).text) >= {NOTE.lower()}, "who cares reads it"
    proposal = {"slot": "2026-11-24T13:00:00+00:00", "mode": "home"}
    assert maya.post(f"/offers/{maya.offer().id}/appointment", proposal).status_code == 303
    link = town.orientation_nurse.get(url).text.split("/p/")[1].split('"')[0].split("<")[0].strip()
    patient = town.stranger()
    pages = [patient.get(f"/p/{link}"), patient.get(f"/p/{link}/visit.ics")]
    assert [page.status_code for page in pages] == [200, 200]
    assert canaries(*(page.text for page in pages)) == set(), "the link may be lost, and says who comes, not to whom"
    patient.post(f"/p/{link}/answer", {"answer": "confirmed"})
    for said in ("start", "end"):
        maya.post(f"/offers/{maya.offer().id}/{said}")
    assert canaries(town.coordinator.get(f"/audit?request={url[-36:]}").text) == set()
    town.time_passes(minutes=5)
    heard = []
    for one in (listening, listening_too):
        while not one.silent(0.5):
            heard.append(str(one.next(1)))
        one.close()
    return heard


def test_no_canary_anywhere_but_on_the_screens_of_those_who_care(town: Town, tmp_path: Path) -> None:
    traffic = Traffic(town.app)
    town.app.wsgi_app = traffic  # type: ignore[method-assign]
    with capture_logs() as log:
        heard = tale(town)
        break_in_the_middle(town)
    nobody = town.stranger()
    probes = [nobody.get(url).text for url in ("/metrics", "/healthz", "/sign-in", "/offline", "/service-worker.js")]

    devices = town.push_service.devices if town.push_service else []
    pushes = [message.json for device in devices for message in device.messages]
    assert pushes, "somebody was alerted"
    db.session.rollback()
    payloads = db.session.scalars(select(Message.payload)).all()
    audit = [line.content for line in db.session.scalars(select(AuditEvent))]
    mails = [path.read_text() for path in tmp_path.rglob("mail/*")]
    errors = [traceback.format_exception(line["exc_info"]) for line in log if "exc_info" in line]
    assert errors, "a fault of ours was logged"
    assert audit
    shown = {
        "pushes": canaries(*pushes, *payloads),
        "mails": canaries(*mails),
        "logs": canaries(*log, *errors),
        "addresses": canaries(*traffic.urls),
        "headers": canaries(*(headers for _, headers, _ in traffic.answers)),
        "streams": canaries(*heard),
        "metrics, health and public pages": canaries(*probes),
        "audit": canaries(*audit),
        "database": canaries(*raw_rows()),
    }
    assert {where: words for where, words in shown.items() if words} == {}
    named = [(url, headers) for url, headers, body in traffic.answers if canaries(body.decode())]
    kept = [url for url, headers in named if "no-store" not in headers["Cache-Control"]]
    assert kept == [], "what names a patient is never kept by a browser"


def break_in_the_middle(town: Town) -> None:
    """A bug after the note was given to the database: the log tells what broke, not on whom."""
    request = town.asks(note=NOTE)
    assert town.request(request).state is State.SEARCHING
    with pytest.MonkeyPatch.context() as broken:

        def breaks(*_: object, **__: object) -> None:
            twice = {"code": "91228", "postal_code": "91000", "search_name": "", "latitude": 0.0, "longitude": 0.0}
            db.session.execute(insert(Commune).values(name=NOTE, **twice))

        broken.setattr("app.desk.following.record_reading", breaks)
        assert town.orientation_nurse.get(f"/requests/{request}").status_code >= 500


def raw_rows() -> list[object]:
    """What the database itself holds, before our types open it."""
    found: list[object] = []
    for table in Model.metadata.sorted_tables:
        found += db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()
    return found
