"""words in variants

Why: what fills mails knows no languages any more; a variant holds the names of the
months and what a reader without a name is called. Mailings that were frozen before
this version and are still being sent get theirs here.
Safe under the previous code: it reads only the keys it knows.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

_DUTCH = "lezer"
_DUTCH_MONTHS = """
januari februari maart april mei juni juli augustus september oktober november december
"""
_ENGLISH = "reader"
_ENGLISH_MONTHS = """
January February March April May June July August September October November December
"""

_variant = sa.table(
    "variant",
    sa.column("id", sa.Integer),
    sa.column("mail", sa.JSON().with_variant(JSONB(), "postgresql")),
)


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_variant)).all():
        if "no_name" in row.mail:
            continue
        if row.mail.get("language") == "en":
            words = {"no_name": _ENGLISH, "months": _ENGLISH_MONTHS.split()}
        else:
            words = {"no_name": _DUTCH, "months": _DUTCH_MONTHS.split()}
        connection.execute(
            sa.update(_variant)
            .where(_variant.c.id == row.id)
            .values(mail={**row.mail, **words})
        )


def downgrade() -> None:
    """Nothing to take back: the previous code does not look at these words."""
