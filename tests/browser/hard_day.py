"""A day that hurts, written over the demonstration: long names, twenty offers on a phone, twenty-seven lines to follow.

Whatever is drawn with short names and three offers is drawn again with these.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import select

from app import clock, create_app
from app.care_requests.opening import Need, open_request
from app.circles import actions as circles
from app.circles.models import Told, Usual
from app.config import read_settings
from app.core.db import db, transaction
from app.demo.people import CAST, identity_of
from app.demo.plot import account
from app.directory.models import Practitioner
from app.dispatch import search
from app.language.dates import PartialDate
from app.organizations.models import Organization
from app.pathways.library import pathways
from app.patients import actions as patients
from tests.conftest import close_engines

OFFERS = 20

PLACES = {
    "ed": "Service d'accueil des urgences adultes et pédiatriques",
    "evry-nurses": "Cabinet infirmier pluridisciplinaire des Aunettes et de la Butte-aux-Bergers",
}
PEOPLE = {
    "orientation-nurse": ("Marie-Bérangère", "Vandenbroucke-Desmoulins de Saint-Aubin"),
    "nurse-2": ("Maximilien-Alexandre", "Ramanantsoa-Rakotoarimanana"),
}
NAMES = [
    ("de La Rochefoucauld-Montmorency-Saint-Simon", "Marie-Antoinette Éléonore"),
    ("Ratsimandrava-Andriamanantena", "Jean-Baptiste"),
    ("Ô", "Li"),
    ("Krzyżanowska-Wojciechowska", "Małgorzata"),
    ("Benali", "Zoé"),
]
NOTE = """Pansement de jambe complexe, tous les deux jours pendant trois semaines. Code 12A45B, bâtiment des Glycines,\
 4e étage sans ascenseur, sonner deux fois, chien attaché."""
CARE = [
    (
        "dressing",
        "tomorrow-morning",
        NOTE,
    ),
    ("injection", "two-days", ""),
    ("medication", "tomorrow", "Pilulier."),
    ("blood-test", "two-days", "À jeun. Veines difficiles."),
]
ADDRESS = "Résidence Les Terrasses de la Butte-aux-Bergers, bâtiment C, 127 bis avenue du Général-de-Gaulle"


def write(data_dir: Path) -> None:
    """Into the SQLite demonstration in this folder, whose people the nurse of the phone usually cares for."""
    app = create_app(read_settings({"RELAIS_DATA": str(data_dir), "RELAIS_DEMO": "1"}))  # with the keys that lie there
    with app.app_context():
        with transaction():
            _rename()
            _ask(clock.now())
        close_engines()


def _rename() -> None:
    for key, name in PLACES.items():
        db.session.scalars(select(Organization).where(Organization.name == CAST.places[key].name)).one().name = name
    for key, (given, family) in PEOPLE.items():
        person = account(key)
        person.given_name, person.family_name = given, family
        practitioner = db.session.scalar(select(Practitioner).where(Practitioner.account_id == person.id))
        if practitioner:
            practitioner.given_name, practitioner.family_name = given, family


def _ask(now: datetime) -> None:
    """The emergency nurse, for patients of the nurse of the phone, who is asked first and alone."""
    author, usual = account("orientation-nurse"), account("nurse")
    hers = db.session.scalars(select(Practitioner).where(Practitioner.account_id == usual.id)).one()
    place = author.memberships[0].organization_id
    pathway, someone = pathways()["home-care"], identity_of(next(iter(CAST.patients)))
    days = zip(islice(cycle(NAMES), OFFERS), islice(cycle(CARE), OFFERS), range(OFFERS), strict=True)
    for (family, given), (reason, window, note), rank in days:
        identity = replace(
            someone,
            birth_name=family,
            given_names=given,
            birth_date=PartialDate.of(date(1931 + rank, 3, 1 + rank)),
            address=ADDRESS if rank % 3 == 0 else "1 rue A",
        )
        patient = patients.create(identity, organization_id=place, by=author.id, now=now)
        db.session.flush()
        circles.set_usual(patient.id, Usual.herself(hers), told=Told.NAMED, now=now)
        start, end = pathway.window(window).bounds(now)
        need = Need(pathway, reason, start, max(end, now + timedelta(hours=4)), note)
        request = open_request(need, patient, organization_id=place, by=author, now=now)
        search.advance([request], now)
