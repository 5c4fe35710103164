"""From the check to the receipt: counted before, watched during, explained after."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter import worker
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.compose import find_issue
from newsletter.jobs.context import Context
from newsletter.reasons import Code, reason
from newsletter.settings import Settings
from subscribers.tokens import Signer
from tests.web.conftest import Clock
from tests.web.editors.conftest import Desk
from web.editors.words import delivery_state

ISSUE = "/desk/issues/42"


@pytest.fixture
def work(database: Database, settings: Settings, clock: Clock) -> Context:
    """What a worker beside the desk would have."""
    signer = Signer(settings.signing_keys())
    url = database.engine.url.render_as_string(hide_password=False)
    settings = replace(settings, database_url=url)
    return Context(database=database, settings=settings, signer=signer, now=clock)


def version(database: Database) -> str:
    with database.read() as session:
        return str(find_issue(session, 42).version)


def start(desk: Desk, database: Database, **fields: str) -> str:
    fields = {"version": version(database), "when": "now", **fields}
    return desk.follow(f"{ISSUE}/start", **fields).text


def test_the_check_says_what_to_mend_and_leads_there(
    desk: Desk, database: Database, village: None
) -> None:
    desk.post(f"{ISSUE}/blocks", kind="quotation", text="Soep!", who="", edition="base")

    page = desk.get(f"{ISSUE}/check").text

    assert "Ga erheen" in page
    assert "edit=quotation-1" in page


def test_a_story_without_knowledge_may_be_let_pass_with_a_why(
    desk: Desk, village: None
) -> None:
    assert 'name="story" value="soep"' in desk.get(f"{ISSUE}/check").text

    page = desk.follow(f"{ISSUE}/waive", story="soep", why="Het is een column.").text

    assert 'name="story" value="soep"' not in page


def test_the_page_before_sending_counts_every_version(
    desk: Desk, village: None
) -> None:
    page = desk.get(f"{ISSUE}/send").text

    assert "Verstuur aan 3 lezers" in page
    assert "Versie A" in page
    assert "Versie B" in page


def test_a_test_goes_to_one_address(
    desk: Desk, settings: Settings, village: None
) -> None:
    page = desk.follow(f"{ISSUE}/test", to="anna@example.nl", variant="base").text

    assert "De test is onderweg." in page
    [mail] = settings.outbox.rglob("*.eml")
    assert "[Test]" in mail.read_text()


def test_a_test_to_what_is_no_address_is_refused(desk: Desk, village: None) -> None:
    answer = desk.post(f"{ISSUE}/test", to="anna", variant="base")

    assert answer.status_code == 422
    assert "Dit is geen mailadres" in answer.text


def test_sending_now_reaches_everybody_once_and_the_receipt_adds_up(
    desk: Desk, database: Database, settings: Settings, work: Context, village: None
) -> None:
    assert "wordt verstuurd" in start(desk, database)
    running = desk.get(f"{ISSUE}/progress.json").json
    assert running is not None
    assert (running["done"], running["prepared"], running["over"]) == (0, 3, False)

    worker.run_once(work)

    done = desk.get(f"{ISSUE}/progress.json").json
    assert done is not None
    assert (done["state"], done["percent"], done["over"]) == ("sent", 100, True)
    page = desk.get(f"{ISSUE}/receipt").text
    assert "Kassabon van nummer 42" in page
    assert "in een bestand gezet" in page
    assert "Het toestemmingsboek" in page
    assert len(list((settings.outbox / "42").glob("*.eml"))) == 3
    assert "Net verstuurd" in desk.get("/desk/").text


def test_what_a_mail_server_took_is_said_otherwise_than_what_is_in_a_file(
    app: Flask, desk: Desk
) -> None:
    house = app.extensions["buurtpost"]
    real = replace(house.settings, provider="smtp")
    with app.test_request_context("/desk/"):
        assert delivery_state("accepted") == "in een bestand gezet"
        app.extensions["buurtpost"] = replace(house, settings=real)
        assert delivery_state("accepted") == "overgedragen aan de mailserver"


def test_starting_twice_mails_nobody_twice(
    desk: Desk, database: Database, work: Context, settings: Settings, village: None
) -> None:
    looked_at = version(database)
    start(desk, database)
    worker.run_once(work)

    again = desk.post(f"{ISSUE}/start", version=looked_at, when="now")
    worker.run_once(work)

    assert again.status_code == 409
    assert "Dit nummer is al gestart. Niemand krijgt het twee keer." in again.text
    assert f'href="{ISSUE}/progress"' in again.text
    assert "button" not in again.text.partition("<main")[2].partition("</main>")[0]

    assert len(list((settings.outbox / "42").glob("*.eml"))) == 3


def test_an_issue_that_changed_since_the_button_was_shown_is_not_sent(
    desk: Desk, database: Database, village: None
) -> None:
    looked_at = version(database)
    desk.post(f"{ISSUE}/blocks", kind="divider", edition="base")

    answer = desk.post(f"{ISSUE}/start", version=looked_at, when="now")

    assert answer.status_code == 422
    assert "Dit nummer is veranderd" in answer.text


def test_later_is_scheduled_at_the_local_time(
    desk: Desk, database: Database, village: None
) -> None:
    page = start(desk, database, when="later", day="2026-11-26", time="10:53")

    assert "ingepland" in page
    assert "donderdag 26 november 2026 10.53" in page


def test_a_moment_that_is_past_is_refused(
    desk: Desk, database: Database, village: None
) -> None:
    fields = {"when": "later", "day": "2020-01-01", "time": "10:00"}

    answer = desk.post(f"{ISSUE}/start", version=version(database), **fields)

    assert answer.status_code == 422
    assert "Dit moment is voorbij" in answer.text


def test_it_is_paused_resumed_and_stopped(
    desk: Desk, database: Database, work: Context, settings: Settings, village: None
) -> None:
    start(desk, database)

    assert "gepauzeerd" in desk.follow(f"{ISSUE}/pause").text
    worker.run_once(work)
    assert list(settings.outbox.rglob("*.eml")) == []
    assert "wordt verstuurd" in desk.follow(f"{ISSUE}/resume").text
    assert "gestopt" in desk.follow(f"{ISSUE}/cancel").text
    assert "op tijd tegengehouden" in desk.get(f"{ISSUE}/receipt").text

    late = desk.post(f"{ISSUE}/pause")
    assert late.status_code == 409
    assert "Dat kan niet meer" in late.text


def test_what_was_started_is_not_changed_any_more(
    desk: Desk, database: Database, village: None
) -> None:
    start(desk, database)

    answer = desk.post(f"{ISSUE}/blocks/story-1/remove", edition="base")

    assert answer.status_code == 409
    assert "blijft dus zoals het is" in answer.text
    assert "Blok toevoegen" not in desk.get(ISSUE).text


def test_what_blocks_keeps_the_button_shut(
    desk: Desk, database: Database, app: Flask, village: None
) -> None:
    house = app.extensions["buurtpost"]
    unsafe = replace(house.settings, provider="smtp", base_url="http://post.example.nl")
    app.extensions["buurtpost"] = replace(house, settings=unsafe)

    page = desk.get(f"{ISSUE}/send").text
    answer = desk.post(f"{ISSUE}/start", version=version(database), when="now")

    assert 'form="go" disabled' in page
    assert answer.status_code == 422


def change(database: Database, what: Callable[[Session, Mailing], object]) -> None:
    """What a worker would have written into the mailing of issue 42."""
    with database.write.begin() as session:
        what(session, session.scalars(select(Mailing)).one())


def ends(
    state: DeliveryState, detail: str = ""
) -> Callable[[Session, Mailing], object]:
    def end(session: Session, _mailing: Mailing) -> None:
        session.execute(update(Delivery).values(state=state, detail=detail))

    return end


def test_a_relay_that_cannot_be_reached_is_named_with_when_we_go_on(
    desk: Desk, database: Database, clock: Clock, village: None
) -> None:
    start(desk, database)
    waits = reason(
        Code.SMTP_UNREACHABLE,
        until=clock() + timedelta(minutes=5),
        relay="relay.example:587",
        words="Connection refused",
    )
    change(database, lambda _s, mailing: setattr(mailing, "waiting", waits.stored()))

    page = desk.get(f"{ISSUE}/progress").text
    assert "relay.example:587 is niet te bereiken: Connection refused" in page
    assert "Je hoeft niets te doen" in page
    assert "We gaan vanzelf verder: vandaag 10.35." in page
    news = desk.get(f"{ISSUE}/progress.json").json
    assert news is not None
    assert "niet te bereiken" in news["said"]["stands"]


def test_when_no_worker_runs_the_page_says_so(
    desk: Desk, database: Database, clock: Clock, village: None
) -> None:
    start(desk, database)
    assert "er draait geen worker" not in desk.get(f"{ISSUE}/progress").text

    clock.moment += timedelta(minutes=3)

    page = desk.get(f"{ISSUE}/progress").text
    assert "al 3 min" in page
    assert "er draait geen worker" in page
    assert "`buurtpost worker`" in page
    assert "er draait geen worker" in desk.get(f"{ISSUE}/receipt").text
    assert "er draait geen worker" in desk.get("/desk/").text


def test_who_paused_it_stands_on_the_page(
    desk: Desk, database: Database, village: None
) -> None:
    start(desk, database)

    page = desk.follow(f"{ISSUE}/pause").text

    assert "Gepauzeerd door chief@buurtwijs.example." in page
    assert "Je hoeft niets te doen" not in page


def test_whoever_was_refused_is_counted_with_the_words_and_can_be_tried_again(
    desk: Desk, database: Database, village: None
) -> None:
    start(desk, database)
    change(database, ends(DeliveryState.REFUSED, "550 5.7.1 policy"))

    page = desk.get(f"{ISSUE}/progress").text
    assert "De mails aan 3 lezers zijn geweigerd." in page
    assert "3: <q>550 5.7.1 policy</q>" in page
    assert "Probeer opnieuw" in page

    assert "3 lezers zijn geweigerd" not in desk.follow(f"{ISSUE}/retry").text


@pytest.mark.parametrize(
    ("outcome", "said", "counted"),
    [
        ("leave", "het blijft zoals het is", "onzeker"),
        ("sent", "ze tellen als verstuurd", "in een bestand gezet"),
        ("again", "ze krijgen de mail nog een keer", "wacht"),
    ],
)
def test_in_doubt_is_explained_and_a_person_chooses(
    desk: Desk,
    database: Database,
    village: None,
    outcome: str,
    said: str,
    counted: str,
) -> None:
    start(desk, database)
    change(database, ends(DeliveryState.IN_DOUBT))
    page = desk.get(f"{ISSUE}/progress").text
    assert "Van 3 lezers weten we niet of de mail is aangekomen." in page
    for meaning in (
        "Er verandert niets",
        "tellen voortaan als",
        "heeft hem dan dubbel",
    ):
        assert meaning in page

    page = desk.follow(f"{ISSUE}/settle/{outcome}").text

    assert said in page
    news = desk.get(f"{ISSUE}/progress.json").json
    assert news is not None
    [[words, count]] = news["counts"]
    assert words.startswith(counted)
    assert count == "3"


def test_nobody_in_doubt_is_nothing_to_settle(
    desk: Desk, database: Database, village: None
) -> None:
    start(desk, database)

    assert desk.post(f"{ISSUE}/settle/again").status_code == 409
    assert desk.post(f"{ISSUE}/settle/whatever").status_code == 404
