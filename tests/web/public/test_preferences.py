"""A reader's own page, and what needs a fresh link."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from database.session import Database
from newsletter import signup
from newsletter.correspondence.details_link import MOST_AT_ONCE
from newsletter.correspondence.models import ServiceMail
from newsletter.dispatch.models import LeavingReason
from newsletter.settings import Settings
from subscribers import partner_consents, subscriptions
from subscribers.lists import find_list
from subscribers.models import Frequency, SignupRequest, Subscriber, Subscription
from subscribers.subscriptions import find_subscriber
from subscribers.tokens import Purpose, Signer
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_partner, a_reader
from tests.web.conftest import Clock
from tests.web.mailed import a_mailing, a_token, an_issue

SAVE = {"do": "save", "name": "Anna", "region": "Deventer", "language": "nl"}


@pytest.fixture
def page(database: Database, settings: Settings) -> str:
    """The address of Anna's page."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_partner(session)
        a_partner(session, "vng")
        anna = a_reader(session, mailing_list, ANNA)
        mailing = a_mailing(session, an_issue(session, mailing_list), [(anna, "base")])
        return "/preferences/" + a_token(settings, Purpose.PREFERENCES, mailing)


@pytest.fixture
def fresh(page: str, database: Database, settings: Settings) -> str:
    """The address of what a fresh link opens."""
    with database.read() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        token = Signer(settings.signing_keys()).sign(
            Purpose.DETAILS, anna.id, until=NOW + timedelta(hours=1)
        )
    return f"/preferences/details/{token}"


def anna_of(database: Database) -> Subscriber:
    with database.read() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        return anna


def subscription_of(database: Database, address: str = ANNA) -> Subscription:
    with database.read() as session:
        reader = find_subscriber(session, address)
        assert reader is not None
        [found] = subscriptions.subscriptions_of(session, reader)
        return found


def test_the_page_shows_what_we_know_and_changes_nothing(
    client: FlaskClient, page: str
) -> None:
    answer = client.get(page)

    assert answer.status_code == 200
    assert "Jouw keuzes" in answer.text
    assert ANNA not in answer.text  # the link may have been forwarded


def test_saving_changes_everything_on_the_form(
    client: FlaskClient, database: Database, page: str
) -> None:
    answer = client.post(
        page,
        data=SAVE
        | {
            "region": "provincie Fryslân",
            "role": ["bewoner", "onderzoeker"],
            "language": "en",
            "pause": "2026-12-24",
            "frequency": "monthly",
            "partner-buurtwijs": ["lpb", "vng"],
            "edition-buurtwijs": "vng",
        },
    )

    assert answer.status_code == 303
    anna = anna_of(database)
    assert (anna.name, anna.region_code, anna.language) == ("Anna", "PV21", "en")
    assert anna.paused_until == date(2026, 12, 24)
    assert anna.frequency is Frequency.MONTHLY
    with database.read() as session:
        subscription = subscription_of(database)
        chosen = partner_consents.partners_of(session, subscription)
        assert [sender.slug for sender in chosen] == ["lpb", "vng"]
        assert subscription.edition_sender_id == chosen[1].id
    shown = client.get(page).text
    assert 'value="provincie Fryslân"' in shown
    assert "break until 24 December 2026" in shown
    assert 'name="frequency" value="monthly" checked' in shown
    assert client.get(answer.headers["Location"]).status_code == 200


def test_unticking_withdraws_a_partners_consent(
    client: FlaskClient, database: Database, page: str
) -> None:
    client.post(page, data=SAVE | {"partner-buurtwijs": ["lpb"]})
    client.post(page, data=SAVE)

    with database.read() as session:
        assert partner_consents.partners_of(session, subscription_of(database)) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("region", "Bergen", "Welke bedoel je: Bergen"),
        ("region", "Atlantis", "Deze gemeente kennen we niet"),
        ("pause", "2026-11-20", "tussen morgen en over een jaar"),
        ("pause", "morgen", "tussen morgen en over een jaar"),
        ("name", "A\nB", "op één regel"),
        ("language", "fr", "Dit formulier is veranderd"),
        ("role", "baron", "Dit formulier is veranderd"),
    ],
)
def test_what_is_wrong_changes_nothing_and_keeps_what_was_typed(
    client: FlaskClient,
    database: Database,
    page: str,
    field: str,
    value: str,
    words: str,
) -> None:
    typed = SAVE | {"name": "Annelies", "partner-buurtwijs": "lpb"}

    answer = client.post(page, data=typed | {field: value})

    assert answer.status_code == 422
    assert words in answer.text
    assert anna_of(database).name is None
    if field != "name":
        assert 'value="Annelies"' in answer.text


@pytest.mark.parametrize("form", [{}, {"do": "sav"}, {"List-Unsubscribe": "One-Click"}])
def test_what_is_none_of_the_pages_forms_changes_nothing(
    client: FlaskClient, database: Database, page: str, form: dict[str, str]
) -> None:
    client.post(page, data=SAVE)

    assert client.post(page, data=form).status_code == 400

    assert anna_of(database).name == "Anna"
    assert subscription_of(database).state == "confirmed"


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"do": "leave", "list": "buurtwijs"}, "ended"),
        ({"do": "leave-everything"}, "ended"),
        ({"do": "leave", "list": "nowhere"}, "confirmed"),
    ],
)
def test_stopping_from_the_page(
    client: FlaskClient,
    database: Database,
    page: str,
    form: dict[str, str],
    state: str,
) -> None:
    assert client.post(page, data=form).status_code == 303

    assert subscription_of(database).state == state
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("wish", ["export", "erase", "address", "nonsense"])
def test_a_fresh_link_is_mailed_to_the_address_itself(
    client: FlaskClient, database: Database, page: str, wish: str
) -> None:
    answer = client.post(page, data={"do": "mail-link", "wish": wish})

    assert answer.status_code == 303
    with database.read() as session:
        [mail] = session.scalars(select(ServiceMail)).all()
    assert mail.address == ANNA
    url: Any = mail.values["url"]
    assert url.startswith("https://post.example.nl/preferences/details/")
    opened = client.get(url.removeprefix("https://post.example.nl"))
    assert ANNA in opened.text


@pytest.mark.parametrize("token", ["x", "A" * 38])
def test_a_link_that_is_not_ours_opens_nothing(client: FlaskClient, token: str) -> None:
    for path in (f"/preferences/{token}", f"/preferences/details/{token}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Deze link werkt niet meer" in answer.text


def test_the_ordinary_link_does_not_open_what_needs_a_fresh_one(
    client: FlaskClient, page: str
) -> None:
    token = page.rpartition("/")[2]

    assert client.get(f"/preferences/details/{token}").status_code == 404
    assert client.get(f"/preferences/details/{token}/download").status_code == 404


def test_a_fresh_link_works_for_one_hour(
    client: FlaskClient, fresh: str, clock: Clock
) -> None:
    assert client.get(fresh).status_code == 200

    clock.moment = NOW + timedelta(hours=1, seconds=1)

    assert client.get(fresh).status_code == 404
    assert client.get(fresh + "/download").status_code == 404
    assert client.post(fresh + "/address", data={"email": BEN}).status_code == 404


def test_a_link_that_is_too_old_never_says_that_somebody_is_erased(
    client: FlaskClient, database: Database, fresh: str, clock: Clock
) -> None:
    clock.moment = NOW + timedelta(hours=1, seconds=1)

    for address in (fresh, "/preferences/details/made-up"):
        answer = client.post(address + "/erase", data={"sure": "yes"})
        assert answer.status_code == 404
        assert "Deze link werkt niet meer" in answer.text
    assert anna_of(database)


def test_everything_we_hold_is_one_download(client: FlaskClient, fresh: str) -> None:
    answer = client.get(fresh + "/download")

    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.json["address"] == ANNA  # type: ignore[index]


def test_erasing_asks_to_be_sure_and_is_for_good(
    client: FlaskClient, database: Database, page: str, fresh: str
) -> None:
    assert client.post(fresh + "/erase").status_code == 422
    anna_of(database)

    for _ in range(2):  # pressing twice is no riddle
        answer = client.post(fresh + "/erase", data={"sure": "yes"})
        assert answer.status_code == 200
        assert "Je bent gewist" in answer.text

    with database.read() as session:
        assert find_subscriber(session, ANNA) is None
    assert client.get(page).status_code == 404


def test_a_new_address_takes_over_once_its_mailbox_says_yes(
    client: FlaskClient, database: Database, fresh: str, settings: Settings
) -> None:
    answer = client.post(fresh + "/address", data={"email": "Anna@Nieuw.example"})

    assert answer.status_code == 200
    assert "nieuwe mailbox" in answer.text
    assert subscription_of(database).state == "confirmed"

    with database.read() as session:
        number = session.scalars(
            select(SignupRequest.id).where(SignupRequest.confirmed_at.is_(None))
        ).one()
    link = Signer(settings.signing_keys()).sign(Purpose.CONFIRM, number)
    assert client.post(f"/confirm/{link}").status_code == 200

    with database.read() as session:
        assert find_subscriber(session, ANNA) is None
    assert subscription_of(database, "anna@nieuw.example").state == "confirmed"
    # Who moved was not erased, and is not told so.
    answer = client.post(fresh + "/erase", data={"sure": "yes"})
    assert answer.status_code == 404


def test_a_new_address_that_is_none_is_refused_beside_the_field(
    client: FlaskClient, fresh: str
) -> None:
    answer = client.post(fresh + "/address", data={"email": "anna"})

    assert answer.status_code == 422
    assert 'id="wrong-email"' in answer.text


def test_fresh_links_are_not_mailed_without_end(
    client: FlaskClient, database: Database, page: str, clock: Clock
) -> None:
    """A forwarded mail must not be enough to fill its reader's mailbox."""

    def ask() -> int:
        answer = client.post(page, data={"do": "mail-link", "wish": "export"})
        assert answer.status_code == 303  # and says the same as ever
        with database.read() as session:
            return session.query(ServiceMail).count()

    assert [ask() for _ in range(MOST_AT_ONCE + 2)] == [1, 2, 3, 3, 3]
    clock.moment = NOW + timedelta(hours=1)
    assert ask() == MOST_AT_ONCE + 1


def test_who_left_says_why_and_comes_back_by_a_mail(
    client: FlaskClient, database: Database, page: str, settings: Settings
) -> None:
    left = client.post(page, data={"do": "leave", "list": "buurtwijs"})
    shown = client.get(left.headers["Location"]).text
    assert "Wil je zeggen waarom?" in shown
    assert "Lees Buurtwijs weer" in shown
    assert ANNA not in shown

    client.post(page, data={"do": "why", "reason": "too-often"})
    client.post(page, data={"do": "why", "reason": "<script>"})
    with database.read() as session:
        assert session.scalars(select(LeavingReason.reason)).all() == ["too-often"]
    client.post(page, data={"do": "back", "list": "buurtwijs"})
    assert subscription_of(database).state == "ended"

    with database.read() as session:
        [(number, source)] = session.execute(
            select(SignupRequest.id, SignupRequest.source).where(
                SignupRequest.confirmed_at.is_(None)
            )
        ).all()
    assert source == "return"
    link = Signer(settings.signing_keys()).sign(Purpose.CONFIRM, number)
    assert client.post(f"/confirm/{link}").status_code == 200
    assert subscription_of(database).state == "confirmed"


def test_who_still_reads_is_not_mailed_to_come_back(
    client: FlaskClient, database: Database, page: str
) -> None:
    client.post(page, data={"do": "back", "list": "buurtwijs"})

    with database.read() as session:
        asked = select(SignupRequest).where(SignupRequest.confirmed_at.is_(None))
        assert session.scalars(asked).all() == []


def test_an_address_is_not_mailed_without_end(
    client: FlaskClient, database: Database, fresh: str
) -> None:
    for _ in range(signup.MOST_AN_HOUR + 3):
        client.post(fresh + "/address", data={"email": BEN})

    with database.read() as session:
        asked = session.scalars(
            select(SignupRequest).where(SignupRequest.confirmed_at.is_(None))
        ).all()
        assert len(asked) == signup.MOST_AN_HOUR
        assert find_list(session, "buurtwijs")


def test_a_reader_sees_their_own_lines_of_consent_and_nobody_elses(
    client: FlaskClient, database: Database, page: str, fresh: str
) -> None:
    with database.write.begin() as session:
        a_reader(session, find_list(session, "buurtwijs"), BEN)
    client.post(page, data=SAVE | {"partner-buurtwijs": ["lpb"]})
    client.post(page, data=SAVE)

    shown = client.get(f"{fresh}?lang=en").text

    lines = [line for line in shown.splitlines() if line.startswith("<li>20 November")]
    assert len(lines) == 4  # asked, confirmed; LPB's box ticked, and unticked
    assert "Stichting Buurtwijs (Buurtwijs): You said yes" in shown
    assert "Ja, mail mij Buurtwijs van Stichting Buurtwijs" in shown
    assert "LPB (Buurtwijs): You said no more" in shown
