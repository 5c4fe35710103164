"""words we avoid

Why: the editors' list of words their readers do not use, which preflight looks for. A
new installation begins with what people in neighbourhoods most often stumble over.
Safe under the previous code: it reads and writes it nowhere.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_FIRST = {
    "actor": "mensen, organisaties",
    "agenderen": "op de agenda zetten",
    "alsmede": "en",
    "borgen": "zorgen dat het blijft",
    "casuïstiek": "voorbeelden",
    "co-creatie": "samen maken",
    "commitment": "inzet, steun",
    "conform": "volgens",
    "derhalve": "daarom",
    "dient te": "moet",
    "dienen te": "moeten",
    "doelgroep": "noem de mensen: ouders, jongeren, buren",
    "doorontwikkelen": "verbeteren",
    "evalueren": "terugkijken",
    "faciliteren": "helpen, mogelijk maken",
    "handvat": "tip, hulp",
    "handvatten": "tips, hulp",
    "holistisch": "als geheel",
    "implementeren": "invoeren",
    "in het kader van": "voor, bij",
    "integraal": "als geheel, samen",
    "kaders": "regels, grenzen",
    "leefwereld": "het leven van mensen",
    "met betrekking tot": "over",
    "middels": "met, door",
    "monitoren": "volgen",
    "optimaliseren": "verbeteren",
    "participeren": "meedoen",
    "pilot": "proef",
    "stakeholder": "betrokkene",
    "systeemwereld": "de instanties",
    "ten behoeve van": "voor",
    "teneinde": "om",
    "transitie": "overgang, verandering",
    "uitrollen": "overal invoeren",
}


def upgrade() -> None:
    words = op.create_table(
        "jargon_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("instead", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_jargon_word")),
    )
    now = datetime.now(UTC)
    op.bulk_insert(
        words,
        [
            {"word": word, "instead": instead, "added_at": now}
            for word, instead in _FIRST.items()
        ],
    )


def downgrade() -> None:
    op.drop_table("jargon_word")
