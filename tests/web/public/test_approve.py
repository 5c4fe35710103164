"""The secret link: look at every version, remark, approve; no account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.issues.compose import find_issue
from newsletter.settings import Settings
from newsletter.staff.models import AuditLine
from newsletter.workflow import ageing, links
from newsletter.workflow.models import Approval, ApprovalLink, Remark
from subscribers.tokens import Signer
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.web.conftest import Clock

JAN = "jan@lpb.example"


@pytest.fixture
def link(database: Database, settings: Settings) -> str:
    """Its path, for issue 42 with two versions and three readers."""
    with database.write.begin() as session:
        world = World(session, settings)
        issue = world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            preheader="Drie keer soep.",
        )
        world.reader("anna", roles=["wijkambtenaar"])
        world.reader("ben")
        world.reader("cleo")
        signer = Signer(settings.signing_keys())
        made = links.invite(
            session,
            settings,
            signer,
            issue,
            email="Jan@LPB.example",
            language="nl",
            by="redactie@buurtwijs.example",
            now=NOW,
        )
        url = links.url_of(settings, signer, made)
    return url.removeprefix(settings.base_url)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_the_mail_holds_the_link_and_the_page_needs_no_account(
    client: FlaskClient, database: Database, link: str
) -> None:
    with database.read() as session:
        mail = session.scalars(select(ServiceMail)).one()
    assert (mail.kind, mail.address) == ("approval", JAN)
    assert mail.values["url"].endswith(link)

    answer = client.get(link)

    assert answer.status_code == 200
    assert "Beginnen zonder plan" in answer.text
    assert answer.text.count("<b>Versie ") == 2
    assert "2 lezers" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


@pytest.mark.parametrize("view", ["phone", "desktop", "dark", "text"])
def test_a_version_is_shown_as_it_will_be_mailed(
    client: FlaskClient, link: str, view: str
) -> None:
    answer = client.get(f"{link}/base?view={view}")

    assert answer.status_code == 200
    assert "Beste Anna, welkom." in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_what_was_written_is_kept_also_by_who_approves(
    client: FlaskClient, database: Database, link: str
) -> None:
    form = {"do": "approve", "seen": seen(client.get(link).text)}
    form |= {"remark:story-1": " Mooi verhaal! ", "remark:": "Ga zo door."}

    assert client.post(link, data=form).status_code == 303
    assert client.post(link, data=form).status_code == 303  # pressed twice

    page = client.get(link).text
    assert "Je hebt akkoord gegeven." in page
    assert "Mooi verhaal!" in page
    with database.read() as session:
        approval = session.scalars(select(Approval)).one()
        assert (approval.by, approval.readers) == (JAN, 3)
        remarks = session.scalars(select(Remark).order_by(Remark.id)).all()
        assert [(one.by, one.block, one.text) for one in remarks] == [
            (JAN, "story-1", "Mooi verhaal!"),
            (JAN, "", "Ga zo door."),
        ]
        # The log is kept longer than the link.
        said = [
            (line.by, line.act) for line in session.scalars(select(AuditLine)).all()
        ]
    assert ("link 1", "issue.approve") in said
    assert not any(JAN in by for by, _act in said)

    client.post(link, data={"do": "withdraw"})
    assert "Je hebt akkoord gegeven." not in client.get(link).text


def test_what_was_not_looked_at_is_not_approved(
    client: FlaskClient, database: Database, link: str
) -> None:
    form = {"do": "approve", "seen": seen(client.get(link).text)}
    with database.write.begin() as session:
        find_issue(session, 42).subject = "Iets anders"

    answer = client.post(link, data=form | {"remark:": "Blijft staan."})

    assert answer.status_code == 409
    assert "Kijk nog een keer" in answer.text
    assert "Blijft staan." in answer.text
    with database.read() as session:
        assert session.scalars(select(Approval)).all() == []


def test_what_preflight_blocks_is_not_approved_and_the_remark_stays(
    client: FlaskClient, database: Database, link: str
) -> None:
    with database.write.begin() as session:
        find_issue(session, 42).subject = ""
    form = {"do": "approve", "seen": seen(client.get(link).text)}

    answer = client.post(link, data=form | {"remark:": "Zo goed."})

    assert answer.status_code == 422
    assert "De redactie moet eerst iets herstellen: Er is geen onder" in answer.text
    with database.read() as session:
        assert session.scalars(select(Approval)).all() == []
        assert [one.text for one in session.scalars(select(Remark))] == ["Zo goed."]


def test_a_void_approval_says_what_was_changed(
    client: FlaskClient, database: Database, link: str
) -> None:
    client.post(link, data={"do": "approve", "seen": seen(client.get(link).text)})
    with database.write.begin() as session:
        find_issue(session, 42).subject = "Iets anders"

    page = client.get(link).text

    assert "telt niet meer" in page
    assert "Het onderwerp is veranderd." in page


def _later(_database: Database, clock: Clock) -> None:
    clock.moment += timedelta(days=links.VALID_DAYS)


def _revoked(database: Database, _clock: Clock) -> None:
    with database.write.begin() as session:
        issue = find_issue(session, 42)
        links.revoke(session, issue, email=JAN, by="operator", now=NOW)


def _forgotten(database: Database, _clock: Clock) -> None:
    later = NOW + timedelta(days=ageing.KEPT_DAYS, seconds=1)
    ageing.forget_old_links(database, now=later)


@pytest.mark.parametrize("end", [_later, _revoked, _forgotten])
def test_a_link_that_ended_opens_nothing(
    client: FlaskClient, database: Database, clock: Clock, link: str, end: object
) -> None:
    client.post(link, data={"do": "remark", "remark:": "Van Jan."})
    assert callable(end)
    end(database, clock)

    assert client.get(link).status_code == 404
    assert client.get(f"{link}/base").status_code == 422
    assert client.post(link, data={"do": "approve"}).status_code == 404
    assert client.get(link[:-2] + "xx").status_code == 404
    if end is _forgotten:
        with database.read() as session:
            assert session.scalars(select(Remark)).all() == []
            assert session.scalars(select(ApprovalLink)).all() == []


@pytest.mark.parametrize(
    "form", [{"remark:": "Te laat."}, {"do": "approve"}, {"do": "withdraw"}]
)
def test_a_link_taken_back_between_opening_and_acting_does_nothing(
    client: FlaskClient,
    database: Database,
    link: str,
    form: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    what = {"seen": seen(client.get(link).text), **form}
    opened = links.link_behind

    def and_then_taken_back(*given: Any, **named: Any) -> ApprovalLink | None:
        found = opened(*given, **named)
        with database.write.begin() as session:
            session.execute(update(ApprovalLink).values(revoked_at=NOW))
        return found

    monkeypatch.setattr("web.public.approve.link_behind", and_then_taken_back)

    assert client.post(link, data=what).status_code == 404
    with database.read() as session:
        assert session.scalars(select(Remark)).all() == []
        assert session.scalars(select(Approval)).all() == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("remark:story-1", "a" * 1001),
        ("remark:story-1", "nul \x00"),
        ("remark:story-9", "Dit blok is er niet."),
    ],
)
def test_a_remark_that_cannot_be_kept_is_named_and_stays(
    client: FlaskClient, database: Database, link: str, field: str, text: str
) -> None:
    answer = client.post(link, data={"do": "remark", field: text})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with database.read() as session:
        assert session.scalars(select(Remark)).all() == []
