"""A home with invented readers and one issue, made as the demo makes its own."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from database.migrate import upgrade
from database.session import Database, open_database
from database.urls import sqlite_url
from newsletter.demo.build import CONTENT, bring_readers, fill_library
from newsletter.issues.files import import_issue
from newsletter.jobs.context import Context
from newsletter.settings import Settings, read_settings
from subscribers.reference import load_reference
from subscribers.tokens import Signer


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Village:
    """The benchmark's installation; ``number`` is its first issue's."""

    database: Database
    settings: Settings
    number: int
    _next: int = 1000

    def context(self, settings: Settings) -> Context:
        return Context(
            self.database, settings, Signer(settings.signing_keys()), now=clock
        )

    def with_provider(self, name: str, **environment: str) -> Settings:
        return replace(
            self.settings,
            provider=name,
            environment={**self.settings.environment, **environment},
        )

    def another_issue(self) -> int:
        """The same issue under a number nobody has mailed yet."""
        self._next += 1
        document = json.loads((CONTENT / "issue.json").read_text())
        document["number"] = self._next
        with self.database.write.begin() as session:
            import_issue(session, self.settings, document, now=clock())
        return self._next


def make_village(folder: Path, *, readers: int) -> Village:
    settings = read_settings({"BUURTPOST_HOME": str(folder / "home")})
    settings.make_home()
    database = open_database(sqlite_url(settings.home / "buurtpost.sqlite"))
    upgrade(database.engine)
    with database.write.begin() as session:
        load_reference(session)
    number = fill_library(database, settings, clock())
    bring_readers(database, settings, readers, clock())
    return Village(database, settings, number)
