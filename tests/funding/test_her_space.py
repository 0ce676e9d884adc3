"""What it costs her, as she and those near her read it: from when it was shown to her, and by that heading alone."""

from uuid import UUID

from app import clock
from app.core.db import transaction
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from tests.desk.screen import words
from tests.factories.town import Person, Town
from tests.funding.test_story import counts, estimates
from tests.funding.test_story import hugo as hugo  # a case manager who may open her
from tests.patient_space.conftest import PatientPhone
from tests.relatives.conftest import Space, opens
from tests.relatives.conftest import monique as monique  # she, with a space of her own
from tests.relatives.conftest import phone as phone
from tests.relatives.conftest import space as space
from tests.relatives.conftest import town as town


def test_she_reads_what_was_shown_to_her_and_no_draft(town: Town, monique: UUID, hugo: Person, space: Space) -> None:
    draft = estimates(hugo, monique)
    counts(hugo, draft, "home-help", quantity="40", price="25")
    assert "Rien n'a été estimé avec vous" in words(space.get("/costs"))
    hugo.post(f"{draft}/state", {"to": "shown"})
    page = words(space.get("/costs"))
    assert "136,19 €" in page
    assert "Il n'est pas déduit" in page, "the tax credit is not taken off what she pays this month"
    assert "1500" not in page and "1 500" not in page, "her resources are not said again"


def test_a_relative_reads_it_by_that_heading_alone(
    town: Town, monique: UUID, hugo: Person, phone: PatientPhone, space: Space
) -> None:
    """FACTS_COORDINATION 9, check 32."""
    draft = estimates(hugo, monique)
    counts(hugo, draft, "home-help", quantity="40", price="25")
    hugo.post(f"{draft}/state", {"to": "shown"})
    with transaction():
        for name, heading in (("Lucie Marchand", "costs"), ("Paul Marchand", "visits")):
            relatives.name(monique, RelativeSaid(name, "child"), [heading], by=None, now=clock.now())
    assert "136,19 €" in words(phone.get(opens(phone, "Lucie Marchand")))
    assert "136,19 €" not in words(phone.get(opens(phone, "Paul Marchand")))
    assert "Lucie Marchand" in words(space.get("/readers")), "she reads who looked"
