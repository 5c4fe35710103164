"""A desk with somebody at it, over the small world that issues are tested in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.test import TestResponse

from database.session import Database
from newsletter.settings import Settings
from newsletter.staff import sign_in
from newsletter.staff.models import StaffRole
from newsletter.staff.people import OPERATOR, add_staff
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World

HERE = "https://post.example.nl"
CHIEF, EDITOR = "chief@buurtwijs.example", "editor@buurtwijs.example"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Desk:
    """A browser: keeps its cookie, sends the page's token and where it came from."""

    client: FlaskClient

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=HERE, **more)

    def post(
        self, path: str, *, token: str | None = None, **fields: Any
    ) -> TestResponse:
        if token is None:
            token = self.token()
        return self.client.post(
            path,
            base_url=HERE,
            data={"csrf_token": token, **fields},
            headers={"Referer": f"{HERE}/desk/"},
        )

    def follow(self, path: str, **fields: Any) -> TestResponse:
        """Post, and look at the page it leads to."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["Location"])

    def token(self) -> str:
        found = _TOKEN.search(self.get("/desk/sign-in").text)
        assert found
        return found[1]


def link_for(database: Database, email: str, role: StaffRole) -> str:
    """A fresh sign-in link's path."""
    with database.write.begin() as session:
        staff = add_staff(session, email=email, role=role, by=OPERATOR, now=NOW)
        return f"/desk/sign-in/{sign_in.make_link(session, staff, now=NOW)}"


@pytest.fixture
def visitor(client: FlaskClient) -> Desk:
    return Desk(client)


@pytest.fixture
def sign_in_as(app: Flask, database: Database) -> Callable[[str, StaffRole], Desk]:
    def enter(email: str, role: StaffRole) -> Desk:
        desk = Desk(app.test_client())
        # Without looking at the page it leads to, which is another test's.
        assert desk.post(link_for(database, email, role)).status_code == 303
        return desk

    return enter


@pytest.fixture
def desk(sign_in_as: Callable[[str, StaffRole], Desk]) -> Desk:
    """A chief editor, who may do everything at the desk."""
    return sign_in_as(CHIEF, StaffRole.CHIEF)


@pytest.fixture
def village(database: Database, settings: Settings) -> None:
    """Issue 42: a foreword, a story for all, one for wijkambtenaren; three readers."""
    with database.write.begin() as session:
        world = World(session, settings)
        world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            preheader="Drie keer soep.",
        )
        world.reader("anna", region="GM1680", roles=["wijkambtenaar"])
        world.reader("ben", partners=[world.lpb])
        world.reader("cleo")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def way_in(settings: Settings, sqlite_database: Database, served: str) -> str:
    """A sign-in link, to a desk with issue 42 in the making and three readers."""
    with sqlite_database.write.begin() as session:
        world = World(session, replace(settings, base_url=served))
        world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            editions=[{"partner": "lpb", "foreword": "Dag {naam}."}],
            preheader="Drie keer soep.",
        )
        world.reader("anna", region="GM1680", roles=["wijkambtenaar"])
        world.reader("ben", partners=[world.lpb])
        world.reader("cleo")
        staff = add_staff(
            session, email=CHIEF, role=StaffRole.CHIEF, by=OPERATOR, now=now()
        )
        secret = sign_in.make_link(session, staff, now=now())
    return f"{served}/desk/sign-in/{secret}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab that fails the test when a page asks others for anything or complains."""
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith("http://127.0.0.1:")
            else wrong.append(asked.url)
        ),
    )
    yield page
    context.close()
    # A socket that a busy machine closed is no complaint.
    assert [text for text in wrong if "net::ERR_" not in text] == []
