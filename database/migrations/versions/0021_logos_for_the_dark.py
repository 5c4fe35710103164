"""logos for the dark

Why: a logo drawn for white paper is hard to see on a dark screen; a partner may give
one for that too.
Safe under the previous code: it neither reads nor writes the columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("partner", sa.Column("logo_dark", sa.String(), nullable=True))
    for name in ("logo_dark_width", "logo_dark_height"):
        op.add_column("partner", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("logo_dark_height", "logo_dark_width", "logo_dark"):
        op.drop_column("partner", name)
