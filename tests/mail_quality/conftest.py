"""How `make mail-quality` differs: many generated issues instead of a few."""

import pytest
from playwright.sync_api import Browser

from tests.mail_quality.browsing import MailReader
from tests.newsletter.rendering.samples import BASE
from tests.node import axe_source

_IN_THE_SUITE = 2
_BATCHES = 4  # so that every core has one


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mail quality")
    group.addoption(
        "--generated", type=int, default=_IN_THE_SUITE, help="how many issues"
    )
    group.addoption("--generated-seed", type=int, default=1, help="of what is in them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "numbers" in metafunc.fixturenames:
        # The options are only known when this folder was named on the command line.
        count: int = metafunc.config.getoption("--generated", default=_IN_THE_SUITE)
        size = max(1, -(-count // _BATCHES)) if count > _IN_THE_SUITE else count
        batches = [
            range(first, min(first + size, count + 1))
            for first in range(1, count + 1, size)
        ]
        names = [f"{batch[0]}-{batch[-1]}" for batch in batches]
        metafunc.parametrize("numbers", batches, ids=names)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    drawn: int = request.config.getoption("--generated-seed", default=1)
    return drawn


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> MailReader:
    """A tab that shows mails, with the judge of what everybody can use in it."""
    return MailReader(chromium, axe_source(), own=BASE)
