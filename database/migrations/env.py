"""Where Alembic meets the metadata: the one place in this house that looks upwards."""

import importlib
import os
from typing import Literal

from alembic import context
from sqlalchemy import JSON, Connection

from database.base import Base
from database.migrate import is_compared
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
    "newsletter.elsewhere.models",
    "newsletter.erasure.models",
    "newsletter.exchange.models",
    "newsletter.issues.models",
    "newsletter.jobs.models",
    "newsletter.library.models",
    "newsletter.partners.models",
    "newsletter.preflight.models",
    "newsletter.sharing.models",
    "newsletter.staff.models",
    "newsletter.workflow.models",
)
for name in MODELS:
    importlib.import_module(name)
# What databases keep by triggers: SQLite drops those of a table it makes anew.
KEPT = tuple(
    importlib.import_module(name)
    for name in ("subscribers.readers", "newsletter.library.index")
)


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
        include_name=is_compared,
    )
    with context.begin_transaction():
        before = context.get_context().get_current_heads()
        for kept in KEPT:
            kept.remove(connection)
        context.run_migrations()
        after = context.get_context().get_current_heads()
        if after == (context.get_head_revision(),):
            for kept in KEPT:
                kept.install(connection)
                if before != after:
                    kept.rebuild(connection)


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
