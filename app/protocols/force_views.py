"""What a draft would change, tried on the past, and put in force."""

from flask import Response, request, url_for
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.directory.words import PROFESSIONS
from app.pathways import actions, drawing
from app.protocols import drafting
from app.protocols.changes import changes
from app.protocols.door import base_of, before, bp, draft_asked, home
from app.protocols.pages import ChangesPage
from app.protocols.parts import print_of
from app.simulation import replay as past

SECONDS = 4.0
"""How long somebody waits for the past to be played; what was played by then is told."""

AT_MOST = 500


@bp.get("/pathways/<slug>/draft/changes")
@role(Role.COORDINATOR)
def what_changes(slug: str) -> Response:
    return changes_page(slug)


def changes_page(slug: str, tried: past.Comparison | None = None, status: int = 200) -> Response:
    """With what is still missing, where it is no pathway yet."""
    draft, today = draft_asked(slug), before(slug)
    after = drafting.pathway_of(draft.body)
    shown = ChangesPage(
        slug=slug,
        title=drafting.draft_title(draft),
        organization=home(),
        today=today,
        changes=changes(today, after) if after else [],
        lacks=drafting.lacks(draft.body),
        stages=drawing.stages(after, PROFESSIONS) if after else [],
        base=f"{base_of(today)} {print_of(draft.body)}",
        tried=tried,
        moved=status == 409,
    )
    return page(shown, status=status)


@bp.post("/pathways/<slug>/draft/replay")
@role(Role.COORDINATOR)
@limited("replay", 6, MINUTE, of=by_account)
def try_it(slug: str) -> Response:
    """The organization's own past under what is being written. A new pathway has none."""
    after = drafting.pathway_of(draft_asked(slug).body)
    if after is None:
        return changes_page(slug, status=422)
    reasons = {reason.slug for reason in after.reasons}  # What nobody can ask for any more has no past to play.
    found = [each for each in past.past_requests(slug, [home().id], limit=AT_MOST) if each.reason in reasons]
    return changes_page(slug, past.replayed(found, after, before(slug), seconds=SECONDS))


@bp.post("/pathways/<slug>/activation")
@role(Role.COORDINATOR)
def put_in_force(slug: str) -> Response:
    """From now on new requests follow it; those under way keep theirs. What was not read is not put in force."""
    if drafting.pathway_of(draft_asked(slug).body) is None:
        return changes_page(slug, status=422)
    if not is_adopted(slug):
        return changes_page(slug, status=409)
    return see_other(url_for("protocols.one_pathway", slug=slug))


def is_adopted(slug: str) -> bool:
    """False when a colleague wrote, or put another version in force, since this was read."""
    mine, by = home().id, me().id
    try:
        with transaction():
            draft = actions.draft_to_write(slug, mine)
            after = drafting.pathway_of(draft.body) if draft else None
            read = f"{base_of(before(slug))} {print_of(draft.body)}" if draft else ""
            if after is None or request.form.get("base") != read:
                return False
            actions.adopt(after, mine, by=by, now=clock.now())
    except IntegrityError:
        return False
    return True
