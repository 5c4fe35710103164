"""words let go

Why: what servers said of single mails often repeats an address, and is let go 90 days
after a mailing, which then says that it was, so that each is looked through once.
Safe under the previous code: it reads and writes it nowhere.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "mailing",
        sa.Column("words_emptied_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("mailing", "words_emptied_at")
