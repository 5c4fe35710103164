"""what partners share

Why: partners' feeds are asked for new pieces. Each entry keeps what its source says
beside the piece in the library, so that their changes and ours never overwrite each
other; long sentences are known by their hash, so that a story of ours that comes back
is recognised. Partners, and pieces, have terms; a piece can be withdrawn.
Safe under the previous code: the new columns have defaults and it reads none of them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "partner", sa.Column("terms", _JSON, nullable=False, server_default="{}")
    )
    op.add_column("library_item", sa.Column("terms", _JSON, nullable=True))
    op.add_column(
        "library_item",
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_hash", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(40), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_feed_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
    )
    op.create_index(op.f("ix_feed_next_at"), "feed", ["next_at"])
    op.create_table(
        "source_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("source", _JSON, nullable=False),
        sa.Column("taken", _JSON, nullable=False),
        sa.Column("prints", _JSON, nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("image_wanted", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_source_item_feed_id_feed")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_source_item_item_id_library_item"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_item")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_source_item_feed_id_key")),
    )
    op.create_index(op.f("ix_source_item_item_id"), "source_item", ["item_id"])
    op.create_table(
        "piece_print",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_piece_print_item_id_library_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_piece_print")),
    )
    op.create_table(
        "piece_sentence",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_item.id"],
            name=op.f("fk_piece_sentence_item_id_library_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", "item_id", name=op.f("pk_piece_sentence")),
    )
    op.create_index(op.f("ix_piece_sentence_item_id"), "piece_sentence", ["item_id"])
    op.create_table(
        "feed_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_feed_out_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_out")),
    )
    op.create_index(op.f("ix_feed_out_partner_id"), "feed_out", ["partner_id"])


def downgrade() -> None:
    for table in (
        "feed_out",
        "piece_sentence",
        "piece_print",
        "source_item",
        "feed",
    ):
        op.drop_table(table)
    op.drop_column("library_item", "withdrawn_at")
    op.drop_column("library_item", "terms")
    op.drop_column("partner", "terms")
