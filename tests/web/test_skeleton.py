"""What every page gets for nothing: headers, one session, errors in the look."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from database.session import Database
from newsletter.errors import NewsletterError
from newsletter.settings import Settings
from subscribers.models import Role
from subscribers.roles import add_role
from web import session as doors
from web.app import create_app
from web.entrance import anyone, declare
from web.session import session


class Refused(NewsletterError):
    pass


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The application with a few pages that only these tests know."""
    app = create_app(settings, database)
    odd = Blueprint("odd", __name__)

    @odd.route("/odd/<outcome>", methods=["GET", "POST"])
    @anyone
    def outcome(outcome: str) -> tuple[str, int]:
        add_role(session(), name="Wethouder")
        session().flush()
        if outcome == "refused":
            raise Refused("This is refused. Do something else.")
        if outcome == "broken":
            raise RuntimeError("a secret detail")
        if outcome == "away":
            raise OperationalError("select", {}, Exception("gone"))
        return "done", int(outcome)

    @odd.post("/odd/desk")
    @declare("staff: test")
    def desk() -> str:
        return "in"

    app.register_blueprint(odd)
    return app


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.CRITICAL):
        yield


def roles_named(database: Database, name: str) -> int:
    with database.read() as reading:
        return len(reading.scalars(select(Role).where(Role.name == name)).all())


@pytest.mark.parametrize(
    ("method", "outcome", "status", "kept"),
    [
        ("POST", "200", 200, 1),
        ("POST", "303", 303, 1),
        ("POST", "422", 422, 0),
        ("POST", "refused", 422, 0),
        ("POST", "broken", 500, 0),
        ("POST", "away", 503, 0),
        ("GET", "200", 200, 0),  # a page that is looked at changes nothing
    ],
)
def test_what_a_view_wrote_is_kept_below_400_only(
    client: FlaskClient,
    database: Database,
    quiet: None,
    method: str,
    outcome: str,
    status: int,
    kept: int,
) -> None:
    answer = client.open(f"/odd/{outcome}", method=method)

    assert answer.status_code == status
    assert roles_named(database, "Wethouder") == kept


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/odd/refused", 422, "This is refused. Do something else."),
        ("/odd/broken", 500, "Er ging bij ons iets stuk"),
        ("/odd/away", 503, "We zijn er even niet"),
        ("/nowhere", 404, "Deze pagina is er niet"),
        ("/health", 405, "Deze pagina werkt anders"),
    ],
)
def test_what_goes_wrong_is_a_page_in_the_look(
    client: FlaskClient, quiet: None, path: str, status: int, words: str
) -> None:
    answer = client.post(path)

    assert answer.status_code == status
    assert words in answer.text
    # With its hash in the name once the pages are built, and without before.
    assert re.search(r"/public(-\w+)?\.css", answer.text)
    assert "a secret detail" not in answer.text


def test_a_program_gets_its_error_as_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert "tikfout" in answer.json["error"]  # type: ignore[index]


def test_a_body_that_is_too_large_is_refused_with_a_page(client: FlaskClient) -> None:
    answer = client.post("/subscribe", data={"email": "x" * 70_000})

    assert answer.status_code == 413
    assert "Dat is te groot" in answer.text


def test_every_answer_carries_the_strict_headers(client: FlaskClient) -> None:
    for path in ("/", "/health", "/nowhere"):
        headers = client.get(path).headers

        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Set-Cookie" not in headers


def test_a_page_behind_a_signed_link_is_not_stored_indexed_or_passed_on(
    client: FlaskClient,
) -> None:
    headers = client.get("/confirm/whatever").headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_form_of_the_desk_needs_its_own_token(client: FlaskClient) -> None:
    assert client.post("/odd/desk").status_code == 400


def test_no_page_holds_inline_script_or_style(client: FlaskClient) -> None:
    for path in ("/", "/subscribe", "/privacy", "/issues/", "/unsubscribe/x"):
        page = client.get(path).text

        assert "<script" not in page
        assert "<style" not in page
        assert " style=" not in page


def test_the_moment_is_the_same_within_one_request(app: Flask) -> None:
    with app.test_request_context("/"):
        assert doors.now() == doors.now()


def test_behind_a_proxy_its_word_is_taken_only_when_it_is_trusted(
    settings: Settings, database: Database
) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "post.example.nl"}
    for proxies, host in ((0, "localhost"), (1, "post.example.nl")):
        app = create_app(replace(settings, trusted_proxies=proxies), database)
        with app.test_request_context("/"):
            pass
        seen = []
        app.before_request(lambda seen=seen: seen.append(_host()))
        app.test_client().get("/health", headers=told)

        assert seen == [host]


def _host() -> str:
    from flask import request

    return request.host
