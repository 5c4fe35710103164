"""words by their stems

Why: pieces are looked up by the stems of their words, with an index, where every text
was read through for every search; and they say from whom they are, under which
licence, and who made the picture. The stems of what is there already are worked out at
the end of the upgrade (``newsletter.library.index``).
Safe under the previous code: no, it writes the column that goes. Stop it first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("library_item") as item:
        item.add_column(
            sa.Column("stems", sa.String(), nullable=False, server_default="")
        )
        item.add_column(
            sa.Column("minutes", sa.Integer(), nullable=False, server_default="1")
        )
        for name in ("image_credit", "source", "licence"):
            item.add_column(sa.Column(name, sa.String(), nullable=True))
        item.drop_column("searchable")
    if op.get_bind().dialect.name == "postgresql":
        # No parser looks at the words: they are whole already. Few pieces are written,
        # so each goes into the index at once rather than onto a pile beside it.
        op.execute(
            "CREATE INDEX ix_library_item_stems ON library_item USING gin "
            "(array_to_tsvector(string_to_array(stems, ' '))) WITH (fastupdate = off)"
        )
    else:
        # "ascii" parts at spaces and leaves every other sign in a word.
        op.execute(
            "CREATE VIRTUAL TABLE library_index USING fts5(stems, "
            "content='library_item', content_rowid='id', tokenize='ascii', "
            "detail='none', columnsize=0)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_library_item_stems", table_name="library_item")
    else:
        op.drop_table("library_index")
    with op.batch_alter_table("library_item") as item:
        for name in ("stems", "minutes", "image_credit", "source", "licence"):
            item.drop_column(name)
        item.add_column(
            sa.Column("searchable", sa.String(), nullable=False, server_default="")
        )
