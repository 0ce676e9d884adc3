"""No screen mixes two languages, and French is set as a printer sets it: every screen of the demonstration is read, in
both, as its people find it. What they typed themselves is left out."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.accounts.models import Account, Passkey
from app.appointments.code_words import WORDS
from app.assessments.models import Assessment
from app.care_requests.models import CareRequest
from app.conversations.models import Line
from app.core.db import db
from app.demo.people import CAST
from app.demo.requests import REQUESTS
from app.directory.models import Practitioner
from app.dispatch.models import Inquiry
from app.documents.models import Document
from app.folders.models import Folder, FolderStep
from app.liaison.models import Note, SafetyNote
from app.organizations.models import Commune, Organization
from app.patients.models import EmergencyAccess, Patient
from app.plans.models import CarePlanPart
from app.stays.models import ExpectedExit
from app.tablets.models import Tablet

PERSONAS = (
    *("nurse", "doctor", "midwife", "orientation-nurse", "ward", "maternity", "coordinator", "admin", "case-manager"),
    *("senior-doctor", "clinic-ward"),
)
OF_EACH = 3
"""Pages of one address read for each person: an offer that waits, one that is hers, one that is over."""

READ_ALOUD = ("aria-label", "title", "placeholder", "alt")
SPOKEN_LATER = re.compile(r"data-(granted|denied|later|unsupported|failed|done|exists|refused|busy|away|left|hour)$")


UNREAD = ("script", "style", "textarea")
"""What stands in a field is typed, or is there to be changed."""
VOID = ("input", "img", "br", "meta", "link", "use", "path", "rect", "hr", "circle")


class Words(HTMLParser):
    """Every text of a page, as it stands: between tags, and in attributes that are said or shown. A name in another
    language says so, and is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = named["lang"]
        elif (tag in UNREAD or self._silent or named.get("lang", self.language) != self.language) and tag not in VOID:
            self._silent.append(tag)
        self.links += [value for name, value in named.items() if name in ("href", "hx-get")]
        self.texts += [value for name, value in named.items() if name in READ_ALOUD or SPOKEN_LATER.match(name)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(data)


def words_of(answer: TestResponse) -> Words:
    read = Words()
    read.feed(answer.data.decode())
    return read


def screens(app: Flask, client: FlaskClient, language: str) -> Iterator[tuple[str, Words]]:
    """Every page that these people come to by following what is on their pages, and those that need nobody."""
    for path in ("/sign-in", "/access", "/offline", "/install", "/account/closed", "/nowhere", "/demo", "/access/sent"):
        yield path, words_of(client.get(f"{path}?language={language}"))
    for persona in PERSONAS:
        root = f"/demo/as/{persona}"
        client.get(f"{root}/?language={language}")
        yield from followed(app, client, root)


def followed(app: Flask, client: FlaskClient, root: str) -> Iterator[tuple[str, Words]]:
    waiting, known, seen = [f"{root}/account", f"{root}/"], set(), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        if path in known or not (place := endpoint_of(app, path.removeprefix(root))) or seen[place] >= OF_EACH:
            continue
        known.add(path)
        seen[place] += 1
        answer = client.get(path)
        if answer.status_code in (302, 303):
            waiting.append(answer.headers["Location"])
        if answer.status_code >= 400 or answer.mimetype != "text/html":
            continue
        read = words_of(answer)
        yield path, read
        here = f"{root}/"
        waiting += [link for link in read.links if urlsplit(link).path.startswith(here)]


def endpoint_of(app: Flask, path: str) -> str:
    """Empty for what is no screen: files, streams, and what leaves the demonstration."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return ""
    left_out = ("static", "live.", "demo.", "shell.joined", "shell.service_worker", "shell.manifest")
    return "" if str(endpoint).startswith(left_out) else str(endpoint)


@pytest.fixture
def typed(demonstration: Flask, now: datetime) -> re.Pattern[str]:
    """What the people of the demonstration wrote, or how they are called."""
    with demonstration.app_context():
        found: set[str] = set()
        for model, columns in {
            Account: ("given_name", "family_name", "email"),
            Organization: ("name", "address", "full_address"),
            Practitioner: ("given_name", "family_name"),
            Patient: ("birth_name", "given_names", "name_used", "given_name_used", "address"),
            CareRequest: ("note",),
            Inquiry: ("question", "answer"),
            Line: ("text", "advice", "place"),
            Assessment: ("remark",),
            Folder: ("why",),
            FolderStep: ("about", "reason"),
            Note: ("text", "place"),
            SafetyNote: ("text",),
            ExpectedExit: ("why",),
            EmergencyAccess: ("because",),
            Document: ("name",),
            Passkey: ("name",),
            Tablet: ("name",),
        }.items():
            for row in db.session.scalars(select(model)):
                found.update(str(getattr(row, column) or "") for column in columns)
        parts = db.session.scalars(select(CarePlanPart.content))
        found.update(words for each in parts for words in json.loads(each).values())
        found.update(db.session.scalars(select(Commune.name)))
        found.update(_answers())
        db.session.remove()
    found.update(persona.does for persona in CAST.personas)
    found.update(each.cancelled_why for each in REQUESTS)
    found.update(each.upper() for each in set(found))
    longest_first = sorted((re.escape(each) for each in found if len(each) > 1), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(longest_first) + r")(?!\w)", re.IGNORECASE)


def _answers() -> Iterator[str]:
    """In words: what was chosen from a list is a slug, and stands on the screens as the pathway says it."""
    for request in db.session.scalars(select(CareRequest)):
        yield from (answer for answer in request.answers.values() if isinstance(answer, str) and " " in answer)


BADLY_SET = re.compile(r"[^\W\d_]'[^\W\d_]|\w[ ][;!?»]|«[ ]|[ ]:(?=\s|$)|\d[ ](?:h|min|km)\b")


def test_french_is_set_as_a_printer_sets_it(demonstration: Flask, now: datetime, typed: re.Pattern[str]) -> None:
    wrong = {
        text.strip()
        for path, page in screens(demonstration, demonstration.test_client(), "fr")
        for text in page.texts
        if BADLY_SET.search(typed.sub("…", text))
    }
    assert wrong == set()


FRENCH = re.compile(
    r"\w*[éèêàçùôîœ]\w*|\b(?:le|la|les|des|du|une|et|est|pas|vous|votre|vos|nous|pour|avec|sans|dans|chez|sur|qui|que|ce|cette"
    r"|aux|au|sont|ont|demande|demandes|soins|soin|heure|jours|jour|hier|demain|par|encore|aucun|aucune|personne|moi"
    r"|infirmier|patiente|visites|mes|mon|ma|voir|suivi|besoin)\b",
    re.IGNORECASE,
)
INITIALS = re.compile(r"[^\W\d_]{2}")
PROPER = re.compile(
    "|".join(
        [
            "Pro Santé Connect|France Identité|Évry|Relais|iPhone|Île|lefèvre odile|Carte Vitale",
            "Que Choisir|Côtes-d.Armor",
            *(rf"\b{word}\b" for word in WORDS),
        ]
    ),
    re.IGNORECASE,
)
"""Names that are said alike in both languages, and the two words of a card, which are drawn."""


def test_english_screens_hold_no_french(demonstration: Flask, now: datetime, typed: re.Pattern[str]) -> None:
    client, read, wrong = demonstration.test_client(), 0, {}
    for path, page in screens(demonstration, client, "en"):
        read += 1
        assert page.language in ("en", ""), path  # A part of a page has no language of its own.
        for text in page.texts:
            if not INITIALS.fullmatch(text.strip()) and (found := FRENCH.search(PROPER.sub("…", typed.sub("…", text)))):
                wrong.setdefault(text.strip(), (path, found[0]))
    assert wrong == {}
    assert read > 100, "the walk came to a few screens only"
