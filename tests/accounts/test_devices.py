"""One's devices and keys: seeing them, ending them, and proving first who one is."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import clock
from app.accounts import passkeys
from app.accounts.models import Account, Passkey, PasskeyLetter, SignIn
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.letters.models import Letter
from app.live import views as live
from app.membership.invitations import Invitee
from tests.accounts.conftest import account_of, invited, later, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import NEWS

Anyone = Callable[..., Visitor]
TABLET = {"User-Agent": "Mozilla/5.0 (Linux; Android 16) Chrome/149.0 Safari/537.36"}


@pytest.fixture
def tablet(nora: Visitor, visitor: Anyone) -> Visitor:
    """Nora, signed in on a second device with the same key."""
    other = visitor(keys=nora.device.keys)
    assert other.sign_in().status_code == 200
    return other


def sign_ins() -> list[SignIn]:
    db.session.rollback()
    return list(db.session.scalars(select(SignIn).order_by(SignIn.id)))


def letters() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter.kind).where(Letter.kind.in_(NEWS)).order_by(Letter.id)))


def lines(event_name: str) -> int | None:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.event == event_name))


def test_left_alone_for_eight_hours_it_is_signed_out(nora: Visitor) -> None:
    later(hours=7.9)
    assert nora.visit("/account", buffered=True).status_code == 200
    later(hours=3.9)
    assert nora.signed_in()
    other = nora.visit("/account", headers={"HX-Request": "true"})
    assert other.status_code == 200


def test_a_screen_that_moves_by_itself_is_nobody(nora: Visitor) -> None:
    later(hours=4)
    nora.visit("/account", headers={"HX-Request": "true"}, buffered=True)
    later(hours=4)
    assert not nora.signed_in()


def test_looking_writes_once_a_minute(nora: Visitor, app: Flask, now: datetime) -> None:
    written: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for seconds in (0, 30, 29, 1, 30):
            later(seconds=seconds)
            nora.visit("/account", buffered=True)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert sign_ins()[0].last_seen_at == now + timedelta(minutes=1)


def test_the_list_says_which_device_is_which(nora: Visitor, tablet: Visitor) -> None:
    with transaction():
        db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first().device = "Chrome sur Android"
    page = nora.visit("/account").text
    assert "Chrome sur Android" in page
    assert "Appareil inconnu" in page
    assert page.count('/sign-out"') == 3  # the other one, all others, and this one's own button


def test_ending_one_device_ends_its_next_request(nora: Visitor, tablet: Visitor) -> None:
    nora.visit("/account")
    second = sign_ins()[1]
    assert nora.send(f"/devices/{second.id}/sign-out").status_code == 303
    assert not tablet.signed_in()
    assert nora.signed_in()
    assert lines("account.device_ended") == 1


def test_ending_all_others(nora: Visitor, tablet: Visitor, visitor: Anyone) -> None:
    third = visitor(keys=nora.device.keys)
    third.sign_in()
    third.visit("/account")
    assert third.send("/devices/sign-out").status_code == 303
    assert [nora.signed_in(), tablet.signed_in(), third.signed_in()] == [False, False, True]


def test_nobody_ends_the_device_of_another(nora: Visitor, tablet: Visitor, app: Flask) -> None:
    nora.visit("/account")
    assert nora.send(f"/devices/{uuid4()}/sign-out").status_code == 404
    own = sign_ins()[0].id
    assert nora.send(f"/devices/{own}/sign-out").status_code == 404


def test_an_open_stream_ends_with_its_device(
    nora: Visitor, tablet: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.rights, "_rules", {"thing": lambda _account, _key: True})
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    stream: Iterator[bytes] = tablet.browser.get(f"/live?topics=thing-{uuid4()}").response
    assert next(stream) == live.ALIVE.encode()
    nora.visit("/account")
    nora.send("/devices/sign-out")
    rest = b"".join(stream)
    assert rest.endswith(b"event: signed-out\ndata:\n\n")


@pytest.mark.parametrize("path", ["/devices/sign-out", f"/devices/{UUID(int=1)}/sign-out", "/passkeys/options"])
def test_a_change_needs_a_passkey_shown_lately(nora: Visitor, path: str) -> None:
    later(minutes=5)
    nora.visit("/account")
    answer = nora.ask(path) if path.startswith("/passkeys") else nora.send(path)
    if path.startswith("/passkeys"):
        assert (answer.status_code, answer.get_json()) == (403, {"error": "proof", "next": "/proof"})
    else:
        assert (answer.status_code, answer.headers["Location"]) == (303, "/proof")
    assert nora.prove().get_json() == {"next": "/account"}
    nora.visit("/account")
    again = nora.ask(path) if path.startswith("/passkeys") else nora.send(path)
    assert again.headers.get("Location") != "/proof"
    assert again.status_code != 403
    assert lines("account.proven") == 1


def test_the_proof_changes_the_token(nora: Visitor, visitor: Anyone) -> None:
    cookie = nora.browser.get_cookie("relais")
    assert cookie is not None
    assert nora.prove().status_code == 200
    thief = visitor()
    thief.browser.set_cookie("relais", cookie.value)
    assert not thief.signed_in()
    assert nora.signed_in()


def test_another_person_proves_nothing_here(nora: Visitor, visitor: Anyone, practice: UUID, now: datetime) -> None:
    paul = welcome(visitor(), invited(practice, now, Invitee("paul@example.org", "Paul", "Roux")))
    later(minutes=6)
    nora.visit("/proof")
    options = nora.ask("/proof/options").get_json()
    assert len(options["allowCredentials"]) == 1
    assert nora.ask("/proof/verification", paul.device.get(options)).status_code == 422
    options = nora.ask("/proof/options").get_json()
    assert nora.ask("/sign-in/verification", nora.device.get(options)).status_code == 422


def test_a_key_is_renamed_and_removed_but_never_the_last(nora: Visitor) -> None:
    assert nora.enrol("/account").status_code == 200
    first, second = db.session.scalars(select(Passkey).order_by(Passkey.id)).all()
    ids = first.id, second.id
    nora.visit(f"/passkeys/{ids[0]}")
    assert nora.send(f"/passkeys/{ids[0]}/name", name=" ").status_code == 422
    assert nora.send(f"/passkeys/{ids[0]}/name", name="Téléphone de garde").status_code == 303
    assert "Téléphone de garde" in nora.visit("/account").text
    assert nora.send(f"/passkeys/{ids[0]}/removal").status_code == 303
    page = nora.visit(f"/passkeys/{ids[1]}").text
    assert "votre seule clé" in page
    assert "/removal" not in re.sub(r'action="[^"]*"', "", page)
    assert nora.send(f"/passkeys/{ids[1]}/removal").status_code == 409
    assert letters() == [PasskeyLetter.ADDED, PasskeyLetter.REMOVED]
    assert lines("passkey.removed") == 1


def test_two_removals_at_once_leave_one_key(nora: Visitor, app: Flask) -> None:
    nora.enrol("/account")
    me = account_of().id
    keys = db.session.scalars(select(Passkey.id)).all()
    db.session.rollback()

    def remove(passkey_id: UUID) -> bool:
        with app.app_context(), transaction():
            return passkeys.remove(db.session.get_one(Account, me), passkey_id, now=clock.now())

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(remove, keys)) == [False, True]


def test_the_keys_of_others_do_not_exist(nora: Visitor) -> None:
    nora.visit("/account")
    assert nora.visit(f"/passkeys/{uuid4()}").status_code == 404
    assert nora.send(f"/passkeys/{uuid4()}/name", name="x").status_code == 404
    assert nora.send(f"/passkeys/{uuid4()}/removal").status_code == 404


def test_a_count_that_goes_back_leaves_a_line(nora: Visitor, visitor: Anyone) -> None:
    nora.prove()
    nora.device.keys[0].count = 0
    assert visitor(keys=nora.device.keys).sign_in().status_code == 422
    db.session.rollback()
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "passkey.counted_back")).one()
    assert line.detail["claimed"] == "1"
