"""the monthly bundle

Why: readers choose between every issue and one mail a month. Until somebody chooses,
everybody has every issue, as before.
Safe under the previous code: it writes neither; who chose the bundle would get every
issue while it runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("frequency", sa.String(40), nullable=False, server_default="every"),
    )
    op.create_table(
        "bundle",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_bundle_mailing_id_mailing")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_bundle_list_id_mailing_list"),
        ),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("list_id", "month", name=op.f("uq_bundle_list_id_month")),
        sa.UniqueConstraint("number", name=op.f("uq_bundle_number")),
    )


def downgrade() -> None:
    op.drop_table("bundle")
    op.drop_column("subscriber", "frequency")
