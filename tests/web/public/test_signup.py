"""Subscribing from a form or JSON, and saying yes from the mailbox."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from database.session import Database
from newsletter.jobs.models import Job
from newsletter.settings import Settings
from subscribers import subscriptions
from subscribers.lists import find_list
from subscribers.models import (
    ConsentWording,
    SignupRequest,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.subscriptions import find_subscriber
from subscribers.suppression import suppress
from subscribers.tokens import Purpose, Signer
from tests.conftest import NOW
from tests.factories import ANNA, BEN, CLEO, a_list, a_partner, a_reader
from tests.web.conftest import Clock
from web.public.signup import MOST_AT_ONCE

FORM = {"email": ANNA, "list": "buurtwijs", "language": "nl"}


@pytest.fixture(autouse=True)
def one_list(database: Database) -> None:
    with database.write.begin() as session:
        a_list(session)
        a_partner(session)


def asked(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [one.details for one in session.scalars(select(SignupRequest))]


@pytest.mark.parametrize("path", ["/", "/subscribe"])
def test_the_form_shows_the_words_one_says_yes_to_and_ticks_no_box(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).text

    assert "Ja, mail mij Buurtwijs van Stichting Buurtwijs." in page
    assert "Ja, ik wil ook de editie van LPB" in page
    assert not re.search(r"<input[^>]*checked", page)
    assert 'autocomplete="email"' in page


def test_a_form_waits_for_confirmation(client: FlaskClient, database: Database) -> None:
    answer = client.post(
        "/subscribe",
        data=FORM | {"region": "den haag", "role": ["bewoner"], "partner": ["lpb"]},
    )

    assert answer.status_code == 200
    assert "Kijk in je mailbox" in answer.text
    [details] = asked(database)
    assert details["region"] == "GM0518"
    assert details["partners"]
    with database.read() as session:
        assert session.scalar(select(Job.kind)) == "confirmation"


def test_json_works_the_same(client: FlaskClient, database: Database) -> None:
    answer = client.post(
        "/subscribe",
        json={"email": ANNA, "region": "GM0518", "role": ["bewoner"], "partner": "lpb"},
    )

    assert answer.status_code == 200
    assert "mailbox" in answer.json["message"]  # type: ignore[index]
    [details] = asked(database)
    assert details["region"] == "GM0518"
    assert details["partners"]


def test_the_answer_is_the_same_for_whoever_it_is(
    client: FlaskClient, database: Database
) -> None:
    with database.write.begin() as session:
        a_reader(session, find_list(session, "buurtwijs"), BEN)
        suppress(
            session,
            address="gone@example.nl",
            reason=SuppressionReason.COMPLAINED,
            now=NOW,
        )

    answers = {
        client.post("/subscribe", data=FORM | {"email": address}).text
        for address in (ANNA, BEN, "gone@example.nl")
    }

    assert len(answers) == 1


def test_what_a_machine_fills_in_is_thanked_and_forgotten(
    client: FlaskClient, database: Database
) -> None:
    honest = client.post("/subscribe", data=FORM | {"email": BEN})
    trapped = client.post("/subscribe", data=FORM | {"website": "buy.example"})

    assert trapped.status_code == 200
    assert trapped.text == honest.text
    assert len(asked(database)) == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "anna.example.nl", "Dit lijkt geen e-mailadres."),
        ("email", "zoë@example.nl", "adres met gewone letters"),
        ("email", "anna@ехample.nl", "letters die alleen op gewone lijken"),
        ("email", "", "Dit lijkt geen e-mailadres."),
        (
            "email",
            "anna@example.nl\r\nBcc: ben@example.nl",
            "Dit lijkt geen e-mailadres",
        ),
        ("region", "Bergen", "Welke bedoel je: Bergen"),
        ("region", "Atlantis", "Deze gemeente kennen we niet."),
        ("name", "Anna\r\nBcc: ben@example.nl", "op één regel"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(
    client: FlaskClient, database: Database, field: str, value: str, words: str
) -> None:
    filled = FORM | {"name": "Anna", "region": "Deventer", "role": "bewoner"}

    answer = client.post("/subscribe", data=filled | {field: value})

    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-describedby="' in answer.text
    assert f'id="wrong-{field}"' in answer.text
    assert re.search(r'value="bewoner" checked', answer.text)
    if field != "region":
        assert 'value="Deventer"' in answer.text
    assert asked(database) == []


@pytest.mark.parametrize(
    "body",
    [
        {"email": "anna"},
        {"email": 7},
        {"email": ["anna@example.nl", {"a": 1}]},
        {"email": ANNA, "list": "nowhere"},
        {"email": ANNA, "role": "baron"},
        {"email": ANNA, "partner": "nobody"},
        [],
        "text",
        12,
    ],
)
def test_json_that_is_wrong_is_refused_with_a_sentence(
    client: FlaskClient, database: Database, body: object
) -> None:
    answer = client.post("/subscribe", json=body)

    assert answer.status_code == 422
    assert answer.json["error"]  # type: ignore[index]
    assert asked(database) == []


def test_json_that_cannot_be_read_is_refused_too(client: FlaskClient) -> None:
    answer = client.post("/subscribe", data="{", content_type="application/json")

    assert answer.status_code == 422


def test_a_link_may_fill_in_the_form_but_never_a_partners_box(
    client: FlaskClient,
) -> None:
    page = client.get(
        "/subscribe?email=anna%40example.nl&partner=lpb&role=bewoner"
    ).text

    assert 'value="anna@example.nl"' in page
    assert not re.search(r'value="lpb"[^>]*checked', page)
    assert re.search(r'value="bewoner" checked', page)


def test_text_from_an_address_bar_is_never_markup(client: FlaskClient) -> None:
    page = client.get('/subscribe?email="><script>alert(1)</script>').text

    assert "<script>" not in page


def test_with_several_newsletters_each_has_its_own_form_and_words(
    client: FlaskClient, database: Database
) -> None:
    with database.write.begin() as session:
        a_list(session, "wijkpost")

    page = client.get("/subscribe?list=wijkpost").text

    assert "Ja, mail mij Wijkpost van" in page
    assert 'href="/subscribe?list=buurtwijs"' in page


def confirm_link(settings: Settings, database: Database) -> str:
    with database.read() as session:
        number = session.scalars(select(SignupRequest.id)).one()
    return "/confirm/" + Signer(settings.signing_keys()).sign(Purpose.CONFIRM, number)


def test_looking_at_the_link_changes_nothing_and_the_button_confirms(
    client: FlaskClient, settings: Settings, database: Database
) -> None:
    client.post("/subscribe", data=FORM | {"partner": "lpb"})
    link = confirm_link(settings, database)

    looked = client.get(link)
    assert looked.status_code == 200
    assert "<button" in looked.text
    assert state_of(database) == SubscriptionState.PENDING

    for _ in range(2):  # pressing twice is fine
        answer = client.post(link)
        assert answer.status_code == 200
        assert "Fijn dat je meeleest" in answer.text
        assert state_of(database) == SubscriptionState.CONFIRMED


def state_of(database: Database) -> SubscriptionState:
    with database.read() as session:
        subscriber = find_subscriber(session, ANNA)
        assert subscriber is not None
        [subscription] = subscriptions.subscriptions_of(session, subscriber)
        return subscription.state


@pytest.mark.parametrize("token", ["x", "A" * 40, "%00", "é"])
def test_a_confirmation_that_is_not_ours_says_what_to_do(
    client: FlaskClient, token: str
) -> None:
    assert client.get(f"/confirm/{token}").status_code == 200
    answer = client.post(f"/confirm/{token}")

    assert answer.status_code == 410
    assert "Meld je opnieuw aan" in answer.text


def test_the_words_shown_are_the_words_kept(
    client: FlaskClient, database: Database
) -> None:
    page = client.get("/subscribe?lang=en").text
    client.post("/subscribe?lang=en", data=FORM | {"language": "en", "partner": "lpb"})

    with database.read() as session:
        kept = session.scalars(select(ConsentWording.text)).all()
        people = session.scalar(select(func.count()).select_from(Subscriber))
    assert people == 1
    assert len(kept) == 2
    assert all(text in page for text in kept)


def test_an_address_that_looks_mistyped_is_asked_about_and_mailed_all_the_same(
    client: FlaskClient, database: Database
) -> None:
    filled = FORM | {"region": "Deventer", "role": ["bewoner"], "partner": "lpb"}
    page = client.post("/subscribe", data=filled | {"email": "anna@gmial.com"}).text

    assert "Je typte anna@gmial.com. Bedoel je anna@gmail.com?" in page
    kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    assert dict(kept) == {
        "list": "buurtwijs",
        "region": "Deventer",
        "role": "bewoner",
        "partner": "lpb",
        "language": "nl",
    }
    client.post("/subscribe", data=dict(kept) | {"email": "anna@gmail.com"})
    first, second = asked(database)
    assert first == second
    answer = client.post("/subscribe", json={"email": "anna@gmial.com"})
    assert answer.json["hint"] == "anna@gmail.com"  # type: ignore[index]


def test_who_signs_up_without_end_waits_and_nothing_typed_is_lost(
    client: FlaskClient, database: Database, clock: Clock
) -> None:
    def post(number: int, machine: str, path: str = "/subscribe") -> TestResponse:
        return client.post(
            path,
            data=FORM | {"email": f"reader-{number}@example.nl", "website": "x"},
            environ_base={"REMOTE_ADDR": machine},
        )

    for number in range(MOST_AT_ONCE):
        assert post(number, "2001:db8::1").status_code == 200

    refused = post(999, "2001:db8::2", "/subscribe/embed")  # the same household

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "6"
    assert 'value="reader-999@example.nl"' in refused.text
    assert "frame-ancestors *" in refused.headers["Content-Security-Policy"]
    assert post(1000, "192.0.2.7").status_code == 200
    answer = client.post(
        "/subscribe",
        json={"email": ANNA},
        environ_base={"REMOTE_ADDR": "2001:db8::3"},
    )
    assert answer.status_code == 429
    clock.moment += timedelta(seconds=6)
    assert post(1001, "2001:db8::1").status_code == 200


def test_the_work_is_the_same_whoever_it_is(
    client: FlaskClient, database: Database
) -> None:
    """What takes as long cannot be told apart: statement by statement."""
    with database.write.begin() as session:
        buurtwijs = find_list(session, "buurtwijs")
        a_reader(session, buurtwijs, BEN, partners=[])
        suppress(session, address=CLEO, reason=SuppressionReason.COMPLAINED, now=NOW)
    client.post("/subscribe", data=FORM | {"email": "first@example.nl"})

    done: dict[str, list[str]] = {}
    for address in (ANNA, BEN, CLEO):
        with listening(database) as statements:
            client.post("/subscribe", data=FORM | {"email": address})
        done[address] = statements

    assert done[BEN] == done[ANNA]
    assert done[CLEO] == done[ANNA]


@contextmanager
def listening(database: Database) -> Iterator[list[str]]:
    """The statements of a while, without their values."""
    statements: list[str] = []

    def hear(_connection: object, _cursor: object, words: str, *_more: object) -> None:
        statements.append(words)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield statements
    event.remove(database.engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("email", [ANNA, "nonsense"])
def test_a_form_nobody_can_send_waits_for_no_writer(
    client: FlaskClient, database: Database, email: str
) -> None:
    """Under load those who signed up held SQLite's one writer while their form was
    looked at, queued for it longer than it waits, and read that we are away."""
    with database.write.begin() as session:
        session.execute(select(Subscriber.id))  # holds the lock
        answer = client.post("/subscribe", data={"email": email, "region": "Atlantis"})

    assert answer.status_code == 422
