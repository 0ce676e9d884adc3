"""Names used, births known in part, the national number, several telephones, checks; and one index to find people by.

The index is made of what the house of today finds people by: it is derived, and `relais secrets rotate` makes it again.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from alembic import op
from cryptography.fernet import InvalidToken

from app.core.sealed import Sealed
from app.core.tokens import keyed_hash, keyed_numbers
from app.identity.rules import Traits, official_date
from app.identity.searching import search_keys
from app.language.dates import PartialDate

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BATCH = 1000
KINDS = ("INS-NIR", "INS-NIA", "INS-NIR-TEST", "INS-NIR-DEMO")
STATUSES = ("PROV", "RECUP", "VALI", "QUAL")
TRAITS = ("birth_name", "given_names", "birth_date_text", "sex", "birth_place", "phone")
PATIENT = sa.table("patient", sa.column("id", sa.Uuid()), *(sa.column(name, Sealed()) for name in TRAITS))
DATED = sa.table(
    "patient", sa.column("id", sa.Uuid()), sa.column("birth_date_text", Sealed()), sa.column("birth_date_key")
)
KEY = sa.table("patient_search_key", sa.column("key", sa.BigInteger()), sa.column("patient_id", sa.Uuid()))


def _patients() -> Iterator[sa.Row[object]]:
    """Each that a key of the ring opens; of another nothing could be read either way."""
    last = None
    while True:
        ids = sa.select(PATIENT.c.id).order_by(PATIENT.c.id).limit(BATCH)
        some = op.get_bind().scalars(ids if last is None else ids.where(PATIENT.c.id > last)).all()
        if not some:
            return
        last = some[-1]
        try:
            yield from op.get_bind().execute(sa.select(PATIENT).where(PATIENT.c.id.in_(some))).all()
        except InvalidToken:
            for each in some:
                try:
                    yield op.get_bind().execute(sa.select(PATIENT).where(PATIENT.c.id == each)).one()
                except InvalidToken:
                    continue


def upgrade() -> None:
    with op.batch_alter_table("patient") as batch:
        batch.add_column(sa.Column("name_used", sa.Text(), nullable=True))
        batch.add_column(sa.Column("given_name_used", sa.Text(), nullable=True))
        batch.add_column(sa.Column("birth_rank", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("ins", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("ins_kind", sa.Enum(*KINDS, name="inskind", native_enum=False, length=40), nullable=True)
        )
        batch.add_column(
            sa.Column(
                "identity_status",
                sa.Enum(*STATUSES, name="identitystatus", native_enum=False, length=40),
                nullable=False,
                server_default="PROV",
            )
        )
        batch.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_patient_merged_into_id_patient", "patient", ["merged_into_id"], ["id"])
        batch.create_index("ix_patient_merged_into_id", ["merged_into_id"])
        batch.drop_index("ix_patient_birth_date_key")
        batch.drop_column("birth_date_key")
    op.create_table(
        "patient_telecom",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_telecom_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_telecom"),
    )
    op.create_index("ix_patient_telecom_patient_id", "patient_telecom", ["patient_id"])
    op.create_table(
        "identity_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("checked_by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_identity_check_patient_id_patient"),
        sa.ForeignKeyConstraint(["checked_by_id"], ["account.id"], name="fk_identity_check_checked_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_check"),
    )
    op.create_index("ix_identity_check_patient_id", "identity_check", ["patient_id"])
    op.create_table(
        "patient_search_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_search_key_patient_id_patient"),
        sa.PrimaryKeyConstraint("key", "patient_id", name="pk_patient_search_key"),
        sqlite_with_rowid=False,
    )
    for row in _patients():
        born = PartialDate.parse(row.birth_date_text)
        traits = Traits(row.birth_name, row.given_names, born, row.sex, row.birth_place, phones=(row.phone,))
        keys = {keyed_numbers("patient-search", key)[0] for key in search_keys(traits)}
        op.bulk_insert(KEY, [{"key": key, "patient_id": row.id} for key in keys])
    op.create_index("ix_patient_search_key_patient_id", "patient_search_key", ["patient_id"])


def downgrade() -> None:
    op.drop_table("patient_search_key")
    op.drop_table("identity_check")
    op.drop_table("patient_telecom")
    with op.batch_alter_table("patient") as batch:
        batch.add_column(sa.Column("birth_date_key", sa.String(), nullable=False, server_default=""))
        batch.create_index("ix_patient_birth_date_key", ["birth_date_key"])
        batch.drop_index("ix_patient_merged_into_id")
        batch.drop_constraint("fk_patient_merged_into_id_patient", type_="foreignkey")
        for column in ("merged_into_id", "identity_status", "ins_kind", "ins", "birth_rank"):
            batch.drop_column(column)
        batch.drop_column("given_name_used")
        batch.drop_column("name_used")
    for row in _patients():
        # The former schema knows whole dates only.
        born: date = official_date(PartialDate.parse(row.birth_date_text))
        known = {"birth_date_text": born.isoformat(), "birth_date_key": keyed_hash("birth-date", born.isoformat())}
        op.execute(DATED.update().where(DATED.c.id == row.id).values(known))
