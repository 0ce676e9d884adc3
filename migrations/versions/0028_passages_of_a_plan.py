"""A plan has its passages, and may go on without an end. Whoever has a plan today has its passages from today on."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import uuid_utils.compat
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
PARIS = ZoneInfo("Europe/Paris")
CARED_FOR = ("accepted", "scheduled", "started")

PASSAGE: tuple[tuple[str, Any, bool], ...] = (
    ("id", sa.Uuid(), False),
    ("plan_id", sa.Uuid(), False),
    ("request_id", sa.Uuid(), False),
    ("role_id", sa.Uuid(), False),
    ("day", sa.Date(), False),
    ("moment", sa.String(), False),
    ("state", sa.String(40), False),
    ("say_by", MOMENT, False),
    ("held", sa.Boolean(), False),
    ("late_at", MOMENT, True),
    ("asked_at", MOMENT, True),
    ("told_at", MOMENT, True),
    ("said_at", MOMENT, True),
    ("said_by_id", sa.Uuid(), True),
    ("note", sa.Text(), True),
    ("heard", sa.JSON(), False),
)
KEYS = {
    "plan_id": "care_request",
    "request_id": "care_request",
    "role_id": "practitioner_role",
    "said_by_id": "account",
}
TABLE = sa.table("passage", *(sa.column(name, kind) for name, kind, _ in PASSAGE))
REQUEST = sa.table(
    "care_request",
    *(sa.column(name, sa.Uuid()) for name in ("id", "episode_id", "performer_id")),
    sa.column("reason", sa.String()),
    sa.column("state", sa.String()),
    sa.column("visits", sa.JSON()),
)
OFFER = sa.table("offer", sa.column("state", sa.String()), sa.column("refusal_reason", sa.String()))


def upgrade() -> None:
    with op.batch_alter_table("care_request") as table:
        table.add_column(sa.Column("rhythm", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("review_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("more_at", MOMENT, nullable=True))
        table.create_check_constraint("endless_has_review", "(rhythm IS NULL) = (review_on IS NULL)")
        table.create_index(op.f("ix_care_request_more_at"), ["more_at"])
    op.create_table(
        "passage",
        *(sa.Column(name, kind, nullable=nullable) for name, kind, nullable in PASSAGE),
        sa.CheckConstraint(
            "(state = 'planned') = (said_at IS NULL) AND (said_at IS NULL) = (said_by_id IS NULL)",
            name="said_has_author_and_time",
        ),
        sa.CheckConstraint("moment IN ('morning', 'midday', 'evening')", name="moment_of_the_day"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_passage_{name}_{table}"))
            for name, table in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
    )
    op.create_index("uq_passage_once", "passage", ["plan_id", "day", "moment"], unique=True)
    op.create_index("ix_passage_due", "passage", ["state", "say_by"])
    op.create_index("ix_passage_tour", "passage", ["role_id", "day"])
    op.create_index(op.f("ix_passage_request_id"), "passage", ["request_id"])
    op.create_table(
        "passage_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["episode_document.document_id"],
            name=op.f("fk_passage_document_document_id_episode_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passage.id"], name=op.f("fk_passage_document_passage_id_passage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_passage_document")),
    )
    op.create_index(op.f("ix_passage_document_passage_id"), "passage_document", ["passage_id"])
    passed_on = OFFER.c.state == "refused", OFFER.c.refusal_reason == "relayed"
    op.execute(OFFER.update().where(*passed_on).values(state="relayed", refusal_reason=None))
    _owe_passages()


def _owe_passages() -> None:
    rows = list(_owed(op.get_bind()))
    for n in range(0, len(rows), 1000):
        op.bulk_insert(TABLE, rows[n : n + 1000])


def _owed(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """What they owe who have taken a plan, from today on."""
    today, wholes = datetime.now(UTC).astimezone(PARIS).date(), dict[tuple[Any, str], Any]()
    for row in connection.execute(sa.select(REQUEST).order_by(REQUEST.c.id)):
        plan_id = wholes.setdefault((row.episode_id, row.reason), row.id)
        if row.state not in CARED_FOR:
            continue
        for text in row.visits:
            written, _, moment = text.partition("/")
            day = date.fromisoformat(written)
            if day >= today:
                say_by = datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC) + timedelta(hours=8)
                yield {
                    "id": uuid_utils.compat.uuid7(),
                    **{"plan_id": plan_id, "request_id": row.id, "role_id": row.performer_id},
                    **{"day": day, "moment": moment, "state": "planned", "say_by": say_by, "held": False, "heard": {}},
                }


def downgrade() -> None:
    """An offer that was passed on reads as it did: a refusal with that reason. Series without an end end with what is
    written of them."""
    op.execute(OFFER.update().where(OFFER.c.state == "relayed").values(state="refused", refusal_reason="relayed"))
    op.drop_table("passage_document")
    op.drop_table("passage")
    with op.batch_alter_table("care_request") as table:
        table.drop_index(op.f("ix_care_request_more_at"))
        table.drop_constraint("endless_has_review", type_="check")
        for name in ("rhythm", "review_on", "more_at"):
            table.drop_column(name)
