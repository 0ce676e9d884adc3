"""A document belongs to its patient; what it was joined to is another row's to say. Every file is kept, with its id."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILE: dict[str, sa.types.TypeEngine[object]] = {
    "name": sa.Text(),
    "media_type": sa.String(),
    "size": sa.Integer(),
    "body": sa.Text(),
    "added_by_id": sa.Uuid(),
    "at": sa.DateTime(timezone=True),
}


def _table(name: str, *ids: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in (*ids, *FILE)))


DOCUMENT, ATTACHMENT = _table("document", "id", "patient_id"), _table("attachment", "id", "episode_id")
EPISODE = sa.table("episode", sa.column("id"), sa.column("patient_id"))
JOINED = sa.table("episode_document", sa.column("document_id"), sa.column("episode_id"))


def _columns() -> list[sa.Column[object]]:
    return [sa.Column(name, kind, nullable=False) for name, kind in FILE.items()]


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        *_columns(),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_document_added_by_id_account")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_document_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_patient_id", "document", ["patient_id"])
    op.create_table(
        "episode_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_episode_document_document_id_document")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_episode_document_episode_id_episode")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_episode_document")),
    )
    op.create_index("ix_episode_document_episode_id", "episode_document", ["episode_id"])
    where = ATTACHMENT.join(EPISODE, EPISODE.c.id == ATTACHMENT.c.episode_id)
    files = sa.select(ATTACHMENT.c.id, EPISODE.c.patient_id, *(ATTACHMENT.c[name] for name in FILE)).select_from(where)
    op.execute(DOCUMENT.insert().from_select(["id", "patient_id", *FILE], files))
    joined = sa.select(ATTACHMENT.c.id, ATTACHMENT.c.episode_id)
    op.execute(JOINED.insert().from_select(["document_id", "episode_id"], joined))
    op.drop_table("attachment")


def downgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        *_columns(),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name="fk_attachment_added_by_id_account"),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_attachment_episode_id_episode"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_episode_id", "attachment", ["episode_id"])
    where = DOCUMENT.join(JOINED, JOINED.c.document_id == DOCUMENT.c.id)
    files = sa.select(DOCUMENT.c.id, JOINED.c.episode_id, *(DOCUMENT.c[name] for name in FILE)).select_from(where)
    op.execute(ATTACHMENT.insert().from_select(["id", "episode_id", *FILE], files))
    op.drop_table("episode_document")
    op.drop_table("document")
