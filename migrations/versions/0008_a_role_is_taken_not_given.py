"""A role is proposed by an invitation and held from its use on; each organization speaks for its own."""

from collections.abc import Sequence

import sqlalchemy as sa
import uuid_utils.compat
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = sa.Enum(
    *("requester", "practitioner", "coordinator", "case-manager", "senior-doctor", "administrator"),
    name="role",
    native_enum=False,
    length=20,
)

# `created_at` and the like go from one row to another as they are, whatever the engine writes.
account = sa.table("account", *map(sa.column, ("email", "given_name", "family_name")), sa.column("id", sa.Uuid))
membership = sa.table(
    "membership", *(sa.column(name, sa.Uuid) for name in ("id", "account_id", "organization_id")), sa.column("role")
)
practitioner = sa.table("practitioner", sa.column("id", sa.Uuid), sa.column("account_id", sa.Uuid))
place = sa.table(
    "practitioner_role",
    *(sa.column(name, sa.Uuid) for name in ("id", "practitioner_id", "organization_id")),
    sa.column("can_sign_in", sa.Boolean),
)
sign_in = sa.table("sign_in", sa.column("account_id", sa.Uuid))
passkey = sa.table("passkey", sa.column("account_id", sa.Uuid))
invitation = sa.table(
    "invitation",
    *(sa.column(name, sa.Uuid) for name in ("id", "account_id", "organization_id", "practitioner_id")),
    *(sa.column(name, sa.Uuid) for name in ("shown_by_id", "recovery_id")),
    *map(sa.column, ("role", "email", "given_name", "family_name", "attempts")),
    *map(sa.column, ("created_at", "expires_at", "claimed_until", "sent_at", "used_at", "declined_at")),
)


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("organization_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("role", ROLES, nullable=True))
        batch.add_column(sa.Column("email", sa.String(), nullable=True))
        batch.add_column(sa.Column("given_name", sa.String(), nullable=True))
        batch.add_column(sa.Column("family_name", sa.String(), nullable=True))
        batch.add_column(sa.Column("practitioner_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("invited_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("email", "given_name", "family_name"):
        hers = sa.select(account.c[name]).where(account.c.id == invitation.c.account_id).scalar_subquery()
        op.execute(invitation.update().values({name: hers}))
    _propose_what_nobody_took()
    with op.batch_alter_table("invitation") as batch:
        for name in ("email", "given_name", "family_name"):
            batch.alter_column(name, existing_type=sa.String(), nullable=False)
        for name, table in (("organization_id", "organization"), ("practitioner_id", "practitioner")):
            batch.create_foreign_key(f"fk_invitation_{name}_{table}", table, [name], ["id"])
            batch.create_index(f"ix_invitation_{name}", [name])
        batch.create_foreign_key("fk_invitation_invited_by_id_account", "account", ["invited_by_id"], ["id"])
        batch.create_check_constraint("ck_invitation_role_has_place", "(organization_id IS NULL) = (role IS NULL)")
    _count_who_can_come_in()
    op.create_table(
        "recovery_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name="fk_recovery_word_recovery_id_recovery"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_recovery_word_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_recovery_word_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_word"),
        sa.UniqueConstraint("recovery_id", "organization_id", name="uq_recovery_word_recovery_id_organization_id"),
    )


def _nobody_came_in() -> sa.ColumnElement[bool]:
    """Invited, and nobody is this person yet: without a passkey, and never signed in."""
    invited = sa.select(invitation.c.account_id).where(invitation.c.recovery_id.is_(None))
    never = [membership.c.account_id.not_in(sa.select(each.c.account_id)) for each in (passkey, sign_in)]
    return sa.and_(membership.c.account_id.in_(invited), *never)


def _propose_what_nobody_took() -> None:
    """Roles that were given when she was invited become proposals of that invitation, for as long as it lasts."""
    bind = op.get_bind()
    held = bind.execute(sa.select(membership).where(_nobody_came_in()).order_by(membership.c.id)).all()
    for member in held:
        hers = invitation.c.account_id == member.account_id, invitation.c.recovery_id.is_(None)
        last = bind.execute(sa.select(invitation).where(*hers).order_by(invitation.c.id.desc()).limit(1)).one()
        mine = sa.select(practitioner.c.id).join(place, place.c.practitioner_id == practitioner.c.id)
        whose = bind.scalar(
            mine.where(
                practitioner.c.account_id == member.account_id, place.c.organization_id == member.organization_id
            )
        )
        proposal = {"organization_id": member.organization_id, "role": member.role, "practitioner_id": whose}
        if last.role is None:
            bind.execute(invitation.update().where(invitation.c.id == last.id).values(proposal))
        else:
            another = {**last._mapping, **proposal, "id": uuid_utils.compat.uuid7()}
            bind.execute(invitation.insert().values(another))
        bind.execute(membership.delete().where(membership.c.id == member.id))
    accounts = {member.account_id for member in held}
    for account_id in accounts:
        nobody = practitioner.update().where(practitioner.c.account_id == account_id)
        bind.execute(nobody.values(account_id=None))


def _count_who_can_come_in() -> None:
    """A place is on call when somebody holds the role of one who answers: the person anywhere (her practice may have
    moved since), for a service there."""
    answers = sa.select(membership.c.id).where(membership.c.role == "practitioner")
    there = answers.where(membership.c.organization_id == place.c.organization_id).exists()
    of_hers = practitioner.c.id == place.c.practitioner_id
    she = answers.join(practitioner, practitioner.c.account_id == membership.c.account_id).where(of_hers).exists()
    off = sa.or_(
        sa.and_(place.c.practitioner_id.is_(None), ~there), sa.and_(place.c.practitioner_id.is_not(None), ~she)
    )
    op.execute(place.update().where(place.c.can_sign_in, off).values(can_sign_in=False))


def downgrade() -> None:
    op.drop_table("recovery_word")
    _give_what_was_proposed()
    linked = sa.select(practitioner.c.id).where(practitioner.c.account_id.is_not(None))
    on = sa.or_(place.c.practitioner_id.is_(None), place.c.practitioner_id.in_(linked))
    op.execute(place.update().where(on).values(can_sign_in=True))
    with op.batch_alter_table("invitation") as batch:
        batch.drop_constraint("ck_invitation_role_has_place", type_="check")
        batch.drop_constraint("fk_invitation_invited_by_id_account", type_="foreignkey")
        batch.drop_column("invited_by_id")
        for name, table in (("organization_id", "organization"), ("practitioner_id", "practitioner")):
            batch.drop_constraint(f"fk_invitation_{name}_{table}", type_="foreignkey")
            batch.drop_index(f"ix_invitation_{name}")
        for name in ("organization_id", "role", "email", "given_name", "family_name", "practitioner_id", "declined_at"):
            batch.drop_column(name)


def _give_what_was_proposed() -> None:
    """To who never came in, as it was before; whoever did takes nothing without her word."""
    bind = op.get_bind()
    never = [invitation.c.account_id.not_in(sa.select(each.c.account_id)) for each in (passkey, sign_in)]
    open_ = invitation.c.role.is_not(None), invitation.c.used_at.is_(None), invitation.c.declined_at.is_(None)
    for each in bind.execute(sa.select(invitation).where(*open_, *never).order_by(invitation.c.id)).all():
        role = {"account_id": each.account_id, "organization_id": each.organization_id, "role": each.role}
        held = [membership.c[name] == value for name, value in role.items()]
        if bind.scalar(sa.select(membership.c.id).where(*held)) is None:
            bind.execute(membership.insert().values(id=uuid_utils.compat.uuid7(), **role))
        if each.practitioner_id:
            free = practitioner.c.id == each.practitioner_id, practitioner.c.account_id.is_(None)
            bind.execute(practitioner.update().where(*free).values(account_id=each.account_id))
