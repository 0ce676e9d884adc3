"""Two who act at the same instant: the second meets what the first has done, and not what her page was made of."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from uuid import UUID

import pytest
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from app import clock
from app.accounts.models import Membership, Passkey, Role
from app.core.db import db, transaction
from app.membership import browser, closing, invitations, members, views
from app.membership.leaving import leave
from app.membership.models import Invitation
from tests.accounts.conftest import account_of, code_of, invited, row
from tests.chaos.test_deadlock import wait_until
from tests.membership.test_members import Anyone, Join, join, page_of, person

__all__ = ["join"]


def in_between(monkeypatch: pytest.MonkeyPatch, module: ModuleType, act: Callable[[], object]) -> None:
    """Once a request has passed its guard, and before its own transaction begins, `act` is done by somebody else."""
    done: list[bool] = []

    @contextmanager
    def transaction_after() -> Iterator[None]:
        if not done:
            done.append(True)
            with transaction():
                act()
        with transaction():
            yield

    monkeypatch.setattr(module, "transaction", transaction_after)


def how_many(role: Role) -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count(Membership.id)).where(Membership.role == role)).one()


def test_of_two_administrators_who_remove_each_other_one_stays(
    join: Join, practice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    anne, _bob = join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR)
    annes_id, bobs_id = account_of(person("anne")).id, account_of(person("bob")).id
    bobs_page = page_of(person("bob"), practice)
    anne.visit(bobs_page)
    in_between(monkeypatch, members, lambda: leave(annes_id, practice, by=bobs_id, now=clock.now()))
    assert anne.send(bobs_page + "/removal").status_code == 403
    assert how_many(Role.ADMINISTRATOR) == 1


def is_waited_for(pid: int | None) -> bool:
    """On a connection of its own: within one transaction PostgreSQL shows what it showed at first."""
    blocked = text("SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY (pg_blocking_pids(pid))")
    with db.engine.connect() as watcher:
        return bool(watcher.scalar(blocked, {"pid": pid}))


@contextmanager
def another_acts(act: Callable[[], object]) -> Iterator[None]:
    """While our transaction is open, until it waits for us or has ended."""
    other = threading.Thread(target=act)
    with transaction():
        yield
        db.session.flush()
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        other.start()
        wait_until(lambda: not other.is_alive() or is_waited_for(pid))
    other.join()


@pytest.fixture
def on_postgresql(app: Flask) -> Flask:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("one writer: two transactions never overlap")
    return app


def test_of_two_administrators_who_close_their_accounts_one_stays(
    join: Join, practice: UUID, on_postgresql: Flask
) -> None:
    join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR)
    annes_id, bobs_id = account_of(person("anne")).id, account_of(person("bob")).id

    def bob_closes_his() -> None:
        with on_postgresql.app_context(), transaction():
            closing.close(bobs_id, now=clock.now())

    with another_acts(bob_closes_his):
        assert closing.close(annes_id, now=clock.now())
    assert how_many(Role.ADMINISTRATOR) == 1


def test_a_role_that_was_taken_is_not_withdrawn_as_if_it_waited(
    join: Join, practice: UUID, on_postgresql: Flask
) -> None:
    """She says yes while the list of who is invited is open: nobody reads that her code opens nothing."""
    anne = join("anne", Role.ADMINISTRATOR)
    made = invited(practice, clock.now())
    anne.visit("/members")
    answers: list[int] = []
    withdrawal = f"/members/{practice}/invitations/{made}/removal"
    with another_acts(lambda: answers.append(anne.send(withdrawal).status_code)):
        invitations.use(invitations.lock_open(made, now=clock.now()), now=clock.now())
    assert answers == [404]
    assert row(made).used_at
    assert how_many(Role.PRACTITIONER) == 1


@pytest.mark.parametrize("how", ["new", "shown"])
def test_who_lost_the_right_to_give_a_role_meanwhile_gives_none(
    join: Join, practice: UUID, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    anne = join("anne", Role.ADMINISTRATOR)
    annes_id = account_of(person("anne")).id
    anne.visit("/invitations/new")
    in_between(monkeypatch, members, lambda: leave(annes_id, practice, by=annes_id, now=clock.now()))
    whom = {"email": "eve@example.org", "given_name": "Eve", "family_name": "Roy", "role": "administrator"}
    assert anne.send(f"/invitations/{how}", **whom, organization_id=str(practice)).status_code == 403
    db.session.rollback()
    assert db.session.scalar(select(Invitation).where(Invitation.email == "eve@example.org")) is None


@pytest.mark.parametrize("step", ["options", "verification"])
def test_whose_invitation_was_answered_elsewhere_meanwhile_enrols_nothing(
    visitor: Anyone, invitation: UUID, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    page, someone = f"/invitation/{invitation}", visitor()
    someone.visit(page)
    someone.send(page, code=code_of(invitation))
    someone.visit(page)
    asked = someone.ask(f"{page}/passkey/options").get_json()
    in_between(monkeypatch, views, lambda: setattr(db.session.get_one(Invitation, invitation), "used_at", clock.now()))
    answer = someone.ask(f"{page}/passkey/{step}", someone.device.create(asked) if step == "verification" else {})
    assert (answer.status_code, answer.get_json()) == (401, {"error": "refused"})
    assert db.session.scalar(select(Passkey.id)) is None


def test_what_a_lost_deadlock_undid_is_undone_in_the_cookie_too(
    join: Join, practice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that this browser gave counts for the second time as for the first."""
    anne = join("anne", Role.PRACTITIONER)
    made = invited(practice, clock.now(), person("anne"), Role.COORDINATOR)
    page = f"/invitation/{made}"
    anne.visit(page)
    assert anne.send(page, code=code_of(made)).status_code == 303
    anne.visit(page)
    forget, lost = browser.forget_invitation, []

    def forget_and_lose_once() -> None:
        forget()
        if not lost:
            lost.append(True)
            raise OperationalError("UPDATE", {}, DeadlockDetected())

    monkeypatch.setattr(browser, "forget_invitation", forget_and_lose_once)
    assert anne.send(page + "/acceptance").status_code == 303
    assert how_many(Role.COORDINATOR) == 1
