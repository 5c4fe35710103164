"""What a view may ask of its request: one session, one moment, the settings.

    @pages.post("/preferences/<token>")
    @with_link
    def change(token: str) -> ResponseReturnValue:
        change_details(session(), ..., now=now())

GET and HEAD get a reading session, everything else a writing one. What a view wrote is
committed when it answers below 400 and rolled back otherwise. Code that must commit
between steps takes ``house().database`` and leaves ``session()`` alone. A writing
session holds SQLite's one write lock from its first question to its commit: whoever
only reads in a POST asks ``reading()``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.settings import Settings
from subscribers.tokens import Signer

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class House:
    """What the application stands on; made once by ``create_app``."""

    settings: Settings
    database: Database
    signer: Signer
    clock: Callable[[], datetime]  # aware UTC


def house() -> House:
    found: House = current_app.extensions["buurtpost"]
    return found


def settings() -> Settings:
    return house().settings


def signer() -> Signer:
    return house().signer


def now() -> datetime:
    """The moment of this request: the same for everything done in it."""
    if "now" not in g:
        g.now = house().clock()
    moment: datetime = g.now
    return moment


def today() -> date:
    """The day of this request where the organisation is."""
    return now().astimezone(settings().timezone).date()


def session() -> Session:
    """The one session of this request, opened when first asked for."""
    if "session" not in g:
        database = house().database
        make = database.read if request.method in READING else database.write
        g.session = make()
    found: Session = g.session
    return found


def reading() -> Session:
    """A session that only reads, in a POST too: it waits for nobody who writes."""
    if request.method in READING:
        return session()
    if "reading" not in g:
        g.reading = house().database.read()
    found: Session = g.reading
    return found


def install(app: Flask, built: House) -> None:
    app.extensions["buurtpost"] = built
    app.after_request(_finish)
    app.teardown_request(_close)


def _finish(response: Response) -> Response:
    found: Session | None = g.get("session")
    if found is None:
        return response
    if response.status_code < 400 and request.method not in READING:
        # A commit that fails raises here, before anything was answered.
        found.commit()
    else:
        found.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    for name in ("session", "reading"):
        found: Session | None = g.pop(name, None)
        if found is not None:
            found.close()
