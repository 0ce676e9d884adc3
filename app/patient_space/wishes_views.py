"""What she decides herself in her space: who usually cares for her, what she agrees to, whom she refuses, and what
those near her may read. Each change counts at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.appointments.models import PatientSpace
from app.audit.origin import Source, came_by
from app.circles.actions import end_usual
from app.circles.models import CareTeamMember
from app.circles.queries import circle_of, member_of
from app.circles.words import USUAL_WORDS
from app.consents.agreements import withdraw
from app.consents.models import Consent, Objection
from app.consents.objections import lift, object_to
from app.core.db import db, transaction
from app.core.htmx import Page, page, see_other
from app.core.limits import limited
from app.core.qr import qr_svg
from app.core.security import capability
from app.core.ways import public_address
from app.language.phrases import gettext as _
from app.patient_space.space_views import opened, words_again
from app.patient_space.views import bp, quiet
from app.relatives import actions, queries
from app.relatives.forms import HeadingsForm, RelativeForm
from app.relatives.models import RelatedPerson, TrustedPerson
from app.relatives.wishes import HerWishes, read_whom
from app.relatives.words import HEADINGS, KINSHIP
from app.rights import rectifying
from app.rights.copying import FORMS, copy_of, given
from app.rights.models import Rectification
from app.rights.rules import LONGEST_WORDS

HERS = "the key was made for who said the two words, and ends by itself"

NO_COOKIE = {"csrf": False}
"""A form of this door is proven by the key in its address, and no cookie is asked."""


def card_and_key(token: str, key: str) -> str:
    return f"{token} {key}"


@dataclass(frozen=True)
class CirclePageOfHers(Page):
    """Her circle, with what she can say of each. `words`: of each profession."""

    template = "patient_space/circle.html"

    token: str
    key: str
    members: list[CareTeamMember]
    words: dict[str, str]


@dataclass(frozen=True)
class WishesPageOfHers(Page):
    """`mend_wrong`: what she wrote of what is false, and what must be mended in it; at most `longest` letters."""

    template = "patient_space/wishes.html"

    token: str
    key: str
    wishes: HerWishes
    wrong: str
    asked_to_mend: list[Rectification]
    mend_wrong: tuple[str, str]
    longest: int = LONGEST_WORDS


@dataclass(frozen=True)
class RelativesPageOfHers(Page):
    template = "patient_space/relatives.html"

    token: str
    key: str
    relatives: list[RelatedPerson]
    trusted: TrustedPerson | None
    form: RelativeForm
    kinship: dict[str, str]
    headings: dict[str, str]


@dataclass(frozen=True)
class RelativePageOfHers(Page):
    """One relative: what she reads, and the link to give her."""

    template = "patient_space/relative_of_hers.html"

    token: str
    key: str
    relative: RelatedPerson
    kinship: str
    form: HeadingsForm
    address: str
    qr_svg: str


@bp.get("/s/<token>/<key>/circle")
@capability(HERS)
def circle(token: str, key: str) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    words = {profession.value: str(said) for profession, said in USUAL_WORDS.items()}
    return quiet(page(CirclePageOfHers(token, key, circle_of(hers.person_id), words)))


@bp.post("/s/<token>/<key>/circle/<uuid:member_id>/end")
@capability(HERS)
def end_carer(token: str, key: str, member_id: UUID) -> Response:
    """`Ce n'est plus elle`: she is asked first no more and finds the person no more, from now on."""

    def end(hers: PatientSpace, now: datetime) -> None:
        member = member_of(hers.person_id, member_id) or abort(404)
        end_usual(member, by=None, now=now)

    return say(token, key, end, "patient_space.circle")


@bp.get("/s/<token>/<key>/wishes")
@capability(HERS)
def wishes(token: str, key: str) -> Response:
    return wishes_page(token, key)


def wishes_page(
    token: str, key: str, wrong: str = "", mend_wrong: tuple[str, str] = ("", ""), status: int = 200
) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    shown = HerWishes.of(hers.person_id, clock.now())
    asked = list(rectifying.rectifications_of(hers.person_id, settled=True))
    return quiet(page(WishesPageOfHers(token, key, shown, wrong, asked, mend_wrong), status=status))


@bp.post("/s/<token>/<key>/consents/<uuid:consent_id>/withdrawal")
@capability(HERS)
def withdraw_consent(token: str, key: str, consent_id: UUID) -> Response:
    def take_back(hers: PatientSpace, now: datetime) -> None:
        consent = db.session.get(Consent, consent_id)
        if consent is None or consent.patient_id != hers.person_id:
            abort(404)
        withdraw(consent, how="herself", by=None, now=now)

    return say(token, key, take_back, "patient_space.wishes")


@bp.post("/s/<token>/<key>/objections")
@capability(HERS)
def refuse(token: str, key: str) -> Response:
    """`whom`: one of those whom the page offers."""
    said = request.form.get("whom", "")
    hers = opened(token, key)
    if hers and read_whom(said, HerWishes.of(hers.person_id, clock.now()).choices) is None:
        return wishes_page(token, key, _("Choisissez à qui ne plus montrer votre dossier."), status=422)

    def say_no(hers: PatientSpace, now: datetime) -> None:
        whom = read_whom(said, HerWishes.of(hers.person_id, now).choices)
        if whom:
            object_to(hers.person_id, whom, how="herself", by=None, now=now)

    return say(token, key, say_no, "patient_space.wishes")


@bp.post("/s/<token>/<key>/objections/<uuid:objection_id>/lifting")
@capability(HERS)
def lift_objection(token: str, key: str, objection_id: UUID) -> Response:
    def allow_again(hers: PatientSpace, now: datetime) -> None:
        objection = db.session.get(Objection, objection_id)
        if objection is None or objection.patient_id != hers.person_id:
            abort(404)
        lift(objection, by=None, now=now)

    return say(token, key, allow_again, "patient_space.wishes")


@bp.get("/s/<token>/<key>/relatives")
@capability(HERS)
def relatives(token: str, key: str) -> Response:
    return relatives_page(token, key, RelativeForm(formdata=None, meta=NO_COOKIE))


def relatives_page(token: str, key: str, form: RelativeForm, status: int = 200) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    shown = RelativesPageOfHers(
        token,
        key,
        list(queries.relatives_of(hers.person_id)),
        queries.trusted_by(hers.person_id),
        form,
        {name: str(words) for name, words in KINSHIP.items()},
        {heading.value: str(words) for heading, words in HEADINGS.items()},
    )
    return quiet(page(shown, status=status))


@bp.post("/s/<token>/<key>/relatives")
@capability(HERS)
def name_relative(token: str, key: str) -> Response:
    form = RelativeForm(meta=NO_COOKIE)
    if not form.validate():
        return relatives_page(token, key, form, 422)

    def name(hers: PatientSpace, now: datetime) -> None:
        actions.name(hers.person_id, form.near(), form.allowed, by=None, now=now)

    return say(token, key, name, "patient_space.relatives")


@bp.get("/s/<token>/<key>/relatives/<uuid:relative_id>")
@capability(HERS)
def relative(token: str, key: str, relative_id: UUID) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    near = queries.relative_of(hers.person_id, relative_id) or abort(404)
    address = public_address(url_for("patient_space.relative_door", token=near.token))
    form = HeadingsForm(formdata=None, headings=near.headings, meta=NO_COOKIE)
    shown = RelativePageOfHers(token, key, near, str(KINSHIP[near.kinship]), form, address, qr_svg(address))
    return quiet(page(shown))


@bp.post("/s/<token>/<key>/relatives/<uuid:relative_id>")
@capability(HERS)
def allow_relative(token: str, key: str, relative_id: UUID) -> Response:
    form = HeadingsForm(meta=NO_COOKIE)

    def allow(hers: PatientSpace, now: datetime) -> None:
        near = queries.relative_of(hers.person_id, relative_id) or abort(404)
        if form.validate():
            actions.allow(near, form.allowed, by=None, now=now)

    return say(token, key, allow, "patient_space.relatives")


@bp.post("/s/<token>/<key>/relatives/<uuid:relative_id>/end")
@capability(HERS)
def end_relative(token: str, key: str, relative_id: UUID) -> Response:
    def end(hers: PatientSpace, now: datetime) -> None:
        near = queries.relative_of(hers.person_id, relative_id, ended=True) or abort(404)
        actions.end(near, by=None, now=now)

    return say(token, key, end, "patient_space.relatives")


@bp.post("/s/<token>/<key>/rectifications")
@capability(HERS)
@limited("rectification", 20, timedelta(hours=1), of=card_and_key)
def ask_rectification(token: str, key: str) -> Response:
    """`words`: what is wrong, as she says it."""
    words = request.form.get("words", "").strip()
    if not words or len(words) > LONGEST_WORDS:
        nothing = _("Écrivez ce qui est faux, et ce qui est vrai.")
        long = _("%(most)s lettres au plus : il y en a %(number)s.", most=LONGEST_WORDS, number=len(words))
        return wishes_page(token, key, mend_wrong=(words, long if words else nothing), status=422)

    def ask(hers: PatientSpace, now: datetime) -> None:
        rectifying.ask_rectification(hers.person_id, words, now=now)

    return say(token, key, ask, "patient_space.wishes")


@bp.post("/s/<token>/<key>/copy")
@capability(HERS)
@limited("copy of a space", 10, timedelta(hours=1), of=card_and_key)
def copy(token: str, key: str) -> Response:
    """Everything that is kept of her, to take along (GDPR articles 15 and 20)."""
    came_by(Source.PATIENT_LINK)
    form, now = request.form.get("form", ""), clock.now()
    if form not in FORMS:
        abort(404)
    with transaction():
        hers = opened(token, key)
        made = copy_of(hers.person_id, form, by=None, now=now) if hers else b""
    return quiet(given(made, form)) if hers else words_again(token)


def say(token: str, key: str, verb: Callable[[PatientSpace, datetime], None], then: str) -> Response:
    """What she says, then the page where she said it."""
    came_by(Source.PATIENT_LINK)
    now = clock.now()
    with transaction():
        hers = opened(token, key)
        if hers:
            verb(hers, now)
    return quiet(see_other(url_for(then, token=token, key=key))) if hers else words_again(token)
