"""One tap for each passage of a plan: done, not done and why, late; a line or a picture for who cares for the patient;
and handing the rest over to somebody else."""

from uuid import UUID

from flask import Response, abort, flash, jsonify, request, url_for
from sqlalchemy import select

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import db, transaction
from app.core.forms import is_resumed, resumable, uuid_or_none
from app.core.htmx import page, see_other, wants_part
from app.core.security import takes
from app.dispatch.models import Offer, OfferState
from app.documents.intake import ROOM, received
from app.documents.rules import WrongDocument
from app.inbox.forms import PassageLineForm
from app.inbox.mine import locked_offer_of, my_inboxes, my_offer, url_of
from app.inbox.offers import offer_page, tap_of
from app.inbox.pages import handover_of
from app.inbox.taps import wants_words
from app.inbox.views import bp
from app.inbox.visits import visits_page
from app.language.phrases import gettext as _
from app.language.phrases import kept
from app.language.words import date_words
from app.passages import actions
from app.passages.actions import Heard
from app.passages.models import Passage
from app.passages.rules import SAYABLE, PassageState
from app.passages.words import MOMENTS, STATES
from app.relays import actions as relays
from app.relays.forms import PartingForm
from app.relays.queries import last_to_come
from app.relays.words import WITHDRAWALS


def my_passage(passage_id: UUID) -> tuple[Passage, UUID]:
    """The passage, if whoever took its request is me or a service of mine; with the offer that was taken."""
    mine = Offer.recipient_id.in_(my_inboxes()), Offer.state == OfferState.WON, Passage.id == passage_id
    found = select(Passage, Offer.id).join(Offer, Offer.request_id == Passage.request_id).where(*mine)
    row = db.session.execute(found).first()
    return (row[0], row[1]) if row else abort(404)


@bp.post("/passages/<uuid:passage_id>/outcome")
@role(Role.PRACTITIONER)
def say(passage_id: UUID) -> Response:
    """`state`: done, or why not. `early=yes`: she means it, although its day has not come."""
    my_passage(passage_id)
    now, said = clock.now(), request.form.get("state", "")
    if said not in [each.value for each in SAYABLE]:
        abort(400)
    tap, early = tap_of(request.form, now), request.form.get("early") == "yes"
    with transaction():
        passage, offer_id = my_passage(passage_id)
        heard = actions.say(passage, PassageState(said), by=me(), now=now, at=tap.at, key=tap.key, early=early)
        words = _words_of(passage, heard)
    if wants_words():
        response = jsonify(answer=heard.value, state=said, fate=words, words=words)
        response.status_code = 200 if heard is Heard.SAID else 409
        return response
    return _shown(offer_id, 200 if heard is Heard.SAID else 409, words if heard is not Heard.SAID else "")


def _words_of(passage: Passage, heard: Heard) -> str:
    """What became of a tap, in words that identify nobody."""
    when = f"{date_words(passage.day, 'd MMMM')}, {MOMENTS[passage.moment]}"
    match heard:
        case Heard.SAID:
            return _("Passage du %(when)s : %(what)s.", when=when, what=STATES[passage.state])
        case Heard.EARLY:
            return _("Le passage du %(when)s n'est pas encore venu : dites-le depuis sa page.", when=when)
        case Heard.OUTDATED:
            return _("Passage du %(when)s : vous avez dit autre chose depuis. C'est cela qui compte.", when=when)
        case Heard.GONE:
            return _("Passage du %(when)s : ces soins ne sont plus à vous.", when=when)


def _shown(offer_id: UUID, status: int = 200, notice: str = "") -> Response:
    """The page on which it was said: the tour of the day (`from=visits`), or that of the patient."""
    on_tour = request.form.get("from") == "visits"
    if wants_part() or status != 200:
        return visits_page(status, notice) if on_tour else offer_page(my_offer(offer_id), status, notice=notice)
    return see_other(url_for("inbox.visits") if on_tour else url_of(offer_id))


@bp.post("/passages/<uuid:passage_id>/delay")
@role(Role.PRACTITIONER)
def be_late(passage_id: UUID) -> Response:
    with transaction():
        passage, offer_id = my_passage(passage_id)
        still = actions.be_late(passage, now=clock.now())
    return _shown(offer_id, 200 if still else 409, "" if still else _("Ce passage n'est plus à venir."))


@bp.post("/passages/<uuid:passage_id>/line")
@role(Role.PRACTITIONER)
@takes(ROOM)
@resumable
def tell_circle(passage_id: UUID) -> Response:
    """One line, pictures, or both."""
    now, form = clock.now(), PassageLineForm()
    _passage, offer_id = my_passage(passage_id)
    brought = received(by=me().id, now=now)
    wrong = " ".join(brought.wrong)
    if form.validate() and not wrong:
        try:
            with transaction():
                passage, _offer = my_passage(passage_id)
                actions.tell_circle(passage, form.line.data or "", brought.documents, by=me(), now=now)
            return see_other(url_of(offer_id))
        except WrongDocument as too_many:
            wrong = str(too_many)
    said = " ".join([wrong, *map(str, form.line.errors)]).strip()
    return offer_page(my_offer(offer_id), 422, notice=said, typed=(passage_id, form.line.data or ""))


@bp.get("/offers/<uuid:offer_id>/handover")
@role(Role.PRACTITIONER)
def handover(offer_id: UUID) -> Response:
    return handover_page(my_offer(offer_id), None)


def handover_page(offer: Offer, form: PartingForm | None, status: int = 200) -> Response:
    """The visit as it stands once it is not hers to hand over: she did so a moment ago, or somebody ended it."""
    shown = handover_of(offer, clock.now(), _typed(), form)
    return page(shown, status=status) if shown else offer_page(offer, 409)


def _typed() -> str:
    return request.values.get("q", "")[:100]


@bp.post("/offers/<uuid:offer_id>/handover")
@role(Role.PRACTITIONER)
@resumable
def hand_over(offer_id: UUID) -> Response:
    """From a day on, the rest of the plan is somebody else's: of her practice, a locum, or whom Relais finds."""
    now = clock.now()
    shown = handover_of(my_offer(offer_id), now, _typed(), None)
    if shown is None:
        return offer_page(my_offer(offer_id), 409)
    form = PartingForm([role for role, _why in shown.people], now, last_to_come(shown.offer.request))
    if is_resumed() or not form.validate() or form.day.data is None:
        return handover_page(my_offer(offer_id), form, 422)
    to = next((role for role, _why in shown.people if role.id == uuid_or_none(form.to.data)), None)
    with transaction():
        found = locked_offer_of(offer_id, me())
        left = found.state is OfferState.WON and relays.leave(
            found.request,
            form.day.data,
            by=me(),
            now=now,
            reason=kept(WITHDRAWALS[form.reason.data]),
            to=db.session.merge(to, load=False) if to else None,
        )
    if not left:
        return offer_page(my_offer(offer_id), 409)
    named = _("C'est noté. %(name)s est prévenu en premier ; sans réponse, la recherche continue.", name=form.named)
    flash(named if to else _("C'est noté. La recherche de la suite a commencé."), "success")
    return see_other(url_for("inbox.visits"))
