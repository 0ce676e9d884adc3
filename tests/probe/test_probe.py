from datetime import timedelta, date, datetime, UTC
from uuid import UUID
import pytest
from flask import Flask
from sqlalchemy import select, func
from app import clock
from app.accounts.models import SignIn
from app.appointments import spaces
from app.appointments.models import Appointment
from app.core.db import db, transaction
from app.care_requests.models import CareRequest, State
from app.consents.models import Consent, Refusing
from app.consents.agreements import withdraw
from app.consents.objections import Whom, object_to
from app.passages.models import Passage
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.screen import Screen
from tests.inbox.plans import shares_a_practice
from tests.passages.care import TOMORROW, TEN_DAYS, at_day, count, does_all, passage, taken_by, says
from tests.patient_space.conftest import PatientPhone, proposes
from tests.relatives.conftest import Space
from app.care_requests.rules import planned

@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town
@pytest.fixture
def monique(town): return town.patient()

@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 3, 28)])
def test_dst(app, town, day):
    clock.stop_at(clock.midnight(day) + timedelta(hours=10))
    with transaction():
        from sqlalchemy import update
        db.session.execute(update(SignIn).values(expires_at=datetime(2028,1,1,tzinfo=UTC), proven_at=clock.now()))
    monique = town.patient()
    maya = town.nurse("Maya", phone=False); hugo = town.nurse("Hugo", km=2, phone=False)
    plan = planned(day, day + timedelta(days=3), ["morning", "evening"])
    whole = taken_by(town, maya, patient=monique, visits=plan)
    for d in range(3):
        dd = day + timedelta(days=d)
        for hh in (0, 1, 2, 3, 23):
            clock.stop_at(clock.midnight(dd) + timedelta(hours=hh)) if clock.midnight(dd) + timedelta(hours=hh) > clock.now() else None
            town.time_passes()
            t = Screen(maya.get("/visits")); print(clock.paris(clock.now()).isoformat(), t.html.count("data-passage="), count(whole), [s.status_code for s in (maya.get("/inbox"), town.orientation_nurse.get(f"/requests/{whole}"), town.coordinator.get("/board"))])
        says(maya, whole, dd)
    o = maya.offer().id
    print(maya.post(f"/offers/{o}/handover", {"day": (day+timedelta(days=2)).isoformat(), "reason": "sick", "to": ""}).status_code)
    town.time_passes(seconds=1); print(hugo.accepts(), count(whole))

def test_appointment_dst(town, monique):
    maya = town.nurse("Maya", phone=False)
    r = town.asks(patient=monique); town.time_passes(seconds=1); assert maya.accepts() == 200
    o = maya.offer().id
    for at in ("2026-11-24T02:30", "2027-03-28T02:30", "2026-13-45", "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-25T10:00:00.000000001", "２０２６-11-25T10:00"):
        a = maya.post(f"/offers/{o}/appointment", {"sequence": "0", "mode": "home", "starts_at": at}); print(at, a.status_code)
    a = maya.post(f"/offers/{o}/appointment", {"slot": "2027-03-28T01:30:00+00:00", "sequence": "0", "mode": "home"}); print(a.status_code)
    a = maya.post(f"/offers/{o}/appointment", {"slot": "garbage", "sequence": "x", "mode": "moon"}); print(a.status_code)
    a = maya.post(f"/passages/{o}/outcome", {"state": "done"}); print(a.status_code)

def test_idor_two(town, monique):
    # request of another hospital with foreign ids in form
    other = town.requester()
    maya = town.nurse("Maya", phone=False); bad = town.nurse("Bad", km=3, phone=False)
    whole = taken_by(town, maya, patient=monique)
    w2 = taken_by(town, bad, patient=town.patient("Autre", born=date(1950,1,1)))
    o1, o2 = maya.offer().id, bad.offer().id
    p1 = passage(whole, TOMORROW).id
    print("bad", bad.post(f"/passages/{p1}/outcome", {"state": "done"}).status_code, bad.post(f"/passages/{p1}/line", {"line": "x"}).status_code, bad.post(f"/passages/{p1}/delay").status_code)
    print(other.post(f"/requests?pathway=home-care&patient={monique}", {"reason": "dressing"}).status_code, other.post(f"/patients/{monique}/circle", {}).status_code)
    ex = town.orientation_nurse.post(f"/patients/{monique}/relatives", {"name": "Lucie", "kinship": "child", "headings": ["visits"]})
    from app.relatives.models import RelatedPerson
    db.session.rollback(); rid = db.session.scalars(select(RelatedPerson.id)).one()
    auth = town.patient("Zoé", born=date(1960,1,1))
    for u in (f"/patients/{auth}/relatives/{rid}", f"/patients/{auth}/relatives/{rid}/end", f"/patients/{auth}/relatives/{rid}/trust"):
        print(u[-20:], town.orientation_nurse.post(u, {"headings": ["visits"]}).status_code)
    cid = db.session.scalars(select(Consent.id)).first()
    print(town.orientation_nurse.post(f"/patients/{auth}/consents/{cid}/withdrawal", {"how": "spoken"}).status_code)
