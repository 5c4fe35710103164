"""Where Alembic meets the metadata: the one place in this house that looks upwards."""

import importlib
import os
from typing import Literal

from alembic import context
from sqlalchemy import JSON, Connection

from database.base import Base
from database.session import open_database
from database.types import EnumText, UtcDateTime

# Every module with tables; a test walks the houses to keep this list whole.
MODELS = (
    "subscribers.models",
    "newsletter.correspondence.models",
    "newsletter.dispatch.bundles.models",
    "newsletter.dispatch.corrections.models",
    "newsletter.dispatch.models",
    "newsletter.dispatch.returns.models",
    "newsletter.erasure.models",
    "newsletter.issues.models",
    "newsletter.jobs.models",
    "newsletter.library.models",
    "newsletter.partners.models",
    "newsletter.preflight.models",
    "newsletter.staff.models",
)
for name in MODELS:
    importlib.import_module(name)
readers = importlib.import_module("subscribers.readers")


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        # `alembic revision` from a developer's shell.
        url = os.environ.get("BUURTPOST_DATABASE_URL", "sqlite:///var/develop.sqlite")
        with open_database(url).engine.begin() as connection:
            migrate(connection)
    else:
        migrate(connection)


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=as_plain_type,
    )
    with context.begin_transaction():
        before = context.get_context().get_current_heads()
        readers.remove(connection)
        context.run_migrations()
        after = context.get_context().get_current_heads()
        if after == (context.get_head_revision(),):
            readers.install(connection)
            if before != after:
                readers.rebuild(connection)


def as_plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration must not change when an enum or a type of ours does."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EnumText):
        return "sa.String(40)"
    if isinstance(item, JSON):
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


run()
