"""Subscribing from a partner's site: in a frame, by a form of theirs, by a script."""

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from database.session import Database
from subscribers.models import SignupRequest
from tests.factories import ANNA, a_list, a_partner

EMBED = "/subscribe/embed"
FORM = {"email": ANNA, "list": "buurtwijs", "language": "nl"}


@pytest.fixture(autouse=True)
def one_list(database: Database) -> None:
    with database.write.begin() as session:
        a_list(session)
        a_partner(session)


def test_the_form_in_a_frame_stays_in_it(
    client: FlaskClient, database: Database
) -> None:
    page = client.get(EMBED + "?list=buurtwijs&via=lpb&lang=en")
    wrong = client.post(EMBED, data=FORM | {"email": "anna"})
    right = client.post(EMBED, data=FORM | {"via": "lpb"})

    assert (page.status_code, wrong.status_code, right.status_code) == (200, 422, 200)
    assert 'name="via" value="lpb"' in page.text
    for answer in (page, wrong, right):
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert "<nav" not in answer.text
        assert not re.search(r"<script|<input[^>]*checked", answer.text)
        for link in re.findall(r"<a [^>]*>", answer.text):
            inside = 'class="skip"' in link or EMBED in link
            assert inside or 'target="_blank"' in link, link
    with database.read() as session:
        assert session.scalar(select(SignupRequest.source)) == "partner-form:lpb"


def test_the_code_of_the_frame_shows_the_form(client: FlaskClient) -> None:
    page = client.get("/subscribe/for-your-site?via=lpb&lang=en").text
    [code] = re.findall(r'id="frame-code"[^>]*>(.*?)</textarea>', page, re.S)

    frame = re.match(
        r'<iframe src="https://post.example.nl([^"]*)"', html.unescape(code)
    )
    assert frame
    shown = client.get(html.unescape(frame[1]))
    assert shown.status_code == 200
    assert 'name="via" value="lpb"' in shown.text


@pytest.mark.parametrize("path", ["/", "/subscribe", "/subscribe/for-your-site"])
def test_no_other_page_may_be_framed(client: FlaskClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("via", "source"), [("", "form"), ("lpb", "partner-form:lpb"), ("evil", "form")]
)
def test_the_plain_form_for_a_partners_site_works_as_it_stands(
    client: FlaskClient, database: Database, via: str, source: str
) -> None:
    page = client.get(f"/subscribe/for-your-site?via={via}").text
    code = html.unescape(
        re.findall(r'id="html-code"[^>]*>(.*?)</textarea>', page, re.S)[0]
    )

    assert "Ja, mail mij Buurtwijs van Stichting Buurtwijs." in code
    assert "<script" not in code
    assert "checked" not in code
    assert re.search(r'action="https://post.example.nl/subscribe', code)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', code)
    named = set(re.findall(r'name="(\w+)"', code))
    assert named >= {"email", "region", "website", "list", "language"}
    client.post("/subscribe", data=dict(hidden) | {"email": ANNA, "region": "Zwolle"})
    with database.read() as session:
        assert session.scalar(select(SignupRequest.source)) == source


def test_what_stands_in_the_address_cannot_write_the_code_we_hand_out(
    client: FlaskClient,
) -> None:
    page = client.get('/subscribe/for-your-site?via="><script>alert(1)</script>').text

    assert "<script" not in html.unescape(page)


def test_a_script_of_another_site_may_post_json_and_read_the_one_answer(
    client: FlaskClient,
) -> None:
    elsewhere = {"Origin": "https://lpb.example"}
    may = client.options("/subscribe", headers=elsewhere)
    answer = client.post("/subscribe", json={"email": ANNA}, headers=elsewhere)

    assert may.status_code == 204
    assert "Content-Type" in may.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    page = client.get("/subscribe", headers=elsewhere)
    assert "Access-Control-Allow-Origin" not in page.headers
