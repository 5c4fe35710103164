"""The desk says when mails leave, and what a start outside those hours becomes."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from database.session import Database
from newsletter.pace import Pace, SendingHours
from newsletter.settings import Settings
from newsletter.worker import run_once
from tests.web.conftest import Clock
from tests.web.editors.conftest import Desk
from tests.web.editors.test_sending import ISSUE, start, work

__all__ = ["work"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, pace=Pace(hours=SendingHours(time(8), time(20))))


def test_whoever_starts_is_told_the_hours(desk: Desk, village: None) -> None:
    assert "We versturen tussen 08:00 en 20:00." in desk.get(f"{ISSUE}/send").text


def test_started_in_the_evening_it_says_that_it_waits_for_the_morning(
    desk: Desk, database: Database, village: None, clock: Clock, work: object
) -> None:
    start(desk, database)
    clock.moment += timedelta(hours=12)
    run_once(work)  # type: ignore[arg-type]

    page = desk.get(f"{ISSUE}/progress").text

    assert "We versturen alleen tussen 08:00 en 20:00." in page


def test_planned_for_the_night_it_is_planned_for_the_morning(
    desk: Desk, database: Database, village: None
) -> None:
    page = start(desk, database, when="later", day="2026-12-01", time="03:00")

    assert "08.00" in page or "08:00" in page
    assert "03.00" not in page
    assert "03:00" not in page
