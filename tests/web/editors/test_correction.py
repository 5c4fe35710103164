"""Putting something right at the desk: chosen, looked at, sent, watched."""

import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from database.session import Database
from newsletter import worker
from newsletter.dispatch import mailings
from newsletter.dispatch.corrections.models import Correction
from newsletter.jobs.context import Context
from newsletter.settings import Settings
from newsletter.staff.models import StaffRole
from subscribers.models import ConsentHead, Subscription, SubscriptionState
from subscribers.tokens import Signer
from tests.conftest import NOW, Begin
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.web.conftest import Clock
from tests.web.editors.conftest import CHIEF, Desk

CORRECT = "/desk/issues/42/correct"
TEXT = "Het was **donderdag**, niet dinsdag."


@pytest.fixture
def work(database: Database, settings: Settings, clock: Clock) -> Callable[[], None]:
    """What a worker does."""

    def run() -> None:
        signer = Signer(settings.signing_keys())
        url = database.engine.url.render_as_string(hide_password=False)
        own = replace(settings, database_url=url)
        worker.run_once(Context(database, own, signer, clock))

    return run


@pytest.fixture
def mailed(
    database: Database, settings: Settings, work: Callable[[], None], begin: Begin
) -> None:
    """Issue 42 went to anna, ben and (in LPB's edition) cleo."""

    def mail() -> None:
        make_issue(database, settings)
        mailings.start_now_or_at(
            database, settings, 42, by="operator", at=None, now=NOW
        )
        work()

    begin("issue_42_mailed", settings.home, mail)


@pytest.fixture
def desk(mailed: None, desk: Desk) -> Desk:
    """Whoever is at it came in after the mailing."""
    return desk


def make_issue(database: Database, settings: Settings) -> None:
    with database.write.begin() as session:
        world = World(session, settings)
        world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "divider"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            editions=[{"partner": "lpb", "foreword": "Dag {naam}."}],
        )
        world.reader("anna", roles=["wijkambtenaar"])
        world.reader("ben")
        world.reader("cleo", partners=[world.lpb])
        # The world writes lines of consent by hand; new ones come after them.
        session.get_one(ConsentHead, world.mailing_list.id).seq = 10_000


def test_the_page_lists_what_readers_have(desk: Desk, mailed: None) -> None:
    page = desk.get(CORRECT).text

    assert "Rectificatie bij nummer 42" in page
    assert "De buurttafel" in page
    assert "3 lezers hebben dit" in page
    assert "1 lezer heeft dit" in page  # the story for wijkambtenaren
    assert "divider" not in page


def test_what_only_one_edition_has_says_so(desk: Desk, mailed: None) -> None:
    page = desk.get(CORRECT).text

    assert page.count("alleen in de editie van LPB") == 1


def test_the_receipt_and_the_progress_lead_there(desk: Desk, mailed: None) -> None:
    for path in ("receipt", "progress"):
        assert f'href="{CORRECT}"' in desk.get(f"/desk/issues/42/{path}").text


def test_looking_says_to_how_many_and_sends_nothing(
    desk: Desk, mailed: None, settings: Settings, work: Callable[[], None]
) -> None:
    answer = desk.post(CORRECT, item="story-1", text=TEXT)
    work()

    assert answer.status_code == 200
    assert "Hij gaat naar 3 lezers" in answer.text
    assert "Verstuur aan 3 lezers" in answer.text
    assert len(list((settings.outbox / "42").glob("*.eml"))) == 3


@pytest.mark.parametrize(
    ("edition", "view", "says"),
    [
        ("base", "phone", "<strong>donderdag</strong>"),
        ("lpb", "desktop", "LPB-editie"),
        ("base", "text", "Het was donderdag, niet dinsdag."),
        ("nope", "dark", "Rectificatie: De buurttafel"),
    ],
)
def test_the_mail_is_shown_in_each_edition_and_light(
    desk: Desk, mailed: None, edition: str, view: str, says: str
) -> None:
    answer = desk.post(
        f"{CORRECT}/mail", item="story-1", text=TEXT, edition=edition, view=view
    )

    assert says in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_changing_it_keeps_what_was_typed(desk: Desk, mailed: None) -> None:
    page = desk.post(CORRECT, item="story-2", text=TEXT, do="change").text

    assert TEXT in page
    assert 'value="story-2" required checked' in page


def test_sent_it_is_watched_and_stands_in_the_receipt(
    desk: Desk, mailed: None, settings: Settings, work: Callable[[], None]
) -> None:
    page = desk.follow(f"{CORRECT}/send", item="story-1", text=TEXT).text
    assert 'Rectificatie bij nummer 42: <span id="state">wordt verstuurd' in page
    assert "/desk/issues/42/corrections/1/pause" in page
    work()

    progress = desk.get("/desk/issues/42/corrections/1/progress")
    news = desk.get("/desk/issues/42/corrections/1/progress.json").json
    receipt = desk.get("/desk/issues/42/receipt").text

    assert "verstuurd" in progress.text
    assert news is not None
    assert (news["state"], news["done"], news["prepared"]) == ("sent", 3, 3)
    assert "Rectificatie: De buurttafel" in receipt
    assert "Hadden dit" in receipt
    assert len(list((settings.outbox / "42").glob("*.eml"))) == 6


def test_the_links_in_its_mail_work(
    desk: Desk,
    mailed: None,
    client: FlaskClient,
    database: Database,
    settings: Settings,
    work: Callable[[], None],
) -> None:
    desk.post(f"{CORRECT}/send", item="story-2", text=TEXT)  # only anna has it
    work()
    with database.read() as session:
        correction = session.scalars(select(Correction.mailing_id)).one()
    (path,) = (settings.outbox / "42").glob(f"{correction}-*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("html",))
    assert body is not None
    links = {
        word: found[0]
        for word in ("unsubscribe", "preferences")
        if (found := re.findall(rf"/{word}/[\w-]+", body.get_content()))
    }

    page = client.get(links["preferences"])
    left = client.post(links["unsubscribe"], data={"List-Unsubscribe": "One-Click"})

    assert links["unsubscribe"] in mail["List-Unsubscribe"]
    assert (page.status_code, left.status_code) == (200, 200)
    with database.read() as session:
        ended = select(Subscription).where(
            Subscription.state == SubscriptionState.ENDED
        )
        (one,) = session.scalars(ended)
        assert one.subscriber.address == "anna@example.nl"


def test_it_can_be_paused_and_stopped_by_itself(desk: Desk, mailed: None) -> None:
    desk.post(f"{CORRECT}/send", item="story-1", text=TEXT)
    here = "/desk/issues/42/corrections/1"

    assert "gepauzeerd" in desk.follow(f"{here}/pause").text
    assert "wordt verstuurd" in desk.follow(f"{here}/resume").text
    assert "gestopt" in desk.follow(f"{here}/cancel").text
    assert "verstuurd" in desk.get("/desk/issues/42/progress").text


def test_today_names_it_while_it_goes_out(desk: Desk, mailed: None) -> None:
    desk.post(f"{CORRECT}/send", item="story-1", text=TEXT)

    page = desk.get("/desk/").text

    assert "Rectificatie bij nummer 42" in page
    assert "/desk/issues/42/corrections/1/progress" in page
    assert page.count("Verstuurd") <= 1


@pytest.mark.parametrize("where", [CORRECT, f"{CORRECT}/send"])
@pytest.mark.parametrize(
    ("item", "text", "says"),
    [
        ("story-1", "  ", "Zeg wat er mis was en hoe het wel zit"),
        ("story-1", "x" * 2001, "in hooguit 2.000 tekens"),
        ("", TEXT, "Kies wat er niet klopte"),
        ("soup", TEXT, "Kies wat er niet klopte"),
        ("story-2", "Dit gaat al rond.", "Niemand krijgt hem dubbel"),
    ],
)
def test_what_is_not_right_is_said_and_the_text_is_kept(
    desk: Desk, mailed: None, where: str, item: str, text: str, says: str
) -> None:
    desk.post(f"{CORRECT}/send", item="story-2", text="Dit gaat al rond.")

    answer = desk.post(where, item=item, text=text)

    assert answer.status_code == 422
    assert says in answer.text
    assert text in answer.text


def test_an_issue_that_was_not_sent_leads_to_sending(
    village: None, sign_in_as: Callable[[str, StaffRole], Desk]
) -> None:
    desk = sign_in_as(CHIEF, StaffRole.CHIEF)

    answer = desk.get(CORRECT)

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/desk/issues/42/send")


def test_who_may_not_send_may_not_correct(
    app: Flask, sign_in_as: Callable[[str, StaffRole], Desk], mailed: None
) -> None:
    operator = sign_in_as("op@buurtwijs.example", StaffRole.OPERATOR)
    visitor = Desk(app.test_client())

    assert operator.get(CORRECT).status_code == 200
    assert visitor.get(CORRECT).status_code == 302
    assert visitor.post(f"{CORRECT}/send", item="story-1", text=TEXT).status_code == 401
