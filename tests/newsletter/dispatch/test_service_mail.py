"""Service mail: from the act that causes it to the mailbox, and then forgotten."""

import email
import email.policy
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.correspondence.details_link import Wish, mail_details_link
from newsletter.correspondence.models import ServiceMail, ServiceMailState
from newsletter.correspondence.post import UnknownServiceMail, kinds, queue_mail
from newsletter.dispatch.returns.ageing import STUCK_DAYS, forget_whom
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import enqueue
from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.worker import WorkerTrouble
from subscribers import subscriptions, suppression
from subscribers.models import Subscriber, SuppressionReason
from subscribers.tokens import Purpose
from tests.factories import ANNA, a_list, a_reader, a_sign_up
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village

VALUES = {
    "url": "https://post.test/x",
    "minutes": 30,
    "number": 42,
    "subject": "Beginnen zonder plan",
    "asked_by": "redactie@buurtwijs.example",
    "days": 14,
}


def sign_up(village: Village, *, known: bool = False, **details: Any) -> int:
    with village.database.write.begin() as session:
        mailing_list = a_list(session)
        if known:
            a_reader(session, mailing_list, now=village.now)
        request = a_sign_up(session, mailing_list, now=village.now, **details)
        enqueue(session, "confirmation", {"request": request}, now=village.now)
        return request


def queue_sign_in(village: Village, values: dict[str, Any] = VALUES) -> None:
    with village.database.write.begin() as session:
        queue_mail(
            session,
            kind="sign-in",
            address=ANNA,
            language="nl",
            values=values,
            now=village.now,
        )


def mails(village: Village) -> list[ServiceMail]:
    with village.database.read() as session:
        return list(session.scalars(select(ServiceMail)))


def parts(text: str) -> tuple[str, str, str]:
    message = email.message_from_string(text, policy=email.policy.default)
    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(message["Subject"]), plain.get_content(), html.get_content()


def test_a_sign_up_becomes_a_mail_with_the_link_that_confirms(village: Village) -> None:
    request = sign_up(village)

    village.work()

    subject, plain, html = parts(village.outbox("service")["anna"])
    assert subject == "Bevestig dat je Buurtwijs wilt lezen"
    (link,) = re.findall(rf"{village.settings.base_url}/confirm/(\S+)\?lang=nl", plain)
    signer = village.context.signer
    assert signer.read(Purpose.CONFIRM, link, now=village.now) == (request,)
    assert f'/confirm/{link}?lang=nl"' in html
    assert "Stichting Buurtwijs" in plain


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "Nog één knop, en je leest mee"), ("en", "One button, and you read along")],
)
def test_it_speaks_the_readers_language(
    village: Village, language: str, words: str
) -> None:
    sign_up(village, language=language)

    village.work()

    _subject, plain, html = parts(village.outbox("service")["anna"])
    assert words in plain
    assert words in html
    assert f"?lang={language}" in plain  # and so does the page behind the link


def test_who_reads_already_is_told_so_and_nothing_changes(village: Village) -> None:
    sign_up(village, known=True)

    village.work()

    subject, _plain, _html = parts(village.outbox("service")["anna"])
    assert subject == "Je leest Buurtwijs al"


@pytest.mark.parametrize(
    ("reason", "mailed"),
    [
        ("left", True),
        ("erased", True),
        ("bounced", False),
        ("complained", False),
        ("staff", False),
    ],
)
def test_only_who_left_by_themselves_may_come_back_by_themselves(
    village: Village, reason: str, mailed: bool
) -> None:
    sign_up(village)
    with village.database.write.begin() as session:
        anna = session.query(Subscriber).one()
        suppression.suppress(
            session,
            address_hash=anna.address_hash,
            reason=SuppressionReason(reason),
            note="",
            now=village.now,
        )

    village.work()

    assert bool(village.outbox("service")) is mailed


def test_a_confirmed_request_asks_nothing_more(village: Village) -> None:
    request = sign_up(village)
    with village.database.write.begin() as session:
        subscriptions.confirm(session, request, now=village.now)

    village.work()

    assert village.outbox("service") == {}


def test_once_sent_nothing_personal_is_left_of_it(village: Village) -> None:
    sign_up(village)

    village.work()

    (mail,) = mails(village)
    assert (mail.state, mail.address, mail.values) == (ServiceMailState.SENT, None, {})


def test_a_refused_one_is_final_and_forgotten_too(
    village: Village, scripted: Scripted
) -> None:
    queue_sign_in(village)
    scripted.answers = {"anna": "refuse"}

    village.work()

    (mail,) = mails(village)
    assert (mail.state, mail.address) == (ServiceMailState.REFUSED, None)


@pytest.mark.parametrize("answer", ["later", "silence"])
def test_what_was_not_taken_is_tried_again_for_a_day(
    village: Village, scripted: Scripted, answer: str
) -> None:
    queue_sign_in(village)
    scripted.answers = {"anna": answer}
    village.work()
    assert mails(village)[0].state is ServiceMailState.WAITING

    for _ in range(30):
        village.work(later=timedelta(hours=1))

    (mail,) = mails(village)
    assert (mail.state, mail.address) == (ServiceMailState.REFUSED, None)
    assert 3 < len(scripted.chunks) < 10


def test_what_cannot_be_written_is_not_kept_for_that(village: Village) -> None:
    queue_sign_in(village, {})  # its template asks for more

    for _ in range(30):
        village.work(later=timedelta(hours=1))

    (mail,) = mails(village)
    assert (mail.state, mail.address) == (ServiceMailState.REFUSED, None)


def test_one_whose_worker_died_each_time_is_given_up_in_the_night(
    village: Village,
) -> None:
    queue_sign_in(village)

    forget_whom(village.database, now=village.now + timedelta(days=STUCK_DAYS))
    assert mails(village)[0].address == ANNA
    forget_whom(village.database, now=village.now + timedelta(days=STUCK_DAYS + 1))

    (mail,) = mails(village)
    assert (mail.state, mail.address, mail.values) == (
        ServiceMailState.REFUSED,
        None,
        {},
    )


def test_a_busy_provider_costs_no_attempt(village: Village, scripted: Scripted) -> None:
    queue_sign_in(village)
    scripted.fails = {"anna": ProviderBusy("429", seconds=60)}
    for _ in range(20):
        village.work(later=timedelta(minutes=1))
    scripted.fails = {}

    village.work(later=timedelta(minutes=1))

    assert mails(village)[0].state is ServiceMailState.SENT


def test_a_refused_key_is_a_trouble_the_worker_says(
    village: Village, scripted: Scripted
) -> None:
    queue_sign_in(village)
    scripted.fails = {"anna": ProviderMisconfigured("The key was refused.")}

    with pytest.raises(WorkerTrouble, match="key was refused"):
        village.work()

    with village.database.read() as session:
        (job,) = session.scalars(select(Job))
    assert job.state is JobState.WAITING


def test_no_kind_of_mail_is_made_up(village: Village) -> None:
    with (
        village.database.write.begin() as session,
        pytest.raises(UnknownServiceMail, match="sign-in"),
    ):
        queue_mail(
            session,
            kind="spam",
            address=ANNA,
            language="nl",
            values={},
            now=village.now,
        )


@pytest.mark.parametrize("wish", list(Wish))
def test_a_fresh_link_says_what_it_is_for(village: Village, wish: Wish) -> None:
    with village.database.write.begin() as session:
        anna = a_reader(session, a_list(session), now=village.now)
        mail_details_link(
            session,
            subscriber=anna,
            wish=wish,
            url="https://post.test/fresh",
            language="en",
            now=village.now,
        )

    village.work()

    subject, plain, html = parts(village.outbox("service")["anna"])
    assert (
        subject
        == {
            Wish.EXPORT: "Download what we hold of you",
            Wish.ERASE: "Confirm that we must forget you",
            Wish.ADDRESS: "Change your address",
        }[wish]
    )
    assert "https://post.test/fresh" in plain
    assert "one hour" in html


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_three_files_and_renders(
    village: Village, kind: str, language: str
) -> None:
    values = {**VALUES, "list_name": "Buurtwijs", "wish": "export"}
    with village.database.write.begin() as session:
        queue_mail(
            session,
            kind=kind,
            address=ANNA,
            language=language,
            values=values,
            now=village.now,
        )

    village.work()

    subject, plain, html = parts(village.outbox("service")["anna"])
    assert subject
    assert "https://post.test/x" in plain
    assert 'href="https://post.test/x"' in html
    assert "{{" not in plain + html
    assert "%(" not in plain + html + subject
