"""Four eyes at the desk."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.issues.compose import find_issue
from newsletter.settings import Settings
from newsletter.staff.models import StaffRole
from newsletter.workflow.models import Approval, ApprovalLink, Remark
from newsletter.workflow.remarks import remark
from subscribers.models import Subscription, SubscriptionState
from tests.conftest import NOW
from tests.web.editors.conftest import CHIEF, EDITOR, Desk
from tests.web.editors.test_sending import version
from tests.web.public.test_approve import seen

HERE = "/desk/issues/42/approval"
SEND = "/desk/issues/42/send"
CHECK = "/desk/issues/42/check"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, approvals=1)


def approve(desk: Desk) -> str:
    return desk.follow(f"{HERE}/approve", seen=seen(desk.get(HERE).text)).text


def test_another_person_opens_the_way_and_a_change_closes_it(
    desk: Desk,
    sign_in_as: Callable[[str, StaffRole], Desk],
    database: Database,
    village: None,
) -> None:
    assert f'class="button" href="{HERE}"' in desk.get(CHECK).text
    assert "Er mist 1 akkoord van een ander." in desk.get(SEND).text
    approve(desk)
    assert "Er mist 1 akkoord van een ander." in desk.get(SEND).text
    start = "/desk/issues/42/start"
    refused = desk.post(start, version=version(database), when="now")
    assert refused.status_code == 422
    assert "een ander moet kijken" in refused.text

    colleague = sign_in_as(EDITOR, StaffRole.EDITOR)
    assert "Je akkoord is genoteerd." in approve(colleague)
    with database.write.begin() as session:
        last = select(Subscription).order_by(Subscription.id.desc()).limit(1)
        session.scalars(last).one().state = SubscriptionState.ENDED

    page = desk.get(SEND).text
    assert "Akkoord voor 3 lezers, nu 2." in page
    assert page.count("3 bij akkoord") == 1  # together; of one version 2
    assert page.count("2 bij akkoord") == 1
    assert EDITOR in page

    with database.write.begin() as session:
        find_issue(session, 42).subject = "Iets anders"
    assert "Het onderwerp is veranderd." in desk.get(SEND).text
    assert "Het onderwerp is veranderd." in desk.get(HERE).text

    approve(colleague)
    desk.follow(start, version=version(database), when="now")


def test_what_preflight_blocks_is_not_approved(
    desk: Desk, database: Database, village: None
) -> None:
    looked_at = seen(desk.get(HERE).text)
    with database.write.begin() as session:
        find_issue(session, 42).subject = ""

    page = desk.get(HERE).text
    refused = desk.post(f"{HERE}/approve", seen=looked_at)

    assert refused.status_code == 422
    for text in (page, refused.text):
        assert text.count("Er is geen onderwerp.") == 1  # in two versions
        assert "edit=headings" in text
        assert "Ik geef akkoord" not in text
    with database.read() as session:
        assert session.scalars(select(Approval)).all() == []


def test_somebody_is_asked_and_the_link_taken_back(
    desk: Desk, database: Database, village: None
) -> None:
    wrong = desk.post(f"{HERE}/invite", email="nonsense", language="nl")
    assert wrong.status_code == 422
    assert 'value="nonsense"' in wrong.text

    for _again in range(2):
        page = desk.follow(f"{HERE}/invite", email="jan@lpb.example", language="en")
    assert page.text.count("jan@lpb.example</td>") == 1  # the first works no more
    with database.read() as session:
        mails = session.scalars(select(ServiceMail)).all()
        assert {(mail.kind, mail.language) for mail in mails} == {("approval", "en")}

    page = desk.follow(f"{HERE}/revoke", email="jan@lpb.example")
    assert "jan@lpb.example" not in page.text
    with database.read() as session:
        links = session.scalars(select(ApprovalLink)).all()
        assert all(link.revoked_at for link in links)


def test_a_remark_leads_to_its_block_and_is_ticked_off(
    desk: Desk, database: Database, village: None
) -> None:
    with database.write.begin() as session:
        issue = find_issue(session, 42)
        said = {"story-1": "Klopt <b>dit</b>?"}
        remark(session, issue, said, by="jan@lpb.example", now=NOW)

    page = desk.get(HERE).text
    assert "Klopt &lt;b&gt;dit&lt;/b&gt;?" in page
    assert "edit=story-1" in page
    assert (
        "Naar 1 opmerking is nog niet gekeken." in desk.get("/desk/issues/42/send").text
    )

    with database.read() as session:
        number = session.scalars(select(Remark.id)).one()
    page = desk.follow(f"{HERE}/remarks", remark=str(number)).text
    assert "1 opmerking is klaar" in page


def test_without_the_setting_nobody_has_to_and_what_lapsed_is_said(
    app: Flask, desk: Desk, database: Database, village: None
) -> None:
    house = app.extensions["buurtpost"]
    app.extensions["buurtpost"] = replace(
        house, settings=replace(house.settings, approvals=0)
    )

    assert "Hier hoeft niemand akkoord te geven: deze stap mag je over" in approve(desk)
    assert "telt niet meer" not in desk.get(SEND).text
    assert f'class="button" href="{SEND}"' in desk.get(CHECK).text

    with database.write.begin() as session:
        find_issue(session, 42).subject = "Iets anders"
    page = desk.get(SEND).text
    assert "Er mist" not in page
    assert f"Het akkoord van {CHIEF} telt niet meer, want er is iets veranderd" in page
    assert "Het onderwerp is veranderd." in page
    assert "Verstuur aan 3 lezers" in page
