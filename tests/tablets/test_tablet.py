"""One tablet for a whole ward: who is at it, for how long, and what that person may do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Membership, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.membership import closing
from app.membership.leaving import leave
from app.tablets.models import Badge, Tablet, TabletTicket
from tests.factories.town import Town
from tests.tablets.ward import CODE, Ward, shown


def lines(event: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event).order_by(AuditEvent.id)))


def test_a_nurse_comes_in_with_her_code_and_asks_in_her_name(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    assert ward.tablet.get("/requests").location == "/tablet", "locked: nobody is there"
    assert ward.tablet.get("/").location == "/tablet", "what the icon on its home screen opens"
    assert ward.tablet.post(way_in, {"code": CODE}).location == "/"
    assert ward.tablet.get("/").location == "/requests"
    page = ward.tablet.get("/requests").text
    assert "Claire Soignante" in page
    assert "Verrouiller" in page
    assert 'http-equiv="refresh" content="320;url=/tablet"' in page, "without script the page leaves by itself"
    signed_in = lines("account.signed_in")[-1]
    assert (signed_in.actor_id, signed_in.detail) == (claire.account_id, {"means": "tablet"})


def test_at_the_tablet_she_is_a_requester_of_that_ward_and_nothing_else(ward: Ward, town: Town) -> None:
    """The coordinator is a requester of the ward too: at the tablet only the latter counts."""
    with transaction():
        wears_two_hats = Membership(
            account_id=town.coordinator.account_id, organization_id=town.emergency_id, role=Role.REQUESTER
        )
        db.session.add(wears_two_hats)
    ward.tablet.post(ward.chooses(town.coordinator), {"code": CODE})
    assert ward.tablet.get("/requests").status_code == 200
    for own in ("/account", "/proof", "/push/devices", "/board", "/members", "/badges", "/tablets"):
        assert ward.tablet.get(own).status_code == 403, own
    assert ward.tablet.post("/passkeys/options").status_code == 403
    assert ward.tablet.post("/devices/sign-out").status_code == 403
    page = ward.tablet.get("/requests").text
    assert "Moi" not in page
    assert "Supervision" not in page


def test_a_nurse_of_another_establishment_is_a_stranger_there(ward: Ward, town: Town) -> None:
    elsewhere = town.requester()
    assert elsewhere.post(f"/badges/{ward.tablet_id}").status_code == 404
    assert "Poste de soins" not in elsewhere.get("/badges").text


def test_out_after_five_minutes_without_a_touch(ward: Ward, town: Town) -> None:
    request = town.asks()
    ward.tablet.post(ward.chooses(ward.nurse("Claire")), {"code": CODE})
    for _ in range(3):
        town.time_passes(minutes=4)
        touched = ward.tablet.post("/tablet/presence")
        touched.close()  # it is noted once the answer has left
        assert touched.status_code == 204, "she reads, and touches the screen"
    town.time_passes(minutes=4)
    assert ward.tablet.get(f"/requests/{request}").status_code == 200
    town.time_passes(minutes=5)
    assert ward.tablet.get(f"/requests/{request}").location == "/tablet"
    part = ward.tablet.get(f"/requests/{request}", htmx=True)
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/tablet")


def test_the_locked_screen_shows_nurses_and_no_patient(ward: Ward, town: Town) -> None:
    town.asks()
    way_in = ward.chooses(ward.nurse("Claire"))
    ward.tablet.post(way_in, {"code": CODE})
    assert "MARCHAND" in ward.tablet.get("/requests").text
    answer = ward.tablet.post("/tablet/lock")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "MARCHAND" not in ward.tablet.get("/tablet").text
    assert "Claire Soignante" in ward.tablet.get("/tablet").text
    assert ward.tablet.get("/requests").location == "/tablet"


def test_five_wrong_codes_lock_it_whatever_comes_after(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    for left in (4, 3, 2, 1):
        answer = ward.tablet.post(way_in, {"code": "314159"})
        assert answer.status_code == 422
        assert f"Encore {left} essai" in answer.text
    ward.tablet.post(way_in, {"code": "314159"})
    answer = ward.tablet.post(way_in, {"code": CODE})
    assert answer.status_code == 422
    assert "bloqué" in answer.text
    assert [line.result for line in lines("tablet.code_locked")] == ["refused"]
    assert len(lines("tablet.code_refused")) == 4
    new = ward.chooses(claire, "161803")
    assert ward.tablet.post(new, {"code": "161803"}).location == "/"


def test_a_right_code_forgets_the_wrong_ones(ward: Ward) -> None:
    way_in = ward.chooses(ward.nurse("Claire"))
    for _ in range(2):
        for _ in range(4):
            ward.tablet.post(way_in, {"code": "314159"})
        assert ward.tablet.post(way_in, {"code": CODE}).location == "/"
        ward.locks()


def test_a_hundred_at_once_are_still_five(ward: Ward, town: Town) -> None:
    way_in = ward.chooses(ward.nurse("Claire"))
    cookie = ward.tablet.client.get_cookie("relais-tablet")
    assert cookie is not None

    def tries(code: int) -> int:
        client = town.app.test_client()
        client.set_cookie("relais-tablet", cookie.value)
        with town.app.app_context():
            return client.post(way_in, data={"code": f"{code:06d}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tries, range(400_000, 400_024)))
    assert set(answers) == {422}
    assert len(lines("tablet.code_refused")) + len(lines("tablet.code_locked")) == 5, (
        "the others were not even compared"
    )


def test_the_code_works_on_this_tablet_only(ward: Ward, town: Town) -> None:
    way_in = ward.chooses(ward.nurse("Claire"))
    assert town.stranger().get(way_in).status_code == 404
    assert town.stranger().post(way_in, {"code": CODE}).status_code == 404
    made = ward.administrator.post("/tablets", {"name": "Salle 2", "organization_id": str(town.emergency_id)})
    second = town.stranger()
    assert second.post("/tablet", {"ticket": shown(ward.administrator.get(made.location).text)}).status_code == 303
    assert second.post(way_in, {"code": CODE}).status_code == 404
    assert "Claire" not in second.get("/tablet").text


def test_a_stolen_database_does_not_hold_what_the_code_is_mixed_with(ward: Ward) -> None:
    ward.chooses(ward.nurse("Claire"))
    cookie = ward.tablet.client.get_cookie("relais-tablet")
    assert cookie is not None
    db.session.rollback()
    tablet, badge = db.session.scalars(select(Tablet)).one(), db.session.scalars(select(Badge)).one()
    assert len(cookie.value) >= 43
    assert cookie.value not in repr(vars(tablet))
    assert CODE.encode() not in badge.hash + badge.salt


def test_withdrawn_by_the_administrator_nobody_is_in_any_more(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    ward.tablet.post(way_in, {"code": CODE})
    assert "Poste de soins" in ward.administrator.get("/tablets").text
    assert ward.administrator.post(f"/tablets/{ward.tablet_id}/removal").status_code == 303
    assert ward.tablet.get("/requests").location == "/tablet"
    assert ward.tablet.post(way_in, {"code": CODE}).status_code == 404
    assert "Activer cette tablette" in ward.tablet.get("/tablet").text
    assert "Poste de soins" not in ward.administrator.get("/tablets").text
    assert [line.actor_id for line in lines("tablet.withdrawn")] == [ward.administrator.account_id]


def test_who_leaves_the_ward_is_out_at_the_next_request(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    ward.tablet.post(way_in, {"code": CODE})
    with transaction():
        db.session.delete(
            db.session.scalars(select(Membership).where(Membership.account_id == claire.account_id)).one()
        )
    assert ward.tablet.get("/requests").location == "/tablet"
    assert "Claire" not in ward.tablet.get("/tablet").text
    assert ward.tablet.post(way_in, {"code": CODE}).status_code == 404


def test_coming_back_to_the_ward_her_former_code_opens_nothing(ward: Ward, town: Town) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    with transaction():
        leave(claire.account_id, town.emergency_id, by=ward.administrator.account_id, now=clock.now())
        db.session.add(Membership(account_id=claire.account_id, organization_id=town.emergency_id, role=Role.REQUESTER))
    assert "Claire" not in ward.tablet.get("/tablet").text
    assert ward.tablet.post(way_in, {"code": CODE}).status_code == 404


def test_the_codes_of_both_screens_serve_once_and_for_ten_minutes(ward: Ward, town: Town) -> None:
    claire = ward.nurse("Claire")
    claire.post(f"/badges/{ward.tablet_id}")
    late = shown(claire.get("/badges").text)
    town.time_passes(minutes=10)
    typed = {"ticket": late, "code": CODE, "again": CODE}
    assert ward.tablet.post("/tablet/code", typed).status_code == 422
    paul = ward.nurse("Paul")
    paul.post(f"/badges/{ward.tablet_id}")
    used = shown(paul.get("/badges").text)
    assert ward.tablet.post("/tablet/code", {**typed, "ticket": used}).status_code == 303
    ward.locks()
    assert ward.tablet.post("/tablet/code", {**typed, "ticket": used}).status_code == 422
    assert ward.tablet.post("/tablet", {"ticket": used}).status_code == 422, "it chooses a code, it enrols nothing"
    assert {ticket.used_at is None for ticket in db.session.scalars(select(TabletTicket))} == {True, False}


@pytest.mark.parametrize(("code", "again"), [("12345", "12345"), ("123456", "123456"), (CODE, "271829"), ("", "")])
def test_a_code_that_will_not_do(ward: Ward, code: str, again: str) -> None:
    answer = ward.tablet.post("/tablet/code", {"ticket": "0000 0000", "code": code, "again": again})
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert "0000 0000" in answer.text, "nothing typed is lost, but for the secret"


def test_the_person_sees_the_tablet_among_her_devices_and_takes_her_code_back(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    ward.tablet.post(ward.chooses(claire), {"code": CODE})
    assert "Poste de soins" in claire.get("/account").text
    assert claire.post(f"/badges/{ward.tablet_id}/removal").status_code == 303
    assert ward.tablet.get("/requests").location == "/tablet"
    assert claire.post(f"/badges/{ward.tablet_id}/removal").status_code == 404


# From hand to hand


def test_the_next_nurse_first_reads_what_changed(ward: Ward, town: Town) -> None:
    claire, paul = ward.nurse("Claire"), ward.nurse("Paul")
    to_claire, to_paul = ward.chooses(claire), ward.chooses(paul)
    ward.tablet.post(to_claire, {"code": CODE})
    request = town.asks()
    ward.locks()
    town.time_passes(hours=2)

    ward.tablet.post(to_paul, {"code": CODE})
    for page in ("/requests", f"/requests/{request}", "/requests/new"):
        assert ward.tablet.get(page).location == "/handover"
    page = ward.tablet.get("/handover").text
    assert "La tablette était à Claire Soignante" in page
    assert "MARCHAND" in page
    assert ward.tablet.post("/handover").location == "/requests"
    assert ward.tablet.get("/requests").status_code == 200
    told = lines("tablet.handed_over")[-1]
    assert (told.actor_id, told.detail["came_from"]) == (paul.account_id, str(claire.account_id))


def test_who_leaves_without_having_read_finds_it_again(ward: Ward, town: Town) -> None:
    to_claire, to_paul = ward.chooses(ward.nurse("Claire")), ward.chooses(ward.nurse("Paul"))
    ward.tablet.post(to_claire, {"code": CODE})
    clock.advance(timedelta(minutes=1))
    town.asks()
    ward.locks()
    ward.tablet.post(to_paul, {"code": CODE})
    ward.locks()
    ward.tablet.post(to_paul, {"code": CODE})
    assert ward.tablet.get("/requests").location == "/handover"
    ward.tablet.post("/handover")
    ward.locks()
    ward.tablet.post(to_paul, {"code": CODE})
    assert ward.tablet.get("/requests").status_code == 200, "she comes back to what she knows"


def test_nothing_new_nothing_to_acknowledge(ward: Ward, town: Town) -> None:
    to_claire, to_paul = ward.chooses(ward.nurse("Claire")), ward.chooses(ward.nurse("Paul"))
    for way_in in (to_claire, to_paul, to_claire):
        ward.tablet.post(way_in, {"code": CODE})
        assert ward.tablet.get("/requests").status_code == 200
        ward.locks()
    assert ward.tablet.get("/handover").location == "/tablet"


def test_only_what_happened_since_is_news(ward: Ward, town: Town) -> None:
    claire, paul = ward.nurse("Claire"), ward.nurse("Paul")
    to_claire, to_paul = ward.chooses(claire), ward.chooses(paul)
    town.asks(patient=town.patient("Monique"))
    for way_in in (to_claire, to_paul):
        ward.tablet.post(way_in, {"code": CODE})
        ward.tablet.post("/handover")
        ward.locks()
    clock.advance(timedelta(minutes=30))
    town.asks(patient=town.patient("Odile"))
    ward.tablet.post(to_claire, {"code": CODE})
    changed, _, unchanged = ward.tablet.get("/handover").text.partition("Sans changement")
    assert "Odile" in changed
    assert "Odile" not in unchanged
    assert "Monique" in unchanged


def test_a_passkey_on_the_tablet_is_out_as_fast(ward: Ward, town: Town) -> None:
    """Whoever signs in there with all her rights must not stay there for eight hours."""
    cookie = ward.tablet.client.get_cookie("relais-tablet")
    assert cookie is not None
    town.coordinator.client.set_cookie("relais-tablet", cookie.value)
    assert town.coordinator.get("/board").status_code == 200
    town.time_passes(minutes=6)
    assert town.coordinator.get("/board").location == "/tablet"


def test_whoever_closes_her_account_is_gone_from_the_tablet(ward: Ward) -> None:
    claire = ward.nurse("Claire")
    way_in = ward.chooses(claire)
    with transaction():
        assert closing.close(claire.account_id, now=clock.now())
    assert not db.session.scalars(select(Badge).where(Badge.account_id == claire.account_id)).all()
    assert "Claire Soignante" not in ward.tablet.get("/tablet").text
    assert ward.tablet.post(way_in, {"code": CODE}).location != "/"
