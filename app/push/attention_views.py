"""A person's own page of when Relais may disturb her."""

from flask import Response, flash, url_for

from app.accounts.guards import me, signed_in
from app.core import clock
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.push import budget, queries
from app.push.forms import AttentionForm
from app.push.views import bp

__all__ = ["bp"]


@bp.get("/attention")
@signed_in
def attention() -> Response:
    return _shown(AttentionForm.of(budget.wishes_of(me().id)))


@bp.post("/attention")
@signed_in
@resumable
def set_attention() -> Response:
    form = AttentionForm()
    if not form.validate():
        return _shown(form, status=422)
    with transaction():
        budget.wish(me().id, form.wishes, clock.now())
    flash("C'est noté. Ce qui est urgent sonne toujours.", "success")
    return see_other(url_for("push.attention"))


def _shown(form: AttentionForm, status: int = 200) -> Response:
    usefulness = queries.usefulness(me().id, clock.now())
    return page("push/attention.html", status=status, form=form, usefulness=usefulness)
