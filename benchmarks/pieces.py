"""Ten thousand invented pieces in a library, on either database.

The words are those of the demo's stories and as many invented ones, drawn as in real
texts: a few very often, most of them seldom.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

import newsletter.demo
from benchmarks.village import clock
from database.migrate import upgrade
from database.session import open_database
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stems import indexed, words_of
from subscribers.reference import load_reference

WORDS_EACH = 350
VOCABULARY = 20_000
THEMES = [f"thema {number}" for number in range(40)]
_STORIES = Path(newsletter.demo.__file__).parent / "content" / "stories"
_SYLLABLES = (
    "buurt wijk tafel straat huis tuin zorg werk school plein fiets kind".split()
)
_ENDS = ["en", "er", "ers", "ing", "tje", "s", "lijk", "heid"]


@contextmanager
def library_of(url: str, *, pieces: int) -> Iterator[Session]:
    """A reading session on a new database with so many pieces."""
    database = open_database(url)
    upgrade(database.engine)
    with database.write.begin() as session:
        load_reference(session)
        _fill(session, pieces)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            free.execute(text("VACUUM ANALYZE"))
    with database.read() as session:
        yield session
    database.close()


def vocabulary(dice: random.Random) -> list[str]:
    """Real words and invented compounds, the most used first."""
    told = [
        word
        for file in sorted(_STORIES.glob("*.md"))
        for word in words_of(file.read_text())
    ]
    real = sorted(set(told), key=lambda word: (-told.count(word), word))
    made = {
        "".join(dice.choices(_SYLLABLES, k=dice.randint(2, 3))) + dice.choice(_ENDS)
        for _ in range(VOCABULARY)
    }
    return [*real, *sorted(made - set(real))]


def _fill(session: Session, pieces: int) -> None:
    dice, now = random.Random(43), clock()
    words = vocabulary(dice)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    kinds = [ItemKind.STORY] * 4 + [ItemKind.RESEARCH, ItemKind.METHOD]
    rows = []
    for number in range(pieces):
        said = dice.choices(words, cum_weights=weights, k=WORDS_EACH)
        title, summary, body = " ".join(said[:6]), " ".join(said[6:30]), " ".join(said)
        kind, themes = dice.choice(kinds), dice.sample(THEMES, k=2)
        rows.append(
            {
                "id": number + 1,
                "slug": f"stuk-{number}",
                "kind": kind,
                "title": title,
                "summary": summary,
                "body": f"<p>{body}</p>",
                "language": "nl",
                "people": [],
                "regions": ["GM0150"],
                "themes": themes,
                "stems": indexed(
                    title=title,
                    texts=(summary, body),
                    themes=themes,
                    people=(),
                    regions=("GM0150",),
                    kind=kind,
                    language="nl",
                ),
                "minutes": 2,
                "created_at": now,
                "updated_at": now,
            }
        )
    session.execute(insert(LibraryItem), rows)
