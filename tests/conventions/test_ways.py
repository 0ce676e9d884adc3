"""How long the ways of the house are: `docs/ways.md` says it, file by file, and is written from what runs."""

import os
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app import clock
from app.core.db import transaction
from app.desk import asking
from app.inbox import offers
from app.messages import actions as messages
from app.messages.models import Notice
from app.push.sender import send_due
from tests.conventions.ways import FLOOR, ROOT, Way, walking
from tests.desk.screen import value
from tests.factories.town import Nurse, Person, Town

PAGE = ROOT / "docs" / "ways.md"

BEFORE = {
    "A nurse accepts": (22, 3478, 513),
    "A ward asks": (18, 2560, 526),
    "A push message is sent": (11, 1571, 468),
}
"""At commit 6636290: (files, their lines, lines of the functions that ran)."""

ONE_ENGINE = "core/sqlite.py"

INTRODUCTION = """\
What somebody has to read who follows one act from the tap (the view, behind its guards) to the committed row. Found by
running it: the files of `app/` in which a function runs, once everything that is asked for only once is known. Lines of
the whole files, and of the functions that run in them; both rounded up to the next fifty.
`tests/conventions/test_ways.py` writes this page (`WRITE_WAYS=1`) and fails when it is no longer true."""

LEFT_OUT = """\
Not counted: tables and words without a function, templates, the drawing of the answer (another way), and the floor that
every change passes and that is learnt once:"""


def accepts(town: Town) -> Way:
    """One of four who were asked, by a form of a phone; the three others are told."""
    one, *_others = [town.nurse(name) for name in ("Claire", "Inès", "Karim", "Maëlle")]
    town.asks_at_once("home-care", 4)
    for _known_by_now in range(2):
        town.asks()
        town.time_passes()
        with walking("A nurse accepts", offers.accept) as way:
            assert one.accepts() == 200
    return way


def asks(town: Town) -> Way:
    """For a patient whom the ward knows, with the fields of the form and no document."""
    for patient in (town.patient("Monique"), town.patient("Odette")):
        told = _filled(town.orientation_nurse, patient)
        with walking("A ward asks", asking.ask) as way:
            assert (
                town.orientation_nurse.post(f"/requests?pathway=home-care&patient={patient}", told).status_code == 303
            )
    return way


def _filled(nurse: Person, patient: UUID) -> dict[str, object]:
    form = nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    return {"reason": "dressing", "window": "today", "agreement": "y", "request_id": value(form, "request_id")}


def sends(town: Town) -> Way:
    """From what a room above has to say to the row that says what became of it, with one phone."""
    nurse = town.nurse("Agathe")
    town.time_passes()  # Nothing else waits to be sent.
    for _known_by_now in range(2):
        with walking("A push message is sent", messages.alert) as way:
            _alerted(nurse)
            assert send_due(clock.now()) == 1
    return way


def _alerted(nurse: Nurse) -> None:
    notice, now = Notice("Pansement", "Évry, avant 18 h", "inbox", answerable=True), clock.now()
    with transaction():
        messages.alert(nurse.account_id, uuid4(), "offer", notice, now=now, expires_at=now + timedelta(minutes=15))


def test_ways_are_as_long_as_they_are_said_to_be(town: Town) -> None:
    ways = [accepts(town), asks(town), sends(town)]
    page = "\n".join([*_page(ways), ""])
    if os.environ.get("WRITE_WAYS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "WRITE_WAYS=1 bin/test tests/conventions/test_ways.py -n0"


@pytest.mark.parametrize("kept", FLOOR)
def test_the_floor_is_there(kept: str) -> None:
    assert (ROOT / kept).exists()


def _page(ways: list[Way]) -> Iterator[str]:
    floor = sorted({file.removeprefix("app/") for way in ways for file in way.on_the_floor} - {ONE_ENGINE})
    yield "# How long the ways are"
    yield ""
    yield INTRODUCTION
    yield ""
    yield "| way | files | their lines | lines that run | 2026-11-28, before: files | their lines | lines that ran |"
    yield "|---|---|---|---|---|---|---|"
    for way in ways:
        numbers = (len(way.files), *way.lines, *BEFORE[way.name])
        yield f"| {way.name} | " + " | ".join(f"{number:,}" for number in numbers) + " |"
    yield ""
    yield f"{LEFT_OUT} {', '.join(f'`{file}`' for file in floor)}; on SQLite `{ONE_ENGINE}`."
    for way in ways:
        yield from ("", f"## {way.name}", "", way.text)
