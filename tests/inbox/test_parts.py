"""Yes, but: one tap takes a part, the rest is offered to others by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest
from app.core.db import db
from app.dispatch.models import OfferState
from tests.factories.town import Nurse, Town
from tests.inbox.plans import asked_for_ten_days
from tests.inbox.screen import Screen
from tests.inbox.test_answers import url
from tests.inbox.test_cards import read
from tests.inbox.test_taps import late


def takes(nurse: Nurse, part: str) -> int:
    return nurse.post(f"{url(nurse)}/acceptance", {"said": part}, htmx=True).status_code


def test_each_part_says_how_much_of_the_plan_it_takes(town: Town, nurse: Nurse) -> None:
    asked_for_ten_days(town)
    for path in ("/inbox", url(nurse)):
        text = read(nurse, path)
        assert "Accepter en partie" in text
        assert "Les matins seulement 10 sur 20" in text
        assert "Sauf le week-end 16 sur 20" in text
        assert "3 passages sur 4 15 sur 20" in text
        assert "À partir de demain" not in text, "all of it begins tomorrow"


def test_the_mornings_are_hers_and_the_evenings_go_on(town: Town, nurse: Nurse) -> None:
    hugo = town.nurse("Hugo", km=2)
    whole = asked_for_ten_days(town)
    assert takes(nurse, "mornings") == 200
    page = read(nurse, url(nurse))
    assert "10 passages, chaque matin, jusqu'au 4 décembre" in page
    assert "Vous avez dit : les matins seulement" in page
    assert Screen(nurse.get(url(nurse))).html.count("week__visit") == 10
    rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).one()
    town.time_passes(seconds=1)
    assert hugo.offer().request_id == rest.id
    assert "10 passages, chaque soir" in read(hugo)
    assert takes(nurse, "mornings") == 200, "the second tap is the same answer"
    assert len(town.request(whole).visits) == 10


@pytest.mark.parametrize("window", ["today", "two-days"])
def test_a_single_visit_has_no_part(town: Town, nurse: Nurse, window: str) -> None:
    town.asks(window=window)
    town.time_passes(seconds=1)
    assert "Accepter en partie" not in read(nurse, url(nurse))
    assert takes(nurse, "from-tomorrow") == 409
    assert nurse.offer().state is OfferState.OPEN, "she is not given what she did not say"
    assert takes(nurse, "nonsense") == 422


def test_a_part_said_without_signal_is_counted_as_it_was_said(town: Town, nurse: Nurse) -> None:
    whole = asked_for_ten_days(town)
    with town.app.app_context():
        headers = {"Accept": "application/json", "Idempotency-Key": "k"}
        said = {"key": "k", "age": 240, "said": "mornings"}
        answer, again = (nurse.client.post(f"{url(nurse)}/acceptance", data=said, headers=headers) for _ in range(2))
    assert answer.json is not None
    assert answer.json == again.json
    assert (answer.status_code, answer.json["answer"]) == (200, "won")
    assert len(town.request(whole).visits) == 10
    assert nurse.offer().answered_at == clock.now() - timedelta(minutes=4)
    assert late(nurse, "acceptance", key="k").status_code == 409, "she did not take the whole"


def test_a_part_that_is_none_any_more_is_said_in_words(town: Town, nurse: Nurse) -> None:
    town.asks(window="today")
    town.time_passes(seconds=1)
    with town.app.app_context():
        answer = nurse.client.post(
            f"{url(nurse)}/acceptance", data={"said": "from-tomorrow"}, headers={"Accept": "application/json"}
        )
    assert answer.status_code == 409
    assert answer.json is not None
    assert "ne peut plus être prise seule" in answer.json["words"]
