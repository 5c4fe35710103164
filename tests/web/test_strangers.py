"""What somebody who means no good may try: no answer is theirs to write."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.session import Database
from newsletter.settings import Settings
from subscribers.tokens import Purpose, Signer
from tests.factories import a_list
from web.entrance import SESSIONLESS, entrance_of

ELSEWHERE = {"Host": "elsewhere.example"}
JSON = "application/json"
TOO_LARGE = 2**31  # for a number in the database


@pytest.fixture(autouse=True)
def one_list(database: Database) -> None:
    with database.write.begin() as session:
        a_list(session)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/issues", "/issues/"),
        ("/issues?lang=en", "/issues/?lang=en"),
        ("/desk", "/desk/"),
    ],
)
def test_a_slash_that_is_missing_leads_nowhere_else(
    client: FlaskClient, path: str, to: str
) -> None:
    answer = client.get(path, headers=ELSEWHERE)

    assert answer.status_code == 308
    assert answer.headers["Location"] == to
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize("path", ["/", "/subscribe", "/issues/", "/privacy"])
def test_the_host_somebody_names_is_on_no_page(client: FlaskClient, path: str) -> None:
    assert "elsewhere" not in client.get(path, headers=ELSEWHERE).text


@pytest.mark.parametrize(
    "path",
    [
        f"/issues/{TOO_LARGE}",
        f"/issues/{10**30}",
        f"/issues/{10**30}/base",
        f"/desk/issues/{10**30}",
        "/issues/1/%00",
        "/stories/%00",
        "/stories/" + "a" * 5_000,
        "/media/..%2fsecret.key",
        "/static/..%2f..%2fapp.py",
    ],
)
def test_an_address_that_cannot_be_is_not_here(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "body", ["[" * 30_000, '{"email":' * 5_000, '{"email": 1' + "0" * 5_000 + "}"]
)
def test_json_made_to_break_its_reader_is_refused(
    client: FlaskClient, body: str
) -> None:
    answer = client.post("/subscribe", data=body, content_type=JSON)

    assert answer.status_code == 422


@pytest.mark.parametrize("field", ["list", "role", "partner", "language"])
def test_a_form_that_is_out_of_date_says_so_in_the_readers_language(
    client: FlaskClient, field: str
) -> None:
    form = {"email": "anna@example.nl", field: "weg"}
    answer = client.post("/subscribe", data=form)

    assert answer.status_code == 422
    assert "Dit formulier is veranderd" in answer.text
    assert "There is no" not in answer.text
    # A program is told which word it got wrong.
    answer = client.post("/subscribe", json=form)
    assert "'weg'" in answer.json["error"]  # type: ignore[index]


def test_every_form_of_the_desk_refuses_a_page_from_elsewhere(app: Flask) -> None:
    """Walks them all: a view that forgets its token is found here."""
    client = app.test_client()
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" not in (rule.methods or ()) or not rule.rule.startswith("/desk"):
            continue
        path = re.sub(r"<any\((\w+),.*?\):\w+>", r"\1", rule.rule)
        path = re.sub(r"<.*?>", "1", path)
        answer = client.post(path, data={"do": "anything"})
        assert answer.status_code == 400, (rule.rule, entrance_of(view))
        asked += 1
    assert asked > 20


def test_no_page_for_everybody_sets_a_cookie(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if entrance_of(app.view_functions[rule.endpoint]) not in SESSIONLESS:
            continue
        if rule.arguments or rule.rule.startswith("/desk"):
            continue
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            answer = client.open(rule.rule, method=method)
            assert "Set-Cookie" not in answer.headers, rule


def test_a_shared_cache_keeps_both_languages_apart(client: FlaskClient) -> None:
    assert "Accept-Language" in client.get("/").headers["Vary"]


def test_a_token_for_one_thing_opens_no_other(
    client: FlaskClient, settings: Settings
) -> None:
    signer = Signer(settings.signing_keys())
    for made in Purpose:
        token = signer.sign(made, 1, 1)
        for path in ("/preferences/", "/preferences/details/"):
            assert client.get(path + token).status_code == 404
