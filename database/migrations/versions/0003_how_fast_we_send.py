"""how fast we send

Why: rates that hold over all workers, the limit a provider keeps to, and why a mailing
that is being sent waits.
Safe under the previous code: it does not know the tables, and the new columns of a
mailing have defaults.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("free_at", sa.Double(), nullable=False),
        sa.Column("planned_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bucket")),
    )
    op.create_table(
        "provider_limit",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("window_seconds", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_limit")),
    )
    op.create_table(
        "provider_taken",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "slot", name=op.f("pk_provider_taken")),
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("waiting", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("answers", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        for name in ("resumed_at", "answers", "waiting_since", "waiting"):
            batch_op.drop_column(name)
    for table in ("provider_taken", "provider_limit", "bucket"):
        op.drop_table(table)
