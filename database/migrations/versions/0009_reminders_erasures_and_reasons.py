"""reminders, erasures at the provider, and why people leave

Why: who signed up is reminded once, so a request knows whether it was. A provider is
asked to forget whom we forgot, and the address waits in a row of its own, sealed, until
it was asked. Who leaves may say why, which is counted by mailing and by nobody. Fresh
links are counted by the hash of the address, which therefore has an index.
Safe under the previous code: it reads and writes none of these.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "signup_request",
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        op.f("ix_service_mail_address_hash"), "service_mail", ["address_hash"]
    )
    op.create_table(
        "erasure",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "leaving_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
            name=op.f("fk_leaving_reason_mailing_id_mailing"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaving_reason")),
    )
    op.create_index(
        op.f("ix_leaving_reason_mailing_id"), "leaving_reason", ["mailing_id"]
    )


def downgrade() -> None:
    op.drop_table("leaving_reason")
    op.drop_table("erasure")
    op.drop_index(op.f("ix_service_mail_address_hash"), "service_mail")
    op.drop_column("signup_request", "reminded_at")
