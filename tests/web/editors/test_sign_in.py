"""Staff come in by a link that works once; the form tells nobody who works here."""

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.jobs.models import Job
from newsletter.staff.models import StaffRole, StaffSession
from tests.web.editors.conftest import CHIEF, Desk, link_for
from web.editors.sign_in import MOST_AT_ONCE


def sessions(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(StaffSession)).all())


@pytest.mark.parametrize(
    ("address", "is_staff"),
    [
        (CHIEF, True),
        (f"  {CHIEF.upper()} ", True),
        ("nobody@example.nl", False),
        ("", False),
    ],
)
def test_asking_for_a_link_answers_everybody_the_same(
    visitor: Desk, database: Database, address: str, is_staff: bool
) -> None:
    link_for(database, CHIEF, StaffRole.CHIEF)

    answer = visitor.post("/desk/sign-in", email=address)

    assert answer.status_code == 200
    assert "Kijk in je mailbox" in answer.text
    assert address.strip() == "" or address.strip() not in answer.text
    with database.read() as session:
        jobs = session.scalars(select(Job)).all()
    # The same work for everybody, so that the time it takes tells nothing either.
    assert [bool(job.payload["staff"]) for job in jobs] == [is_staff]


def test_who_asks_for_link_after_link_must_wait(visitor: Desk) -> None:
    token = visitor.token()
    for _ in range(MOST_AT_ONCE):
        assert (
            visitor.post("/desk/sign-in", token=token, email=CHIEF).status_code == 200
        )

    answer = visitor.post("/desk/sign-in", token=token, email=CHIEF)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Wacht een minuut" in answer.text


def test_opening_the_link_changes_nothing_and_its_button_signs_in(
    visitor: Desk, database: Database
) -> None:
    link = link_for(database, CHIEF, StaffRole.CHIEF)

    page = visitor.get(link)
    assert sessions(database) == 0
    assert "Kom binnen" in page.text
    assert "Welkom terug" not in page.text  # it may well be the first time

    assert CHIEF in visitor.follow(link).text
    assert sessions(database) == 1


def test_a_link_works_once(visitor: Desk, database: Database) -> None:
    link = link_for(database, CHIEF, StaffRole.CHIEF)
    visitor.post(link)

    assert visitor.get(link).status_code == 410
    assert visitor.post(link).status_code == 410
    assert visitor.get("/desk/sign-in/nonsense").status_code == 410


def test_the_cookie_is_for_this_site_and_no_script(
    visitor: Desk, database: Database
) -> None:
    answer = visitor.post(link_for(database, CHIEF, StaffRole.CHIEF))

    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure"))


def test_signing_out_ends_the_session_here_and_in_the_database(
    desk: Desk, database: Database
) -> None:
    desk.follow("/desk/sign-out")

    assert sessions(database) == 0
    assert desk.get("/desk/").headers["Location"].endswith("/desk/sign-in")


@pytest.mark.parametrize("path", ["/desk/", "/desk/stories/", "/desk/issues/42"])
def test_a_stranger_is_shown_the_way_in(visitor: Desk, path: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/desk/sign-in")


def test_without_the_pages_token_nothing_happens(desk: Desk, village: None) -> None:
    for path in ("/desk/sign-in", "/desk/sign-out", "/desk/issues/42/start"):
        assert desk.post(path, token="made-up").status_code == 400
