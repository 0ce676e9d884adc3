"""Each tap on an offer counts once, under its verb; a visit keeps the last time that a calendar may hold."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TOLD = ("answer_key", "condition", "refusal_reason", "state")
OFFER = sa.table("offer", sa.column("id", sa.Uuid()), sa.column("heard", sa.JSON()), *map(sa.column, TOLD))


def upgrade() -> None:
    with op.batch_alter_table("offer") as batch:
        batch.add_column(sa.Column("heard", sa.JSON(), nullable=True))
    op.execute(sa.text("UPDATE offer SET heard = '{}'"))
    keys = sa.select(OFFER.c.id, *(OFFER.c[name] for name in TOLD)).where(OFFER.c.answer_key.is_not(None))
    for offer_id, key, *facts in op.get_bind().execute(keys).all():
        op.execute(sa.update(OFFER).where(OFFER.c.id == offer_id).values(heard={key: _verb(*facts)}))
    with op.batch_alter_table("offer") as batch:
        batch.alter_column("heard", existing_type=sa.JSON(), nullable=False)
        batch.drop_column("answer_key")
    with op.batch_alter_table("appointment") as batch:
        batch.add_column(sa.Column("last_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE appointment SET last_starts_at = starts_at"))


def _verb(condition: str | None, refusal_reason: str | None, state: str) -> str:
    """What the tap that counted said. Of an offer that ended after its answer it was a yes: nothing follows a no."""
    if state == "refused":
        return "relay" if refusal_reason == "relayed" else "refuse"
    return f"accept {condition or ''}".rstrip()


def downgrade() -> None:
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column("last_starts_at")
    with op.batch_alter_table("offer") as batch:
        batch.add_column(sa.Column("answer_key", sa.String(), nullable=True))
    for offer_id, heard in op.get_bind().execute(sa.select(OFFER.c.id, OFFER.c.heard)).all():
        if heard:  # The latest, which is the one that the former schema knew.
            op.execute(sa.update(OFFER).where(OFFER.c.id == offer_id).values(answer_key=list(heard)[-1]))
    with op.batch_alter_table("offer") as batch:
        batch.drop_column("heard")
