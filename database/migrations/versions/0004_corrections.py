"""corrections

Why: a correction is a mailing too, so an issue may have several mailings; of the issue
itself the database still lets there be only one.
Safe under the previous code: what it writes is of the kind "issue". Once a correction
was sent it must not run any more: it would take that for the issue's mailing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

IS_THE_ISSUE = sa.text("kind = 'issue'")


def upgrade() -> None:
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(40), nullable=False, server_default="issue")
        )
        batch_op.drop_constraint("uq_mailing_issue_id", type_="unique")
    op.create_index(
        "uq_mailing_issue_id_of_issue",
        "mailing",
        ["issue_id"],
        unique=True,
        sqlite_where=IS_THE_ISSUE,
        postgresql_where=IS_THE_ISSUE,
    )
    op.create_table(
        "correction",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "variants", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_correction_issue_id_issue")
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
            name=op.f("fk_correction_mailing_id_mailing"),
        ),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_correction")),
        sa.UniqueConstraint(
            "issue_id", "number", name=op.f("uq_correction_issue_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_index("uq_mailing_issue_id_of_issue", table_name="mailing")
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_mailing_issue_id", ["issue_id"])
        batch_op.drop_column("kind")
