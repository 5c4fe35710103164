"""The monthly bundle at the desk and in the archive, by the number of its month."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from database.session import Database
from newsletter.dispatch.bundles.known import find_bundle
from newsletter.dispatch.models import Variant
from newsletter.dispatch.states import MailingState
from tests.newsletter.dispatch.bundles.monthly import Monthly, day
from tests.web.editors.conftest import HERE, Desk


@pytest.fixture
def bundled(database: Database, tmp_path: Path) -> Monthly:
    """A bundle of November, for Ben and for Dirk of the LPB; nothing is sent yet."""
    village = Monthly(database, tmp_path / "home")
    village.people("anna", monthly=("ben", "dirk"), lpb=("dirk",))
    village.mail(42, day(11, 5))
    village.mail(43, day(11, 19), subject="Dag {naam}, een boek", editions=[])
    village.make()
    return village


def test_the_desk_shows_it_and_its_receipt(desk: Desk, bundled: Monthly) -> None:
    assert "Monthly bundle of November 2026" in desk.get("/desk/?lang=en").text
    assert "/desk/issues/2026-11/progress" in desk.get("/desk/issues/?lang=en").text
    watch = desk.get("/desk/issues/2026-11/progress?lang=en").text
    assert "Monthly bundle of November 2026" in watch
    assert "Send a correction" not in watch
    assert desk.get("/desk/issues/2026-11/progress.json").json["prepared"] == 2

    bundled.sent()

    receipt = desk.get("/desk/issues/2026-11/receipt?lang=en").text
    assert "Receipt: Monthly bundle of November 2026" in receipt
    assert "LPB" in receipt  # though the last issue has no such edition
    assert "The issue itself" not in receipt
    assert "/issues/2026-11" in receipt


def test_a_person_steers_it_like_any_mailing(desk: Desk, bundled: Monthly) -> None:
    def state() -> MailingState:
        with bundled.database.read() as session:
            return find_bundle(session, "2026-11").mailing.state

    for act, becomes in (
        ("pause", MailingState.PAUSED),
        ("resume", MailingState.SENDING),
        ("cancel", MailingState.CANCELLED),
    ):
        answer = desk.post(f"/desk/issues/2026-11/{act}")
        assert answer.headers["Location"] == "/desk/issues/2026-11/progress"
        assert state() is becomes
    assert bundled.sent() == {}
    assert bundled.sums()["cancelled"] == 2


def test_a_bundle_there_is_not_is_not_found(desk: Desk, bundled: Monthly) -> None:
    for path in ("/desk/issues/2026-10/receipt", "/desk/issues/2026-11-wijk/progress"):
        assert desk.get(path).status_code == 404


def test_everybody_reads_it_in_the_archive_and_nothing_in_it_is_personal(
    client: FlaskClient, bundled: Monthly
) -> None:
    bundled.sent()

    listed = client.get("/issues/?lang=en", base_url=HERE).text
    assert 'href="/issues/2026-11' in listed
    page = client.get("/issues/2026-11", base_url=HERE)

    assert page.status_code == 200
    assert "Beginnen zonder plan" in page.text
    assert "Dag, een boek" in page.text  # it greets nobody
    assert "/issues/2026-11/base" in page.headers["Link"]
    for personal in ("unsubscribe", "preferences", "ben@", "eens per maand"):
        assert personal not in page.text
    keys = _keys(bundled)
    assert len(keys) == 2
    for key in keys:
        assert client.get(f"/issues/2026-11/{key}", base_url=HERE).status_code == 200
        on_the_issue = client.get(f"/issues/43/{key}", base_url=HERE)
        assert "De maand in" not in on_the_issue.text
    for wrong in ("/issues/2026-11/nergens", "/issues/2026-12", "/issues/2026-12/base"):
        assert client.get(wrong, base_url=HERE).status_code == 404


def _keys(village: Monthly) -> list[str]:
    with village.database.read() as session:
        bundle = find_bundle(session, "2026-11")
        found = select(Variant.key).where(Variant.mailing_id == bundle.mailing_id)
        return list(session.scalars(found))
