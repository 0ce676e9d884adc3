"""What is owed to an address: once, in time, with the right code; refusals that are final are final, and seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.actions import NEWS_LASTS, tell
from app.accounts.models import Account, PasskeyLetter
from app.core.db import db, transaction
from app.language.typography import plain
from app.letters import actions, mail, sender
from app.letters.kinds import kind_of
from app.letters.models import Letter, LetterState
from app.letters.queries import troubles
from app.letters.rules import Medium
from app.membership import members, queries
from app.membership.invitations import Invitee, end_all, use
from app.membership.models import Invitation, MembershipLetter
from tests.accounts.conftest import account_of, invited, later
from tests.membership.mailbox import NEWS, code_of
from tests.services.mail_server import FakeMailServer

NORA = Invitee("nora.petit@example.org", "Nora", "Petit")
LEA = Invitee("lea.blanc@example.org", "Léa", "Blanc")
GONE, PASSING = "550 5.1.1 no such mailbox", "451 4.7.1 come back later"


@pytest.fixture
def invitation(practice: UUID, now: datetime) -> UUID:
    return invited(practice, now, NORA)


def letter_about(subject_id: UUID) -> Letter:
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.subject_id == subject_id)).one()


def send() -> int:
    return sender.send_mails(clock.now())


def test_the_mail_says_where_and_which_code(invitation: UUID, server: FakeMailServer, now: datetime) -> None:
    assert send() == 1
    [mail] = server.taken
    text = mail.get_content()
    assert (mail["To"], mail["From"]) == ("nora.petit@example.org", "Relais <relais@chu.fr>")
    assert f"http://localhost:8000/invitation/{invitation}" in text
    assert code_of(invitation) in text
    assert "Nora" in text
    assert "Petit" not in text
    letter = letter_about(invitation)
    assert (letter.state, letter.ended_at, letter.attempts) == (LetterState.SENT, now, 1)
    assert send() == 0


def test_no_code_stands_in_the_database(invitation: UUID) -> None:
    letter = letter_about(invitation)
    code = code_of(invitation)
    assert not any(code in str(getattr(letter, column.name)) for column in Letter.__table__.columns)


def test_two_workers_send_it_once(app: Flask, practice: UUID, now: datetime, server: FakeMailServer) -> None:
    for number in range(4):
        invited(practice, now, Invitee(f"nurse-{number}@example.org", "Nora", "Petit"))
    together = Barrier(2)

    def work() -> int:
        with app.app_context():
            together.wait()
            return send()

    with ThreadPoolExecutor() as workers:
        counts = [future.result() for future in [workers.submit(work), workers.submit(work)]]
    assert sum(counts) + send() == 4
    assert sorted(mail["To"] for mail in server.taken) == [f"nurse-{number}@example.org" for number in range(4)]


def test_a_refusal_for_good_is_final_and_keeps_nobody_else_waiting(
    invitation: UUID, practice: UUID, server: FakeMailServer, now: datetime
) -> None:
    lea = invited(practice, later(seconds=1), LEA)
    server.manners.recipients[NORA.email] = GONE
    assert send() == 2
    assert [mail["To"] for mail in server.taken] == [LEA.email]
    letter = letter_about(invitation)
    assert (letter.state, letter.trouble, letter.attempts) == (LetterState.FAILED, "recipient 550", 1)
    assert letter_about(lea).state is LetterState.SENT
    for _ in range(5):
        later(hours=4)
        assert send() == 0
    assert server.asked.count(NORA.email) == 1


def test_an_address_that_no_mail_can_bear_keeps_nobody_else_waiting(
    invitation: UUID, practice: UUID, server: FakeMailServer
) -> None:
    with transaction():
        letter_about(invitation).address = "nora@example.org\nBcc: all@example.org"
    invited(practice, later(seconds=1), LEA)
    assert send() == 2
    assert [mail["To"] for mail in server.taken] == [LEA.email]
    assert letter_about(invitation).state is LetterState.PENDING


def test_a_refusal_for_now_is_tried_again_later_each_time_until_the_code_has_ended(
    invitation: UUID, server: FakeMailServer, now: datetime
) -> None:
    server.manners.recipients[NORA.email] = PASSING
    waits = []
    while (letter := letter_about(invitation)).state is LetterState.PENDING:
        waits.append(letter.due_at - clock.now())
        clock.stop_at(letter.due_at)
        assert send() == 1
    minutes = [int(wait.total_seconds() / 60) for wait in waits]
    assert minutes[:8] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert max(minutes) == 60
    assert letter.state is LetterState.EXPIRED
    assert letter.trouble == "recipient 451"
    assert clock.now() < now + timedelta(hours=24)
    assert len(server.asked) == len(minutes)


def test_it_leaves_once_the_server_takes_it(invitation: UUID, server: FakeMailServer) -> None:
    server.manners.recipients[NORA.email] = PASSING
    send()
    server.manners.recipients.clear()
    assert send() == 0
    later(minutes=1)
    assert send() == 1
    assert len(server.taken) == 1
    assert (letter_about(invitation).state, letter_about(invitation).trouble) == (LetterState.SENT, "")


def test_a_server_that_is_away_ends_the_round(
    invitation: UUID, practice: UUID, server: FakeMailServer, now: datetime
) -> None:
    invited(practice, later(seconds=1), LEA)
    server.manners.hangs_up = "EHLO"
    assert send() == 1
    assert letter_about(invitation).trouble == "connection"


def test_what_ends_first_leaves_first(app: Flask, invitation: UUID, server: FakeMailServer) -> None:
    with transaction():
        tell(account_of(NORA), PasskeyLetter.ADDED, account_of(NORA).id, now=later(seconds=-10))
        actions.enqueue(
            MembershipLetter.ADDRESS_CODE.value, invitation, LEA.email, now=later(), expires_at=later(minutes=10)
        )
    later(minutes=-5)
    assert send() == 3
    assert [plain(mail["Subject"]) for mail in server.taken] == [
        "Relais : votre code",
        "Votre accès à Relais",
        "Relais : une clé d'accès a été ajoutée",
    ]


def test_news_is_given_up_after_days(app: Flask, invitation: UUID, server: FakeMailServer) -> None:
    with transaction():
        tell(account_of(NORA), PasskeyLetter.ADDED, account_of(NORA).id, now=clock.now())
    later(days=NEWS_LASTS.days)
    send()
    assert letter_about(account_of(NORA).id).state is LetterState.EXPIRED
    assert server.taken == []


def test_an_expired_invitation_is_not_sent(invitation: UUID, server: FakeMailServer) -> None:
    later(hours=24)
    send()
    assert server.taken == []
    assert letter_about(invitation).state is LetterState.EXPIRED


@pytest.mark.parametrize("end", ["used", "another"])
def test_nothing_leaves_once_it_opens_nothing(invitation: UUID, server: FakeMailServer, end: str) -> None:
    with transaction():
        made = db.session.get_one(Invitation, invitation)
        if end == "used":
            use(made, now=clock.now())
        else:
            end_all(made.account_id, clock.now())
    send()
    assert server.taken == []
    assert letter_about(invitation).state is LetterState.STALE


def test_nothing_leaves_once_it_was_used_after_the_claim(invitation: UUID, server: FakeMailServer) -> None:
    with transaction():
        claimed = actions.claim(Medium.EMAIL, clock.now())
    assert claimed
    with transaction():
        use(db.session.get_one(Invitation, invitation), now=clock.now())
    assert sender._carry(claimed) is None
    assert server.taken == []


def test_who_died_while_sending_is_replaced_and_settles_nothing_any_more(
    invitation: UUID, server: FakeMailServer
) -> None:
    with transaction():
        claimed = actions.claim(Medium.EMAIL, clock.now())
    assert claimed
    assert send() == 0
    later(seconds=actions.LEASE.total_seconds())
    assert send() == 1
    assert sender._carry(claimed) is None
    assert len(server.taken) == 1


def test_the_message_id_stays_the_same(invitation: UUID, server: FakeMailServer) -> None:
    server.manners.message = PASSING
    send()
    server.manners.message = ""
    later(minutes=1)
    send()
    assert server.taken[0]["Message-ID"] == f"<{letter_about(invitation).id}@localhost>"


# Seen


def test_the_inviter_sees_that_the_address_refused(
    invitation: UUID, practice: UUID, server: FakeMailServer, now: datetime
) -> None:
    assert shown(invitation) == "Invitation sur le départ"
    server.manners.recipients[NORA.email] = PASSING
    send()
    assert shown(invitation) == "L'e-mail n'est pas encore parti"
    server.manners.recipients[NORA.email] = GONE
    later(minutes=1)
    send()
    assert shown(invitation) == "L'adresse a refusé l'e-mail"
    later(hours=30)
    assert shown(invitation) == "L'adresse a refusé l'e-mail", "until somebody does something"
    again = invited(practice, clock.now(), NORA)
    assert shown(again) == "Invitation sur le départ", "a new one is on its way"


def shown(invitation_id: UUID) -> str:
    db.session.rollback()
    made = db.session.get_one(Invitation, invitation_id)
    return plain(str(members.state_of(made, queries.letters_of([made]).get(made.id))))


def test_the_operator_sees_what_was_refused_and_what_is_tried_again(
    invitation: UUID, practice: UUID, server: FakeMailServer
) -> None:
    invited(practice, later(seconds=1), LEA)
    server.manners.recipients = {NORA.email: GONE, LEA.email: PASSING}
    send()
    found = {(each.state, each.trouble, each.number) for each in troubles(clock.now())}
    assert found == {(LetterState.PENDING, "recipient 451", 1), (LetterState.FAILED, "recipient 550", 1)}


def test_every_news_has_its_words(app: Flask, invitation: UUID) -> None:
    with transaction():
        person = db.session.scalars(select(Account)).one()
        for news in NEWS:
            tell(person, news, person.id, now=clock.now())
    for letter in db.session.scalars(select(Letter).where(Letter.kind != "invitation")):
        words = kind_of(letter.kind).compose(letter, clock.now())
        assert words.text.startswith("Bonjour Nora,\n\n")
        message = mail.compose(letter.id, letter.address, words.subject, words.text, settings(app), clock.now())
        assert plain(message["Subject"]).startswith("Relais : ")


def settings(app: Flask):  # type: ignore[no-untyped-def]
    return app.config["SETTINGS"]
