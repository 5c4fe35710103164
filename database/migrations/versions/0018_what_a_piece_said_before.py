"""what a piece said before

Why: every change of a piece is kept with who made it, and can be undone; the slug of a
double that became one with another piece still leads there.
Safe under the previous code: it keeps no versions, and the next change after it does.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "library_version",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_library_version_item_id_library_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "version", name=op.f("pk_library_version")),
    )
    op.create_table(
        "library_alias",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_library_alias_item_id_library_item"),
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_library_alias")),
    )
    op.create_index("ix_library_alias_item_id", "library_alias", ["item_id"])


def downgrade() -> None:
    op.drop_table("library_alias")
    op.drop_table("library_version")
