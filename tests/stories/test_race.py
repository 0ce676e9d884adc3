"""Fifty thumbs at the same instant: one winner, forty-nine calm answers, no error."""

import threading
from collections import Counter

import pytest
from sqlalchemy import func, select

from app.care_requests.models import State
from app.core.db import db
from app.dispatch.models import Offer, OfferState
from tests.factories.town import Town

THUMBS = 50


@pytest.mark.long
def test_fifty_simultaneous_yeses_have_one_winner(town: Town) -> None:
    nurses = [town.nurse(f"N{n}", km=0.05 * n, phone=False) for n in range(THUMBS)]
    town.asks_at_once("home-care", THUMBS)
    request = town.asks()
    town.time_passes(seconds=1)
    offers = [nurse.offer().id for nurse in nurses]
    db.session.remove()

    ready, answers = threading.Barrier(THUMBS), []

    def tap(nurse, offer) -> None:
        ready.wait()
        answers.append(nurse.post(f"/offers/{offer}/acceptance", htmx=True).status_code)

    thumbs = [threading.Thread(target=tap, args=pair) for pair in zip(nurses, offers, strict=True)]
    for thumb in thumbs:
        thumb.start()
    for thumb in thumbs:
        thumb.join()

    assert Counter(answers) == {200: 1, 409: THUMBS - 1}
    assert town.request(request).state is State.ACCEPTED
    won = select(func.count()).where(Offer.request_id == request, Offer.state == OfferState.WON)
    assert db.session.scalar(won) == 1
