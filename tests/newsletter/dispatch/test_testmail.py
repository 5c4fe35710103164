"""A test mail: one copy, marked, never counted."""

import pytest
from sqlalchemy import select

from newsletter.dispatch.errors import NoMailing, TestNotTaken
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.testmail import send_test
from newsletter.issues.errors import IssueError
from subscribers.addresses import BadAddress
from subscribers.tokens import Purpose
from tests.factories import audit_lines
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY, Village


def send(
    village: Village, to: str = "Ben@Example.nl", variant: str | None = None
) -> str:
    return send_test(
        village.database,
        village.settings,
        village.context.signer,
        42,
        to=to,
        variant=variant,
        by=BY,
        now=village.now,
    )


def test_it_is_one_marked_mail_in_the_service_folder(village: Village) -> None:
    village.build("anna")

    assert send(village) == "base"

    mails = village.outbox("service")
    assert set(mails) == {"ben"}
    assert "Subject: [Test] Beginnen zonder plan" in mails["ben"]


def test_it_counts_nowhere(village: Village) -> None:
    village.build("anna")
    send(village)

    with village.database.read() as session:
        assert session.scalar(select(Delivery.seq)) is None
        assert [line.act for line in audit_lines(session, "issue 42")][-1] == (
            "mailing.test"
        )
    with pytest.raises(NoMailing):
        village.receipt()


def test_two_of_them_are_two_mails(village: Village) -> None:
    village.build("anna")
    send(village)
    send(village, "cleo@example.nl")

    assert set(village.outbox("service")) == {"ben", "cleo"}


def test_any_variant_can_be_asked_for(village: Village, scripted: Scripted) -> None:
    village.build("anna", lpb=("dirk",))

    assert send(village, variant="lpb") == "lpb"
    with pytest.raises(IssueError, match=r"There are: base, lpb"):
        send(village, variant="nonsense")


def test_its_links_belong_to_nobody(village: Village, scripted: Scripted) -> None:
    village.build("anna")
    send(village)

    url = scripted.mails["ben"].one_click_url
    assert url is not None
    token = url.rpartition("/")[2]
    signer = village.context.signer
    assert signer.read(Purpose.LEAVE, token, now=village.now) == (0, 0)


def test_a_refusal_is_said_with_the_providers_words(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna")
    scripted.answers = {"ben": "refuse"}

    with pytest.raises(TestNotTaken, match="550"):
        send(village)


def test_a_bad_address_is_refused_before_anything_is_rendered(village: Village) -> None:
    village.build("anna")

    with pytest.raises(BadAddress):
        send(village, to="nonsense")
