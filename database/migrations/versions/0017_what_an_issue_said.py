"""what an issue said

Why: a change to an issue overwrote what was there. Every version is kept now, with who
made it and by what; of issues that were there already the present one is all we know.
And what stays the same from issue to issue can be kept under a name.
Safe under the previous code: it writes none, and a version it makes is missing here.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "issue_version",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "blocks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "editions", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("stands_for", sa.Integer(), nullable=True),
        sa.Column("autosaved", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_issue_version_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issue_id", "version", name=op.f("pk_issue_version")),
    )
    op.execute(
        "INSERT INTO issue_version (issue_id, version, subject, preheader, language, "
        'blocks, editions, change, about, "by", autosaved, changed_at) '
        "SELECT id, version, subject, preheader, language, blocks, editions, "
        "'imported', '', 'operator', FALSE, updated_at FROM issue"
    )
    op.create_table(
        "issue_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "blocks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "editions", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_issue_template_list_id_mailing_list"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_template")),
        sa.UniqueConstraint("name", name=op.f("uq_issue_template_name")),
    )


def downgrade() -> None:
    op.drop_table("issue_template")
    op.drop_table("issue_version")
