"""quarantine has an end

Why: who was imported without proof is forgotten half a year after they came in,
counted from ``requested_at``. So far that held the day the file said they joined, years
ago: all of them would be gone in the first night. Their half year begins now.
Safe under the previous code: it reads that moment of somebody in quarantine nowhere.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from database.types import UtcDateTime

revision = "0020"
down_revision = "0019"

_SUBSCRIPTION = sa.table(
    "subscription",
    sa.column("state", sa.String()),
    sa.column("requested_at", UtcDateTime()),
)


def upgrade() -> None:
    op.execute(
        _SUBSCRIPTION.update()
        .where(_SUBSCRIPTION.c.state == "quarantined")
        .values(requested_at=datetime.now(UTC))
    )


def downgrade() -> None:
    """When they say they joined stands with the person: nothing was lost."""
