"""A home with a mailing that was started, made once and copied for each fault."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from database.session import Database, open_database
from newsletter.dispatch.departures import leave
from newsletter.dispatch.models import Chunk, Delivery
from newsletter.dispatch.receipt import receipt
from newsletter.dispatch.states import ChunkState, DeliveryState
from newsletter.issues.compose import find_issue
from tests.journeys.home import Home
from tests.newsletter.dispatch.village import Village

ISSUE = 42
READERS, PARTNERS = 260, 40  # of the base issue, and of a partner's edition
CHUNK = 40


def build(database: Database, home: Path, *, at: datetime | None = None) -> None:
    """Readers, an issue and a mailing that no worker has touched.

    Frozen, unless it is to start at a moment still to come.
    """
    village = Village(database, home, now=datetime.now(UTC))
    village.build(
        *(f"lezer{number}" for number in range(READERS)),
        lpb=tuple(f"partner{number}" for number in range(PARTNERS)),
    )
    village.with_settings(BUURTPOST_CHUNK=str(CHUNK))
    village.start(at=at)


@dataclass
class Installation:
    """One copy, seen from the outside: commands, and a connection of our own."""

    folder: Path
    url: str
    database: Database = field(init=False)
    command: Home = field(init=False)
    left: set[str] = field(default_factory=set)  # deliveries, before their claim

    def __post_init__(self) -> None:
        self.database = open_database(self.url)
        self.command = Home(
            self.folder,
            {
                "BUURTPOST_DATABASE_URL": self.url,
                "BUURTPOST_CHUNK": str(CHUNK),
            },
        )

    @property
    def journals(self) -> Path:
        return self.folder / "home" / "journals"

    def receipt(self) -> dict[str, object]:
        with self.database.read() as session:
            return receipt(session, find_issue(session, ISSUE))

    def ledger(self) -> dict[str, DeliveryState]:
        """The present state of each delivery, by the id its mail carries."""
        with self.database.read() as session:
            rows = session.execute(
                select(Delivery.mailing_id, Delivery.seq, Delivery.state).where(
                    Delivery.state.is_not(None)
                )
            )
            return {f"{mailing}-{seq}": state for mailing, seq, state in rows if state}

    def somebody_leaves(self, place: int) -> None:
        """A reader of a chunk nobody has claimed; its lock makes that certain."""
        with self.database.write.begin() as session:
            waiting = session.execute(
                select(Chunk.mailing_id, Chunk.first_seq, Chunk.last_seq)
                .where(Chunk.state == ChunkState.OPEN)
                .order_by(Chunk.id.desc())
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if waiting is None:
                return
            mailing_id, first, last = waiting
            seqs = session.scalars(
                select(Delivery.seq).where(
                    Delivery.mailing_id == mailing_id,
                    Delivery.seq.between(first, last),
                    Delivery.state == DeliveryState.QUEUED,
                )
            ).all()
            if seqs:
                seq = seqs[place % len(seqs)]
                leave(session, mailing_id, seq, now=datetime.now(UTC))
                self.left.add(f"{mailing_id}-{seq}")

    def close(self) -> None:
        self.database.close()


def copy(template: Path, folder: Path, url: str) -> Installation:
    """``url`` is a copy of the template's database already."""
    shutil.copytree(template, folder / "home")
    return Installation(folder, url)
