"""A place may be a usual one; whoever is in the directory is found by any word of a name; an organization has a number
of its own for a person; records of before are compared once, and who joins them may be nobody but the house."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.directory.naming import person_words, place_words

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AT_ONCE = 2000
ONE_MEMBER = "(organization_id IS NULL) <> (practitioner_id IS NULL)"
TO_COMPARE = sa.text("compared_at IS NULL")
LETTERS = sa.String().with_variant(sa.String(collation="C"), "postgresql")

ROLE = sa.table(
    "practitioner_role",
    *(sa.column("id", sa.Uuid()), sa.column("practitioner_id", sa.Uuid()), sa.column("organization_id", sa.Uuid())),
    *(sa.column("profession"), sa.column("latitude"), sa.column("longitude")),
)
PRACTITIONER = sa.table("practitioner", sa.column("id", sa.Uuid()), sa.column("given_name"), sa.column("family_name"))
ORGANIZATION = sa.table("organization", sa.column("id", sa.Uuid()), sa.column("name"))
MEMBER = sa.table("care_team_member", sa.column("practitioner_id", sa.Uuid()))
MERGE = sa.table("patient_merge", sa.column("merged_by_id", sa.Uuid()))
WORD = sa.table(
    "name_word",
    *(sa.column("role_id", sa.Uuid()), sa.column("word"), sa.column("profession")),
    *(sa.column("latitude"), sa.column("longitude")),
)


def upgrade() -> None:
    op.create_table(
        "name_word",
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("word", LETTERS, nullable=False),
        sa.Column("profession", sa.String(length=40), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["practitioner_role.id"], name="fk_name_word_role_id_practitioner_role"),
        sa.PrimaryKeyConstraint("role_id", "word", name="pk_name_word"),
        sqlite_with_rowid=False,
    )
    _fill_words()
    nearest = ["profession", "word", "latitude", "longitude", "role_id"]
    op.create_index("ix_name_word_nearest", "name_word", nearest)

    with op.batch_alter_table("care_team_member") as table:
        table.add_column(sa.Column("organization_id", sa.Uuid(), nullable=True))
        table.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=True)
        table.create_foreign_key(
            op.f("fk_care_team_member_organization_id_organization"), "organization", ["organization_id"], ["id"]
        )
        table.create_index("ix_care_team_member_organization_id", ["organization_id"])
        table.create_check_constraint(op.f("ck_care_team_member_one_member"), ONE_MEMBER)

    op.create_table(
        "local_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_local_number_patient_id_patient"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_local_number_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_local_number"),
        sa.UniqueConstraint("organization_id", "key", name="uq_local_number_organization_id_key"),
        sa.UniqueConstraint("patient_id", "organization_id", name="uq_local_number_patient_id_organization_id"),
    )
    with op.batch_alter_table("patient_merge") as table:
        table.alter_column("merged_by_id", existing_type=sa.Uuid(), nullable=True)
    op.add_column("patient", sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True))
    waiting = {"sqlite_where": TO_COMPARE, "postgresql_where": TO_COMPARE}
    op.create_index("ix_patient_to_compare", "patient", ["id"], **waiting)


def _fill_words() -> None:
    """Everybody who stands in the directory, some thousands at a time."""
    connection, last = op.get_bind(), None
    named = (
        sa.select(ROLE.c.id, ROLE.c.profession, ROLE.c.latitude, ROLE.c.longitude)
        .add_columns(PRACTITIONER.c.given_name, PRACTITIONER.c.family_name, ORGANIZATION.c.name)
        .outerjoin(PRACTITIONER, PRACTITIONER.c.id == ROLE.c.practitioner_id)
        .join(ORGANIZATION, ORGANIZATION.c.id == ROLE.c.organization_id)
        .order_by(ROLE.c.id)
        .limit(AT_ONCE)
    )
    while found := connection.execute(named if last is None else named.where(ROLE.c.id > last)).all():
        last = found[-1][0]
        rows = [
            {"role_id": role, "profession": profession, "latitude": latitude, "longitude": longitude, "word": word}
            for role, profession, latitude, longitude, given, family, place in found
            for word in sorted(person_words(given or "", family or "") | place_words(place))
        ]
        if rows:
            connection.execute(WORD.insert(), rows)


def downgrade() -> None:
    op.drop_index("ix_patient_to_compare", "patient")
    op.drop_column("patient", "compared_at")
    op.execute(MERGE.delete().where(MERGE.c.merged_by_id.is_(None)))
    with op.batch_alter_table("patient_merge") as table:
        table.alter_column("merged_by_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("local_number")
    op.execute(MEMBER.delete().where(MEMBER.c.practitioner_id.is_(None)))
    with op.batch_alter_table("care_team_member") as table:
        table.drop_constraint(op.f("ck_care_team_member_one_member"), type_="check")
        table.drop_index("ix_care_team_member_organization_id")
        table.drop_constraint(op.f("fk_care_team_member_organization_id_organization"), type_="foreignkey")
        table.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=False)
        table.drop_column("organization_id")
    op.drop_table("name_word")
