"""what a segment meant

Why: a saved rule has a version and forgot what it said before. Every version is kept
now, with who made it; of those that were there already the present one is all we know.
Safe under the previous code: it writes none, and a version it makes is missing here.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "segment_version",
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "rule", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_version_segment_id_segment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "segment_id", "version", name=op.f("pk_segment_version")
        ),
    )
    op.execute(
        'INSERT INTO segment_version (segment_id, version, rule, "by", changed_at) '
        "SELECT id, version, rule, 'operator', updated_at FROM segment"
    )


def downgrade() -> None:
    op.drop_table("segment_version")
