"""whom an approval counted

Why: the plan says of every version how many readers it has now, and had when it was
approved. Approvals from before this know only the sum.
Safe under the previous code: it writes approvals without the counts, as "{}".
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "approval", sa.Column("counts", _JSON, nullable=False, server_default="{}")
    )


def downgrade() -> None:
    with op.batch_alter_table("approval") as batch_op:
        batch_op.drop_column("counts")
