"""Who may enter, how, and what they may do."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.jobs.context import Context
from newsletter.jobs.models import Job
from newsletter.settings import read_settings
from newsletter.staff import audit, people, sign_in
from newsletter.staff.errors import (
    NotAllowed,
    StaffError,
    StaffExists,
    UnknownStaff,
    WrongReach,
)
from newsletter.staff.models import Staff, StaffRole
from newsletter.staff.roles import MAY, Act, may
from subscribers import regions
from subscribers.tokens import Signer
from tests.conftest import NOW
from tests.factories import audit_lines

ANNA = "anna@example.org"
HOUR = timedelta(hours=1)


def add(
    session: Session, email: str = ANNA, role: StaffRole = StaffRole.CHIEF
) -> Staff:
    return people.add_staff(session, email=email, role=role, by="operator", now=NOW)


def test_a_link_opens_once(session: Session) -> None:
    secret = sign_in.make_link(session, add(session), now=NOW)

    first = sign_in.use_link(session, secret, now=NOW)

    assert first is not None
    assert first.email == ANNA
    assert sign_in.use_link(session, secret, now=NOW) is None


def test_looking_at_a_link_does_not_spend_it(session: Session) -> None:
    secret = sign_in.make_link(session, add(session), now=NOW)

    assert sign_in.is_open(session, secret, now=NOW)
    assert sign_in.is_open(session, secret, now=NOW)


def test_a_link_is_valid_for_a_day(session: Session) -> None:
    secret = sign_in.make_link(session, add(session), now=NOW)

    assert sign_in.use_link(session, secret, now=NOW + 24 * HOUR) is None
    assert sign_in.use_link(session, secret, now=NOW + 23 * HOUR) is not None


def test_an_unknown_link_opens_nothing(session: Session) -> None:
    assert sign_in.use_link(session, "made-up", now=NOW) is None


def test_a_session_lasts_until_it_is_closed_or_too_old(session: Session) -> None:
    staff = add(session)
    secret = sign_in.open_session(session, staff, now=NOW)
    days = timedelta(days=sign_in.SESSION_DAYS)

    assert sign_in.find_session(session, secret, now=NOW) is staff
    assert sign_in.find_session(session, secret, now=NOW + days) is None
    sign_in.close_session(session, secret)
    assert sign_in.find_session(session, secret, now=NOW) is None


def test_a_link_by_mail_goes_to_staff_only_and_not_without_end(
    database: Database, tmp_path: Path
) -> None:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    context = Context(
        database, settings, Signer(settings.signing_keys()), now=lambda: NOW
    )
    with context.database.write.begin() as session:
        add(session)
        for email in [ANNA] * 5 + ["stranger@example.org"]:
            sign_in.ask_for_link(session, email, now=NOW)
    with context.database.read() as session:
        asked = session.scalars(select(Job).order_by(Job.id)).all()

    for job in asked:
        sign_in.mail_link(context, job.payload)

    with context.database.read() as session:
        mails = session.scalars(select(ServiceMail)).all()
    assert len(asked) == 6  # a stranger's is as much work as anybody's
    assert [mail.address for mail in mails] == [ANNA] * sign_in.MOST_OPEN_LINKS
    assert mails[0].values["url"].startswith(f"{settings.base_url}/desk/sign-in/")


def test_adding_somebody_again_changes_nothing_unless_the_role_differs(
    session: Session,
) -> None:
    staff = add(session)

    assert add(session, "Anna@Example.org") is staff
    with pytest.raises(StaffExists, match="chief"):
        add(session, role=StaffRole.EDITOR)


@pytest.mark.parametrize(
    ("role", "region", "fits"),
    [
        (StaffRole.EDITOR, None, True),
        (StaffRole.EDITOR, "GM0363", False),
        (StaffRole.BOARD, "GM0363", True),
        (StaffRole.BOARD, None, False),
        (StaffRole.PARTNER, None, False),
    ],
)
def test_only_a_board_has_a_region(
    session: Session, role: StaffRole, region: str | None, fits: bool
) -> None:
    found = regions.find(session, region) if region else None

    def join() -> Staff:
        return people.add_staff(
            session, email=ANNA, role=role, region=found, by="operator", now=NOW
        )

    if fits:
        assert join().region_code == region
    else:
        with pytest.raises(WrongReach):
            join()


def test_the_only_staff_member_acts_when_nobody_is_named(session: Session) -> None:
    assert people.who_acts(session, None) == "operator"
    add(session)
    assert people.who_acts(session, None) == ANNA
    add(session, "ben@example.org")
    assert people.who_acts(session, None) == "operator"
    assert people.who_acts(session, "ben@example.org") == "ben@example.org"
    with pytest.raises(UnknownStaff, match=r"cleo@example\.org"):
        people.who_acts(session, "cleo@example.org")


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        (Act.COMPOSE, {"editor", "chief", "operator"}),
        (Act.TEST, {"editor", "chief", "operator"}),
        (Act.SEND, {"editor", "chief", "operator"}),
        (Act.READERS, {"chief", "operator"}),
        (Act.STAFF, {"chief", "operator"}),
    ],
)
def test_who_may(act: Act, roles: set[str]) -> None:
    assert {role.value for role in StaffRole if may(role, act)} == roles


def test_every_act_is_somebodys() -> None:
    assert set(MAY) == set(Act)
    assert all(MAY.values())


def test_an_editor_may_not_touch_readers(session: Session) -> None:
    add(session, role=StaffRole.EDITOR)

    with pytest.raises(NotAllowed, match="editor"):
        people.allow(session, ANNA, Act.READERS)
    people.allow(session, "operator", Act.READERS)
    assert issubclass(NotAllowed, StaffError)


def test_the_audit_log_says_who_did_what(session: Session) -> None:
    staff = add(session)
    audit.record(session, by=ANNA, act="mailing.start", subject="issue 42", now=NOW)
    session.flush()

    (line,) = audit_lines(session, "issue 42")
    assert (line.by, line.act, line.staff_id, line.at) == (
        ANNA,
        "mailing.start",
        staff.id,
        NOW,
    )
