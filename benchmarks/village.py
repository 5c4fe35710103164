"""A home with invented readers and one issue, made as the demo makes its own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks import people
from database.migrate import upgrade
from database.session import Database, open_database
from database.urls import sqlite_url
from newsletter.demo.build import CONTENT, fill_library
from newsletter.dispatch import mailings, plan
from newsletter.dispatch.models import Delivery, Variant
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.compose import find_issue
from newsletter.issues.files import import_issue
from newsletter.issues.models import Issue
from newsletter.jobs.context import Context
from newsletter.settings import Settings, read_settings
from subscribers.reference import load_reference
from subscribers.tokens import Signer

REGION, ROLE = "PV26", "wijkambtenaar"
# Those who work in the neighbourhoods of Utrecht get an edition of their own.
EDITION = {
    "region": REGION,
    "audience": {"all": [{"region": REGION}, {"role": ROLE}]},
    "foreword": "Beste {naam},\n\ndit nummer is voor wie in Utrecht in de wijk werkt.",
}


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Village:
    """The benchmark's installation; ``number`` is its first issue's."""

    database: Database
    settings: Settings
    number: int
    readers: int

    @property
    def name(self) -> str:
        """Of its database."""
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        return names[self.database.engine.dialect.name]

    def context(self, settings: Settings) -> Context:
        return Context(
            self.database, settings, Signer(settings.signing_keys()), now=clock
        )

    def with_provider(self, name: str, **environment: str) -> Settings:
        return read_settings(
            {
                **self.settings.environment,
                "BUURTPOST_PROVIDER": name,
                **environment,
            }
        )

    def start(self) -> int:
        """Put another issue's mailing before its freeze; the mailing's id.

        Two editions by region and role, no rule on a block: two variants.
        """
        document = json.loads((CONTENT / "issue.json").read_text())
        document["editions"] = [EDITION]
        document["blocks"] = [
            block for block in document["blocks"] if "only" not in block
        ]
        with self.database.write.begin() as session:
            number = (session.scalar(select(func.max(Issue.number))) or 0) + 1
            document["number"] = number
            import_issue(session, self.settings, document, now=clock())
        with self.database.write.begin() as session:
            issue = find_issue(session, number)
            return mailings.start(
                session,
                self.settings,
                issue,
                by="bench",
                at=None,
                passed=issue.version,  # the links of the demo are not asked again
                now=clock(),
            ).id

    def freeze(self, settings: Settings, *, html: str, text: str) -> "Frozen":
        """Another mailing, ready to go; every variant of it reads ``html``."""
        mailing = self.start()
        plan.freeze(self.database, settings, mailing, clock())
        with self.database.write.begin() as session:
            session.execute(
                update(Variant)
                .where(Variant.mailing_id == mailing)
                .values(html=html, text=text)
            )
        return Frozen(self, mailing, self._count(mailing, DeliveryState.QUEUED))

    def accepted(self, mailing: int) -> int:
        """How many the provider took."""
        return self._count(mailing, DeliveryState.ACCEPTED)

    def _count(self, mailing: int, state: DeliveryState) -> int:
        with self.database.read() as session:
            return (
                session.scalar(
                    select(func.count())
                    .select_from(Delivery)
                    .where(Delivery.mailing_id == mailing, Delivery.state == state)
                )
                or 0
            )


@dataclass(frozen=True)
class Frozen:
    """A mailing whose ledger is written."""

    village: Village
    mailing: int
    readers: int  # who waits

    def check_sent(self) -> None:
        accepted = self.village._count(self.mailing, DeliveryState.ACCEPTED)
        assert accepted == self.readers, f"{accepted} of {self.readers} were accepted"

    def forget(self) -> None:
        """Take its ledger out again, so that each round finds the same database."""
        with self.village.database.write.begin() as session:
            connection = session.connection()
            for table in ("chunk", "delivery"):
                # TRUNCATE leaves PostgreSQL no dead rows; SQLite does the same by
                # itself when everything goes.
                words = (
                    "TRUNCATE"
                    if connection.dialect.name == "postgresql"
                    else "DELETE FROM"
                )
                connection.exec_driver_sql(f"{words} {table}")


@contextmanager
def make_village(folder: Path, *, readers: int) -> Iterator[Village]:
    """On SQLite; ``postgres.copy_of`` gives the same on PostgreSQL.

    One that was made in this folder before is used again.
    """
    home, made = folder / "home", folder / "made"
    settings = read_settings({"BUURTPOST_HOME": str(home)})
    if not made.exists():
        made.write_text(str(_make(home, settings, readers)))
    database = open_database(_url(home))
    upgrade(database.engine)  # one of last week
    yield Village(database, settings, int(made.read_text()), readers)
    database.close()


def _make(home: Path, settings: Settings, readers: int) -> int:
    """Returns the number of its first issue."""
    shutil.rmtree(home, ignore_errors=True)  # one that was not made to the end
    settings.make_home()
    settings.signing_keys()  # now: a copy has the same
    with closing(open_database(_url(home))) as database:
        upgrade(database.engine)
        with database.write.begin() as session:
            load_reference(session)
        number = fill_library(database, settings, clock())
        people.bring(database, readers, now=clock())
    return number


def _url(home: Path) -> str:
    return sqlite_url(home / "buurtpost.sqlite")


def moved(village: Village, database: Database, url: str) -> Village:
    """The same home with its rows elsewhere."""
    environment = {**village.settings.environment, "BUURTPOST_DATABASE_URL": url}
    return replace(village, database=database, settings=read_settings(environment))
