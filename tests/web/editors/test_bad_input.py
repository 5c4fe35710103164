"""Whatever is sent to the desk gets a page with a sentence, never a broken one."""

from urllib.parse import quote

import pytest

from tests.web.editors.conftest import Desk

ISSUE = "/desk/issues/42"
NASTY = (
    "\0",
    "'; drop table issue; --",
    "../../etc/passwd",
    "{{ 7*7 }}",
    "\ud7ff😀" * 300,
)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/stories/?q={}&partner={}&kind={}",
        f"{ISSUE}?q={{}}&which=from-{{}}&variant={{}}",
        f"{ISSUE}?edit={{}}&edition={{}}&view={{}}",
        f"{ISSUE}?new={{}}&after={{}}&moved={{}}",
        f"{ISSUE}/preview/{{}}?view={{}}",
        "/desk/sign-in/{}",
    ],
)
def test_a_strange_question_is_answered(desk: Desk, village: None, path: str) -> None:
    for nasty in NASTY:
        answer = desk.get(path.replace("{}", quote(nasty, safe="")))

        assert answer.status_code in {200, 404, 410, 422}, nasty
        assert ">49<" not in answer.text, nasty


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/desk/sign-in", ["email"]),
        ("/desk/stories/new", ["title", "body", "partner", "region", "people"]),
        ("/desk/stories/soep/links", ["knowledge", "relation", "why"]),
        ("/desk/issues/new", ["list", "subject"]),
        (f"{ISSUE}/place", ["story"]),
        (f"{ISSUE}/blocks", ["kind", "edition"]),
        (f"{ISSUE}/blocks/story-1", ["story", "size", "only_role", "only_region"]),
        (f"{ISSUE}/blocks/story-1/move", ["to"]),
        (f"{ISSUE}/editions", ["for"]),
        (f"{ISSUE}/waive", ["story", "why"]),
        (f"{ISSUE}/test", ["to", "variant"]),
        (f"{ISSUE}/start", ["version", "when", "day"]),
    ],
)
def test_a_strange_form_is_answered(
    desk: Desk, village: None, path: str, fields: list[str]
) -> None:
    for nasty in NASTY:
        answer = desk.post(path, **dict.fromkeys(fields, nasty))

        assert answer.status_code in {200, 303, 400, 404, 409, 422}, nasty


@pytest.mark.parametrize("key", ["partner:\0", "partner:nobody", "region:GM9999"])
def test_an_edition_for_nobody_is_refused(desk: Desk, village: None, key: str) -> None:
    assert desk.post(f"{ISSUE}/editions", **{"for": key}).status_code == 422


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_an_impossible_number_is_not_there(desk: Desk, number: str) -> None:
    assert desk.get(f"/desk/issues/{number}").status_code == 404
