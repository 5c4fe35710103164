"""bounces of service mail

Why: a confirmation that comes back tells that there is no such mailbox, as a newsletter
does. Its address is emptied once it is sent, so its keyed hash is kept beside it, and a
report says which service mail it is about.
Safe under the previous code: both columns may be empty, and it knows neither.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "service_mail", sa.Column("address_hash", sa.LargeBinary(32), nullable=True)
    )
    op.add_column("event", sa.Column("service_mail_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("service_mail_id")
    with op.batch_alter_table("service_mail") as batch_op:
        batch_op.drop_column("address_hash")
