"""What she does, which languages she speaks, and who replaces her."""

from dataclasses import replace

from flask import Response, request, url_for

from app import clock
from app.accounts.guards import role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.forms import is_resumed, resumable
from app.core.htmx import page, see_other
from app.directory import actions as directory
from app.directory.models import PractitionerRole
from app.directory.queries import colleagues
from app.inbox.forms import SkillsForm
from app.inbox.mine import my_role, my_roles
from app.inbox.pages import PracticePage, RolePlace
from app.inbox.replacements import away, end_of
from app.inbox.views import bp
from app.inbox.words import skills_for
from app.relays.forms import ReplacementForm
from app.relays.queries import locums


@bp.get("/practice")
@role(Role.PRACTITIONER)
def practice() -> Response:
    return practice_page()


def practice_page(status: int = 200, wrong: ReplacementForm | None = None) -> Response:
    """`wrong`: what was typed about a replacement, with its mistakes."""
    places = [_place(role) for role in my_roles()]
    if wrong:
        places[0] = replace(places[0], replacement=wrong)  # Only a person is replaced, and she stands first.
    return page(PracticePage(places), status=status)


def _place(role: PractitionerRole) -> RolePlace:
    now = clock.now()
    others = _others(role)
    return RolePlace(
        role=role,
        skills=skills_for(role),
        away=away(role.replacement, role.replaced_until, now),
        person=role.practitioner_id is not None,
        replacement=ReplacementForm(others, clock.paris(now).date(), formdata=None) if others else None,
    )


def _others(role: PractitionerRole) -> list[PractitionerRole]:
    """Who could stand in: of her practice, and whom she names (`q`) of another."""
    if role.practitioner_id is None:
        return []
    return [*colleagues(role), *locums(role, request.values.get("q", "")[:100])]


@bp.post("/practice/skills")
@role(Role.PRACTITIONER)
def set_skills() -> Response:
    with transaction():
        mine = my_role(request.form.get("inbox", ""))
        form = SkillsForm({slug: words for group in skills_for(mine).values() for slug, words in group.items()})
        if form.validate():
            directory.say_skills(mine, form.skills.data or [])
    return practice_page(status=422) if form.errors else see_other(url_for("inbox.practice"))


@bp.post("/practice/replacement")
@role(Role.PRACTITIONER)
@resumable
def be_replaced() -> Response:
    now = clock.now()
    with transaction():
        mine = my_role(request.form.get("inbox", ""))
        others = {str(role.id): role for role in _others(mine)}
        form = ReplacementForm(list(others.values()), clock.paris(now).date())
        if form.validate() and form.until.data:
            directory.replace(mine, others[form.colleague.data], end_of(form.until.data))
    return practice_page(422, form) if form.errors or is_resumed() else see_other(url_for("inbox.practice"))


@bp.post("/practice/return")
@role(Role.PRACTITIONER)
def come_back() -> Response:
    """She is back before the day she had said."""
    with transaction():
        directory.replace(my_role(request.form.get("inbox", "")), None, None)
    return see_other(url_for("inbox.inbox" if request.form.get("from") == "inbox" else "inbox.practice"))
