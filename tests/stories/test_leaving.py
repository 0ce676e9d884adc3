"""A professional closes her account: nobody who counts on her is forgotten."""

from sqlalchemy import select

from app.accounts import closing
from app.core import clock
from app.core.db import db, transaction
from app.dispatch.models import OfferState
from app.push.models import Subscription
from tests.factories.town import Town, role_of


def test_her_patients_are_handed_over_first(town: Town) -> None:
    maya = town.nurse("Maya")
    town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    assert "Vous suivez encore un patient" in maya.get("/account/closing").text
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 409
    offer = maya.offer()
    assert offer is not None
    maya.post(f"/offers/{offer.id}/withdrawal", {"reason": "full"})
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 303
    assert maya.get("/inbox").status_code == 303


def test_what_she_was_asked_goes_to_another_at_once(town: Town) -> None:
    maya, ines = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    first = town.asks()
    town.time_passes(seconds=1)
    assert maya.offer() is not None
    assert maya.post("/account/closing", {"sure": "y"}).status_code == 303
    town.time_passes(seconds=1)
    offer = maya.offer()
    assert offer is not None and offer.state is OfferState.WITHDRAWN
    hers = ines.offer()
    assert hers is not None and hers.request_id == first
    assert ines.accepts() == 200


def test_nothing_rings_for_her_and_nothing_is_offered_any_more(town: Town) -> None:
    maya = town.nurse("Maya")
    with transaction():
        assert closing.close(maya.account_id, now=clock.now())
    assert db.session.scalars(select(Subscription)).all() == []
    assert not role_of(maya).can_sign_in
    town.asks()
    town.time_passes(seconds=1)
    assert maya.offer() is None
    assert maya.notices() == []
