"""A commune has several postal codes and names, and may have no position; an address keeps the code it was given with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXED = ("search_name", "postal_code", "former_code")


def upgrade() -> None:
    with op.batch_alter_table("commune") as batch:
        batch.alter_column("latitude", existing_type=sa.Float(), nullable=True)
        batch.alter_column("longitude", existing_type=sa.Float(), nullable=True)
    op.create_table(
        "locality",
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("former_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name="fk_locality_commune_code_commune"),
        sa.PrimaryKeyConstraint("commune_code", "search_name", "postal_code", "former_code", name="pk_locality"),
    )
    for column in INDEXED:
        op.create_index(f"ix_locality_{column}", "locality", [column])
    # What was known until the file is loaded again: one postal code each.
    op.execute(
        sa.text(
            "INSERT INTO locality (commune_code, search_name, postal_code, former_code, name) "
            "SELECT code, search_name, postal_code, '', name FROM commune"
        )
    )
    with op.batch_alter_table("organization") as batch:
        batch.add_column(sa.Column("postal_code", sa.String(), nullable=True))
    with op.batch_alter_table("patient") as batch:
        batch.add_column(sa.Column("postal_code", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("patient") as batch:
        batch.drop_column("postal_code")
    with op.batch_alter_table("organization") as batch:
        batch.drop_column("postal_code")
    # The former schema knows one code of a commune, and no commune without a position.
    op.execute(
        sa.text(
            "UPDATE commune SET postal_code = COALESCE((SELECT MIN(locality.postal_code) FROM locality "
            "WHERE locality.commune_code = commune.code AND locality.postal_code <> ''), '') WHERE postal_code = ''"
        )
    )
    op.drop_table("locality")
    op.execute(sa.text("UPDATE commune SET latitude = 0, longitude = 0 WHERE latitude IS NULL OR longitude IS NULL"))
    with op.batch_alter_table("commune") as batch:
        batch.alter_column("latitude", existing_type=sa.Float(), nullable=False)
        batch.alter_column("longitude", existing_type=sa.Float(), nullable=False)
