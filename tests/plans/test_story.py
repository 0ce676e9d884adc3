"""A plan made with Monique: her words first, what she agreed to, who does what, and what was said but not done."""

from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.folders.models import Folder, FolderMember
from app.folders.rules import FolderEnding, FolderState, MemberState
from app.plans import actions as plans
from app.plans.actions import PlanAuthor
from app.plans.models import CarePlanAction, CarePlanVersion
from app.plans.rules import PartState, PlanKind
from app.stays.actions import say_died
from tests.desk.screen import value, words
from tests.factories.town import Person
from tests.plans.care import Team, in_days, written

CANARY = "Elle ne prend plus ses gouttes"


def adds(person: Person, care: Team, kind: str, *screens: dict[str, str], under: UUID | None = None) -> None:
    """Screen after screen, as they are shown."""
    sent: dict[str, object] = {"key": str(new_id()), "under": str(under or "")}
    for step, answers in enumerate(screens):
        sent |= {"step": str(step), **answers}
        answer = person.post(f"{care.url}/new/{kind}", sent)
        last = step == len(screens) - 1
        assert answer.status_code == (303 if last else 200), words(answer)


def test_her_words_come_first_and_are_kept_as_she_says_them(care: Team) -> None:
    """FACTS_COORDINATION 9, check 8."""
    nadia = care.referent
    empty = words(nadia.get(care.url))
    assert "Commencez par elle" in empty
    adds(nadia, care, "problem", {"words": CANARY}, {"domain": "medicines"})
    adds(nadia, care, "wish", {"words": "  Revoir mon jardin, <b>seule</b> "})
    shown = words(nadia.get(care.url))
    assert "« Revoir mon jardin, <b>seule</b> »" in shown
    assert shown.index("Revoir mon jardin") < shown.index(CANARY)
    paper = words(nadia.get(f"{care.url}/paper"))
    assert "« Revoir mon jardin, <b>seule</b> »" in paper
    assert CANARY not in paper  # It lies on the kitchen table.


def test_what_is_missing_is_asked_for_on_its_own_screen(care: Team) -> None:
    url, nurse = f"{care.url}/new/objective", care.nurse
    first = nurse.get(url)
    assert "Quel objectif ?" in words(first)
    key = value(first, "key")
    nothing = nurse.post(url, {"key": key, "step": "0", "words": " "})
    assert nothing.status_code == 422
    assert "Écrivez quelque chose" in words(nothing)
    second = nurse.post(url, {"key": key, "step": "0", "words": "Marcher jusqu'à la boulangerie"})
    assert (second.status_code, value(second, "words")) == (200, "Marcher jusqu'à la boulangerie")
    late = {
        "key": key,
        "step": "2",
        "words": "Marcher",
        "criterion": "Trois fois par semaine",
        "due": written(in_days(-1)),
    }
    refused = nurse.post(url, late)
    assert refused.status_code == 422
    assert "un jour qui vient" in words(refused)
    for _ in range(2):  # Sent twice, it is one.
        assert nurse.post(url, {**late, "due": written(in_days(30))}).status_code == 303
    assert words(nurse.get(care.url)).count("« Marcher »") == 1


def test_an_objective_stays_proposed_until_she_agrees_on_paper_too(care: Team) -> None:
    """FACTS_COORDINATION 9, check 9."""
    aim = care.has(PlanKind.OBJECTIVE, words="Dormir sans la lumière", criterion="Trois nuits", due=in_days(20))
    assert "proposé" in words(care.nurse.get(care.url))
    assert "Proposé. Je n'ai pas encore dit oui." in words(care.nurse.get(f"{care.url}/paper"))
    asked = care.nurse.get(f"{care.url}/parts/{aim}/states/agreed")
    assert "Comment l'a-t-elle dit ?" in words(asked)
    yes = {"seen": value(asked, "seen"), "told_how": "phone", "told_on": value(asked, "told_on")}
    assert care.nurse.post(f"{care.url}/parts/{aim}/states/agreed", yes).status_code == 303
    shown = words(care.referent.get(f"{care.url}/parts/{aim}"))
    assert "accepté par la personne" in shown
    assert "au téléphone" in shown
    assert "Claire Dupré" in shown
    assert "J'ai dit oui." in words(care.nurse.get(f"{care.url}/paper"))
    # Somebody changes what she agreed to: it is another objective.
    form = care.referent.get(f"{care.url}/parts/{aim}/words")
    changed = {"seen": value(form, "seen"), "words": "Dormir", "criterion": "Trois nuits", "due": written(in_days(20))}
    assert care.referent.post(f"{care.url}/parts/{aim}/words", changed).status_code == 303
    assert care.part(aim).state is PartState.PROPOSED
    # Who had the former words before her eyes does not agree to these.
    too_late = care.nurse.post(f"{care.url}/parts/{aim}/states/agreed", yes)
    assert too_late.status_code == 409
    assert care.part(aim).state is PartState.PROPOSED


def test_what_is_not_reached_says_why_and_stands_in_said_not_done(care: Team) -> None:
    """FACTS_COORDINATION 9, check 10."""
    aim = care.has(PlanKind.OBJECTIVE, words="Reprendre le chant", criterion="Une fois", due=in_days(5))
    url = f"{care.url}/parts/{aim}/states/not-reached"
    seen = {"seen": str(care.part(aim).version)}
    silent = care.nurse.post(url, seen)
    assert silent.status_code == 422
    assert "Dites pourquoi" in words(silent)
    assert care.nurse.post(url, {**seen, "why": "La chorale a fermé"}).status_code == 303
    said = words(care.referent.get(care.url)).split("Dit, pas fait")[1]
    assert "Reprendre le chant" in said
    assert "La chorale a fermé" in said


def test_two_who_change_one_line_see_both_and_lose_nothing(care: Team) -> None:
    aim = care.has(PlanKind.OBJECTIVE, words="Sortir", criterion="Une fois", due=in_days(5))
    url = f"{care.url}/parts/{aim}/words"
    hers, his = care.nurse.get(url), care.referent.get(url)
    due = written(in_days(5))
    first = {"seen": value(hers, "seen"), "words": "Sortir au marché", "criterion": "Une fois", "due": due}
    assert care.nurse.post(url, first).status_code == 303
    second = {"seen": value(his, "seen"), "words": "Sortir au parc", "criterion": "Deux fois", "due": due}
    both = care.referent.post(url, second)
    assert both.status_code == 409
    for each in ("Deux personnes ont écrit ici", "Sortir au marché", "Sortir au parc", "Claire Dupré", "Deux fois"):
        assert each in words(both)
    assert care.part(aim).content["words"] == "Sortir au marché"
    saved = {**second, "seen": value(both, "seen"), "words": "Sortir au marché\nSortir au parc"}
    assert care.referent.post(url, saved).status_code == 303
    history = words(care.nurse.get(f"{care.url}/versions"))
    assert "Sortir au marché Sortir au parc" in history
    assert history.count("· version ") == 3


def test_two_who_change_other_fields_do_not_meet(care: Team) -> None:
    aim = care.has(PlanKind.OBJECTIVE, words="Sortir", criterion="Une fois", due=in_days(5))
    url, due = f"{care.url}/parts/{aim}/words", written(in_days(5))
    seen = value(care.nurse.get(url), "seen")
    one = {"seen": seen, "words": "Sortir au marché", "criterion": "Une fois", "due": due}
    two = {"seen": seen, "words": "Sortir", "criterion": "Deux fois", "due": due}
    assert care.nurse.post(url, one).status_code == 303
    assert care.referent.post(url, two).status_code == 303
    assert dict(care.part(aim).content) == {"words": "Sortir au marché", "criterion": "Deux fois", "due": in_days(5)}


def test_versions_say_who_when_and_what_and_none_ever_goes(care: Team) -> None:
    wish = care.has(PlanKind.WISH, words="Rester chez moi")
    other = care.has(PlanKind.WISH, words="Garder mon chat")
    assert care.nurse.post(f"{care.url}/parts/{other}/place", {"to": "up"}).status_code == 303
    shown = words(care.nurse.get(care.url))
    assert shown.index("Garder mon chat") < shown.index("Rester chez moi")
    assert care.nurse.post(f"{care.url}/parts/{wish}/states/ended", {"seen": "1"}).status_code == 303
    assert "Rester chez moi" not in words(care.nurse.get(f"{care.url}/paper"))
    assert "Rester chez moi" in words(care.nurse.get(f"{care.url}/paper?version=2"))
    history = words(care.referent.get(f"{care.url}/versions"))
    assert history.index("ne compte plus") < history.index("déplacé") < history.index("ajouté")
    assert "Nadia Benali" in history
    assert "Claire Dupré" in history
    numbers = select(CarePlanVersion.number).order_by(CarePlanVersion.number)
    assert list(db.session.scalars(numbers)) == [1, 2, 3, 4, 5]


def test_she_agrees_to_one_version_and_later_changes_are_told_apart(care: Team) -> None:
    care.has(PlanKind.WISH, words="Rester chez moi")
    asked = care.referent.get(f"{care.url}/agreement")
    given = {"seen": value(asked, "seen"), "how": "paper", "on": value(asked, "on"), "copies": care.members["nurse"]}
    for _ in range(2):
        assert care.referent.post(f"{care.url}/agreement", given).status_code == 303
    shown = words(care.nurse.get(care.url))
    assert "sur papier signé, noté par Nadia Benali" in shown
    assert "Copies : Claire Dupré" in shown
    assert "depuis" not in shown.split("Son accord")[1].split("Dit, pas fait")[0]
    care.has(PlanKind.WISH, words="Revoir ma sœur")
    assert "1 changement depuis" in words(care.nurse.get(care.url))
    care.town.time_passes(seconds=1)
    assert care.nurse.notices()[-1]["notification"]["title"] == "Un plan de coordination est à lire"


def test_silence_is_not_a_yes_and_what_is_late_climbs(care: Team) -> None:
    """FACTS_COORDINATION 9, check 11: the owner, then the référent."""
    care.nurse.town.time_passes(seconds=1)
    action = care.has(PlanKind.ACTION, words="Préparer le pilulier", owner=care.owner("nurse"), due=in_days(6))
    care.town.time_passes(seconds=1)
    notice = care.nurse.notices()[-1]
    assert notice["notification"]["title"] == "Une action vous est confiée"
    assert "pilulier" not in str(care.nurse.notices())
    assert "sans réponse" in words(care.referent.get(care.url))
    care.town.time_passes(days=3)
    assert said_of(action, care) == ["silent"]
    page = care.nurse.get(f"/plans/actions/{action}")
    assert "J'accepte" in words(page)
    assert care.nurse.post(f"/plans/actions/{action}/answer", {"answer": "accepted"}).status_code == 303
    care.town.time_passes(days=4)
    assert said_of(action, care) == ["silent", "late"]
    assert care.nurse.notices()[-1]["notification"]["title"] == "Une action est en retard"
    assert "en retard" in words(care.referent.get(care.url))
    care.town.time_passes(days=2)
    assert said_of(action, care) == ["silent", "late", "climbed"]
    care.town.time_passes(days=30)
    assert said_of(action, care) == ["silent", "late", "climbed"]
    assert care.nurse.post(f"/plans/actions/{action}/answer", {"answer": "done"}).status_code == 303
    assert "en retard" not in words(care.referent.get(care.url))


def said_of(action: UUID, care: Team) -> list[str]:
    db.session.rollback()
    return db.session.get_one(CarePlanAction, action, populate_existing=True).said


def test_nobody_accepts_what_was_changed_since_she_read_it(care: Team) -> None:
    action = care.has(PlanKind.ACTION, words="Préparer le pilulier", owner=care.owner("nurse"), due=in_days(6))
    own = f"/plans/actions/{action}"
    seen = value(care.nurse.get(own), "seen")
    with transaction():
        said = {"words": "Préparer le pilulier, matin et soir", "owner": care.owner("nurse"), "due": in_days(2)}
        by = PlanAuthor(care.referent.account)
        assert plans.change(care.folder, action, int(seen), said, by=by, now=clock.now()) is None
    late = care.nurse.post(f"{own}/answer", {"answer": "accepted", "seen": seen})
    assert late.status_code == 409
    assert "matin et soir" in words(late)
    assert care.nurse.post(f"{own}/answer", {"answer": "accepted", "seen": value(late, "seen")}).status_code == 303


def test_who_refuses_says_so_in_one_tap_and_the_referent_hears_it(care: Team) -> None:
    action = care.has(PlanKind.ACTION, words="Porter les repas", owner=care.owner("helper"), due=in_days(3))
    assert care.helper.post(f"/plans/actions/{action}/answer", {"answer": "refused"}).status_code == 303
    assert "refusée, à confier" in words(care.referent.get(care.url))
    assert care.helper.post(f"/plans/actions/{action}/answer", {"answer": "not-done"}).status_code == 422
    over = {"answer": "not-done", "why": "Plus personne ce jour-là"}
    assert care.helper.post(f"/plans/actions/{action}/answer", over).status_code == 303
    assert "Plus personne ce jour-là" in words(care.referent.get(care.url)).split("Dit, pas fait")[1]


def test_a_home_help_reads_her_own_task_and_nothing_else(care: Team) -> None:
    """FACTS_COORDINATION 9, check 35."""
    care.has(PlanKind.PROBLEM, words=CANARY, domain="medicines")
    aim = care.has(PlanKind.OBJECTIVE, words="Voir clair", criterion="Elle lit", due=in_days(20))
    task = care.has(PlanKind.ACTION, under=aim, words="Porter les repas", owner=care.owner("helper"), due=in_days(3))
    other = care.has(PlanKind.ACTION, under=aim, words="Mettre les gouttes", owner=care.owner("nurse"), due=in_days(3))
    own, mine = care.helper.get(f"/plans/actions/{task}"), care.helper.get("/plans/actions")
    for page in (own, mine):
        assert "Porter les repas" in words(page)
        for never in (CANARY, "Voir clair", "Mettre les gouttes"):
            assert never not in page.text
    for url in ("", "/paper", "/versions", f"/parts/{aim}", "/new/wish", f"/parts/{aim}/words", "/agreement"):
        assert care.helper.get(care.url + url).status_code == 404, url
    assert care.helper.get(f"/plans/actions/{other}").status_code == 404
    assert care.helper.post(f"/plans/actions/{other}/answer", {"answer": "done"}).status_code == 404
    assert care.part(other).state is PartState.PROPOSED


def test_an_action_that_is_a_care_request_has_its_state(care: Team) -> None:
    action = care.has(PlanKind.ACTION, words="Une infirmière chaque jour", owner=care.owner("referent"), due=in_days(3))
    assert "Aucune demande" in words(care.referent.get(f"{care.url}/parts/{action}/request"))
    request_id = care.town.asks(patient=care.patient)
    choose = f"{care.url}/parts/{action}/request"
    assert care.referent.post(choose, {"request": str(new_id())}).status_code == 404
    assert care.referent.post(choose, {"request": str(request_id)}).status_code == 303
    assert "Recherche en cours" in words(care.referent.get(care.url))
    with transaction():
        performer = care.nurse.role_id
        over = {"state": State.DONE, "next_move_at": None, "performer_id": performer}
        db.session.execute(update(CareRequest).where(CareRequest.id == request_id).values(**over))
    shown = words(care.referent.get(care.url))
    assert "Terminée" in shown
    assert "faite" in shown
    care.town.time_passes(days=10)
    assert said_of(action, care) == []


def test_what_comes_again_is_due_again(care: Team) -> None:
    action = care.has(
        PlanKind.ACTION, by=care.nurse, words="Peser", owner=care.owner("nurse"), due=in_days(2), every="week"
    )
    assert care.part(action).state is PartState.ACCEPTED  # Who gives herself something to do has accepted it.
    assert care.nurse.post(f"/plans/actions/{action}/answer", {"answer": "done"}).status_code == 303
    assert care.part(action).content["due"] == in_days(9)
    assert care.part(action).state is PartState.ACCEPTED


@pytest.mark.parametrize("ends", ["closed", "objected", "died", "frozen"])
def test_nothing_is_written_any_more(care: Team, ends: str) -> None:
    wish = care.has(PlanKind.WISH, words="Rester chez moi")
    now, by = clock.now(), care.referent.account
    with transaction():
        if ends == "died":
            say_died(care.patient, clock.paris(now).date(), by=by, now=now)
        elif ends == "frozen":
            object_to(care.patient, Whom(Refusing.NEW_USE), how="spoken", by=by.id, now=now)
        else:
            state, ending = FolderState(ends), FolderEnding.GOALS if ends == "closed" else None
            over = update(Folder).where(Folder.id == care.folder)
            db.session.execute(over.values(state=state, ending=ending, ended_at=now))
    sent = {"key": str(new_id()), "step": "0", "words": "Encore"}
    assert care.referent.post(f"{care.url}/new/wish", sent).status_code == 409
    assert care.referent.post(f"{care.url}/parts/{wish}/states/ended", {"seen": "1"}).status_code == 409
    assert "Rester chez moi" in words(care.referent.get(f"{care.url}/parts/{wish}"))


def test_who_has_left_or_is_refused_reads_and_does_nothing(care: Team) -> None:
    wish = care.has(PlanKind.WISH, words="Rester chez moi")
    action = care.has(PlanKind.ACTION, words="Peser", owner=care.owner("nurse"), due=in_days(3))
    assert care.nurse.get(care.url).status_code == 200
    with transaction():
        object_to(
            care.patient,
            Whom(Refusing.SOMEBODY, account_id=care.nurse.account_id),
            how="spoken",
            by=care.referent.account_id,
            now=clock.now(),
        )
    for url in (care.url, f"{care.url}/parts/{wish}", f"/plans/actions/{action}"):
        assert care.nurse.get(url).status_code == 404
    assert care.nurse.post(f"/plans/actions/{action}/answer", {"answer": "accepted"}).status_code == 404
    assert "Peser" not in words(care.nurse.get("/plans/actions"))
    colleague = care.town._person("Lise", "Roche", Role.REQUESTER, care.town.emergency_id)
    assert colleague.get(care.url).status_code == 200  # It was opened where she works.
    assert care.town.requester().get(care.url).status_code == 404


def test_an_owner_who_left_the_team_owns_nothing(care: Team) -> None:
    action = care.has(PlanKind.ACTION, words="Porter les repas", owner=care.owner("helper"), due=in_days(3))
    with transaction():
        gone = update(FolderMember).where(FolderMember.id == care.members["helper"])
        db.session.execute(gone.values(state=MemberState.LEFT, left_at=clock.now()))
    assert care.helper.get(f"/plans/actions/{action}").status_code == 404
    care.town.time_passes(days=4)
    assert said_of(action, care) == ["silent", "late"]


def test_every_reading_and_every_word_is_written_down(care: Team) -> None:
    care.has(PlanKind.WISH, words="Rester chez moi")
    care.nurse.get(care.url)
    events = select(AuditEvent.event, func.count()).where(AuditEvent.patient_id == care.patient)
    lines = {row[0]: row[1] for row in db.session.execute(events.group_by(AuditEvent.event))}
    assert lines["care_plan.changed"] == 1
    assert lines["patient.read"] == 1
    assert "Rester" not in str([each.detail for each in db.session.scalars(select(AuditEvent))])
