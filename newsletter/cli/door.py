"""What every command shares: the way in, the sentence on the way out.

A command opens the door, calls one function and commits:

    @click.command()
    @click.pass_obj
    def add(door: Door, name: str) -> None:
        with door.writing() as session:
            roles.add_role(session, name=name)

Errors of either house become one sentence on standard error and exit 1; wrong usage is
click's own exit 2.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from dotenv import dotenv_values
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from database.driver import DriverError
from database.durable import NotDurable
from database.session import Database, DatabaseUnreachable, open_database
from newsletter.cli.lazy import LazyGroup
from newsletter.errors import NewsletterError
from newsletter.settings import Settings, read_settings
from subscribers.errors import SubscribersError
from subscribers.tokens import Signer


@dataclass
class Door:
    """Opens what a command needs, when it needs it."""

    environment: Mapping[str, str] = field(
        default_factory=lambda: {
            **{k: v for k, v in dotenv_values(".env").items() if v is not None},
            **os.environ,
        }
    )

    @cached_property
    def settings(self) -> Settings:
        return read_settings(self.environment)

    @cached_property
    def database(self) -> Database:
        """The database of an existing home; refuses a missing one."""
        self.settings.require_home()
        database = open_database(self.settings.database_url)
        database.check()
        return database

    def require_durable(self) -> None:
        """Before anything is sent: refuse a database that may forget its commits."""
        if warning := self.database.require_durable():
            click.echo(warning, err=True)

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.settings.signing_keys())

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commits at the end, rolls back on any error."""
        with self.database.write.begin() as session:
            yield session

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)


class Commands(LazyGroup):
    """The root group: turns what went wrong into a sentence and exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (
            NewsletterError,
            SubscribersError,
            DatabaseUnreachable,
            NotDurable,
        ) as error:
            fail(str(error))
        except (OperationalError, ProgrammingError) as error:
            if _has_no_tables(error):
                fail(
                    "The database has not been prepared for this version. "
                    "Run `buurtpost db upgrade` first."
                )
            fail(
                f"The database refused: {str(error.orig).splitlines()[0]}. "
                "Check BUURTPOST_DATABASE_URL and that its disk has room, then try "
                "again."
            )
        except DriverError as error:
            fail(
                f"The database refused: {error}. Check BUURTPOST_DATABASE_URL and that "
                "its disk has room, then try again."
            )
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            fail(f"{what}{error.strerror or error}.")


def _has_no_tables(error: OperationalError | ProgrammingError) -> bool:
    words = str(error.orig).lower()
    return (
        "no such table" in words
        or "no such column" in words
        or ("does not exist" in words and ("relation" in words or "column" in words))
    )


def fail(sentence: str) -> None:
    """Say what went wrong and end with exit 1."""
    click.echo(sentence, err=True)
    sys.exit(1)


def say_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON.")
