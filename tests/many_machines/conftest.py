"""Brokers of the tests' own, started when first asked for; RABBITMQ_URL and
TEST_REDIS_URL name others. In CI a missing one fails, elsewhere its tests are left out.
"""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.faults.conftest import fresh, templates
from tests.servers import rabbitmq as rabbitmq_server
from tests.servers.rabbitmq import RabbitMq
from tests.servers.redis import Redis, redis_program

__all__ = ["fresh", "templates"]


@pytest.fixture(scope="session")
def _rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    if not rabbitmq_server.SCRIPT.exists():
        _missing("RabbitMQ", "rabbitmq-server", "RABBITMQ_URL")
    server = RabbitMq(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    server.stop()


@pytest.fixture
def rabbitmq(_rabbitmq: RabbitMq) -> RabbitMq:
    """Running, and ours to stop and start."""
    if not _rabbitmq.is_running:
        _rabbitmq.start()
    return _rabbitmq


@pytest.fixture
def rabbitmq_url(request: pytest.FixtureRequest) -> str:
    if url := os.environ.get("RABBITMQ_URL"):
        return url
    server: RabbitMq = request.getfixturevalue("rabbitmq")
    return server.url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    program = redis_program()
    if program is None:
        _missing("Redis", "redis-server", "TEST_REDIS_URL")
    server = Redis(program, tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


def _missing(what: str, package: str, variable: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(
            f"There is no {what}: install it (Debian: apt install {package}), or name "
            f"one in {variable}."
        )
    pytest.skip(f"There is no {what} here.")
