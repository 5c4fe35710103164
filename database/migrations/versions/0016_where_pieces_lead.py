"""where pieces lead

Why: a job looks at the links of the library, so that dead ones are found before an
issue goes out: a row for each web address of a piece, and since when a link fails.
Those of the pieces that are there already are read from their texts here.
Safe under the previous code: yes, it neither reads nor writes them.
"""

import html
import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_LONGEST = 2000


def upgrade() -> None:
    addresses = op.create_table(
        "library_address",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_library_address_item_id_library_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "url", name=op.f("pk_library_address")),
    )
    op.create_index(op.f("ix_library_address_url"), "library_address", ["url"])
    with op.batch_alter_table("link_look") as look:
        look.add_column(
            sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True)
        )
    pieces = sa.table(
        "library_item", sa.column("id"), sa.column("url"), sa.column("body")
    )
    connection = op.get_bind()
    rows = [
        {"item_id": piece.id, "url": url}
        for piece in connection.execute(sa.select(pieces))
        for url in _addresses(piece.url, piece.body)
    ]
    if rows:
        connection.execute(sa.insert(addresses), rows)


def _addresses(url: str | None, body: str) -> list[str]:
    found = [url or "", *(html.unescape(one).strip() for one in _LINK.findall(body))]
    return [
        one
        for one in dict.fromkeys(one.partition("#")[0] for one in found)
        if one.startswith(("http://", "https://")) and len(one) <= _LONGEST
    ]


def downgrade() -> None:
    with op.batch_alter_table("link_look") as look:
        look.drop_column("failing_since")
    op.drop_table("library_address")
