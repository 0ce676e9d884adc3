from datetime import timedelta
from uuid import UUID
import pytest
from flask import Flask
from sqlalchemy import select, func
from app import clock
from app.appointments import spaces
from app.core.db import db, transaction
from app.relatives.models import RelatedPerson, LegalProtection, TrustedPerson
from app.rights.models import Rectification
from app.stays.models import LifeEvent, ExpectedExit
from app.consents.models import Consent
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.screen import Screen
from tests.passages.care import TOMORROW, TEN_DAYS, at_day, does_all, passage, taken_by
from tests.patient_space.conftest import PatientPhone
from tests.relatives.conftest import Space

@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town
@pytest.fixture
def monique(town): return town.patient()
@pytest.fixture
def phone(app): return PatientPhone(app, app.test_client())
@pytest.fixture
def space(app, town, monique, phone):
    with transaction():
        hers = spaces.space_of(monique, clock.now()); token, words = hers.token, hers.code_words
    return Space(phone, phone.post(f"/s/{token}", {"words": words}).headers["Location"])
def n(m):
    db.session.rollback(); return db.session.scalar(select(func.count()).select_from(m))
def test_handover_twice(town, monique):
    maya = town.nurse("Maya", phone=False)
    whole = taken_by(town, maya, patient=monique)
    does_all(maya, whole, TOMORROW)
    u = f"/offers/{maya.offer().id}/handover"
    for i in range(2):
        a = maya.post(u, {"day": TOMORROW.isoformat(), "reason": "sick", "to": ""}); print("HO", a.status_code, Screen(a).text[-200:])
    print("GET", maya.get(u).status_code)
def test_twice(town, monique, space):
    na = town.orientation_nurse
    for i in range(2):
        a = na.post(f"/patients/{monique}/relatives", {"name": "Lucie", "kinship": "child", "phone": "", "email": "", "headings": ["visits"]}); print(a.status_code)
    print("relatives", n(RelatedPerson))
    for i in range(2): print(space.post("/relatives", {"name": "Zoé", "kinship": "child", "phone": "", "email": "", "headings": ["visits"]}).status_code)
    print("relatives", n(RelatedPerson))
    for i in range(2): space.post("/rectifications", {"words": "faux"})
    print("rectif", n(Rectification))
    for i in range(2):
        a = na.post(f"/patients/{monique}/protections", {"kind": "tutelle", "decider_name": "Ana", "decider_phone": "", "since": "12/03/2026", "decides": ""}); print(a.status_code)
    print("prot", n(LegalProtection))
    for i in range(2):
        a = na.post(f"/patients/{monique}/move", {"commune": "91100 Corbeil", "address": "2 rue X"}); print("move", a.status_code, Screen(a).text[:0])
    print("life", n(LifeEvent))
    na.post(f"/patients/{monique}/stay", {"ward": str(town.hospital_id)})
    for i in range(2):
        a = na.post(f"/patients/{monique}/stay/exit", {"on": "2026-11-30", "why": "x"}); print("exit", a.status_code)
    print("exits", n(ExpectedExit))
    a = na.post(f"/patients/{monique}/relatives", {"name": "L"*150, "kinship": "child", "phone": "", "email": "a"*300+"@b.fr", "headings": ["visits"]}); print(a.status_code, [x for x in Screen(a).text.split("  ") if "100" in x or "long" in x][:3], "longer" in a.text, "Field" in a.text)
    import re
    i = Screen(a).text.find("Son nom"); print(Screen(a).text[i-300:i+300])
