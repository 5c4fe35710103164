"""Make the demo: a home of its own, from nothing to a mailed issue.

Takes the same functions as the commands, in the order of the README's first issue.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from database.migrate import upgrade
from database.session import Database, open_database
from database.urls import sqlite_url
from newsletter import worker
from newsletter.demo.pictures import PICTURES
from newsletter.demo.readers import write_files
from newsletter.dispatch import mailings
from newsletter.dispatch.receipt import receipt
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.issues.files import import_issue
from newsletter.jobs.context import Clock, Context
from newsletter.partners.partners import add_partner
from newsletter.settings import Settings
from newsletter.staff.models import StaffRole
from newsletter.staff.people import add_staff
from subscribers.imports.intake import import_readers
from subscribers.lists import add_list
from subscribers.reference import load_reference
from subscribers.tokens import Signer

CONTENT = Path(__file__).parent / "content"
EDITOR = "redactie@buurtwijs.example"
PROOF = "Demo: verzonnen lezers, verzonnen inschrijfkaarten"
_MARK = "this-is-a-demo"

Say = Callable[[str], None]


class NotADemo(NewsletterError):
    def __init__(self, home: Path) -> None:
        super().__init__(
            f"{home} is not a demo made by Buurtpost, so it is left alone. "
            "Move it away, or set BUURTPOST_HOME to another folder."
        )


@dataclass(frozen=True)
class Demo:
    """What was made: the issue's number, its receipt, and the home it lies in."""

    settings: Settings
    number: int
    receipt: dict[str, Any]


def demo_settings(settings: Settings) -> Settings:
    """The demo's own home below the usual one: always SQLite, always the outbox."""
    home = settings.home / "demo"
    return replace(
        settings,
        home=home,
        database_url=sqlite_url(home.absolute() / "buurtpost.sqlite"),
        provider="outbox",
        secret_keys=(),
    )


def build(settings: Settings, *, readers: int, clock: Clock, say: Say) -> Demo:
    """Recreate the demo's home and mail its issue. Commits step by step."""
    settings = demo_settings(settings)
    now = clock()
    _make_room(settings)
    database = open_database(settings.database_url)
    try:
        upgrade(database.engine)
        with database.write.begin() as session:
            load_reference(session)
        number = fill_library(database, settings, now)
        say("Library: stories, knowledge and two partners are in.")
        bring_readers(database, settings, readers, now)
        say(f"Readers: {readers} invented ones are in.")
        say(f"Mailing issue {number} to the outbox ...")
        mailings.start_now_or_at(
            database, settings, number, by=EDITOR, at=None, now=clock()
        )
        signer = Signer(settings.signing_keys())
        worker.run_once(Context(database, settings, signer, now=clock))
        with database.read() as session:
            return Demo(settings, number, receipt(session, find_issue(session, number)))
    finally:
        database.close()


def _make_room(settings: Settings) -> None:
    """Remove the demo before this one, and nothing that is not a demo."""
    mark = settings.home / _MARK
    if settings.home.exists():
        if not mark.exists() and any(settings.home.iterdir()):
            raise NotADemo(settings.home)
        shutil.rmtree(settings.home)
    settings.make_home()
    mark.touch()


def fill_library(database: Database, settings: Settings, now: datetime) -> int:
    """List, partners, staff, library and issue; the issue's number."""
    folder = settings.home / "content"
    shutil.copytree(CONTENT, folder)
    for name, draw in PICTURES.items():
        (folder / "stories" / name).write_bytes(draw())
    with database.write.begin() as session:
        add_list(
            session,
            slug="buurtwijs",
            name="Buurtwijs",
            sender="Stichting Buurtwijs (demo)",
            from_address=EDITOR,
            postal_address="Postbus 1, 3500 AA Utrecht",
            now=now,
        )
        for slug, name, colour, dark in (
            ("lpb", "LPB", "#0b5c85", "lpb-dark.png"),
            ("dorpenwerk", "Dorpenwerk", "#2f6b4f", None),
        ):
            add_partner(
                session,
                settings,
                slug=slug,
                name=name,
                logo=folder / "stories" / f"{slug}.png",
                logo_dark=folder / "stories" / dark if dark else None,
                colour=colour,
                now=now,
            )
        add_staff(session, email=EDITOR, role=StaffRole.CHIEF, by="operator", now=now)
        return import_issue(session, settings, folder, now=now).number


def bring_readers(
    database: Database, settings: Settings, count: int, now: datetime
) -> None:
    with_proof, without_proof = write_files(settings.home / "content", count)
    for path, proof in ((with_proof, PROOF), (without_proof, None)):
        import_readers(
            database,
            path,
            mailing_list="buurtwijs",
            proof=proof,
            mapping={},
            dry_run=False,
            now=now,
        )
