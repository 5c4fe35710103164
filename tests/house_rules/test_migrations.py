"""The migrations and the models tell the same story, on both databases."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import newsletter
import subscribers
from database.base import Base
from database.migrate import is_compared
from database.session import Database

VERSIONS = Path(__file__).parents[2] / "database" / "migrations" / "versions"


@pytest.fixture(autouse=True, scope="module")
def every_model() -> None:
    for house in (subscribers, newsletter):
        for module in pkgutil.walk_packages(house.__path__, f"{house.__name__}."):
            if module.name.endswith(".models"):
                importlib.import_module(module.name)


def test_an_upgraded_database_is_what_the_models_say(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_compared}
        )

        assert compare_metadata(context, Base.metadata) == []


def test_every_module_with_tables_is_known_to_the_migrations():
    with_tables = {mapper.class_.__module__ for mapper in Base.registry.mappers}
    source = (VERSIONS.parent / "env.py").read_text()
    known = set(re.findall(r'"([a-z_.]+\.models)"', source))

    assert with_tables == known


def test_migrations_are_numbered_without_a_gap():
    numbers = sorted(path.name[:4] for path in VERSIONS.glob("*.py"))

    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_every_migration_says_why_and_whether_it_is_safe():
    for path in VERSIONS.glob("*.py"):
        docstring = path.read_text().split('"""')[1]

        assert re.search(r"Why: \S", docstring), path.name
        assert re.search(r"Safe under the previous code: \S", docstring), path.name
