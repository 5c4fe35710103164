"""One copy of an issue to an address of one's choice: marked, and never counted."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.errors import TestNotTaken
from newsletter.dispatch.flight.letters import Letter, Links, Reader, make_message
from newsletter.dispatch.flight.marks import Mark
from newsletter.dispatch.messages import mail_of
from newsletter.dispatch.plan import planned_variants
from newsletter.dispatch.service_mail import FOLDER, hand_over
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.jobs.queue import NotNow
from newsletter.production.produce import find_variant, produce
from newsletter.providers.base import Chunk
from newsletter.settings import Settings
from newsletter.staff import audit
from newsletter.staff.roles import Act
from subscribers.addresses import normalise
from subscribers.promises import check_may_be_mailed
from subscribers.tokens import Signer

PREFIX = "[Test] "
# Its links are signed for a delivery that never existed: they open, and change nothing.
_NO_MAILING = 0


def send_test(
    database: Database,
    settings: Settings,
    signer: Signer,
    number: int,
    *,
    to: str,
    variant: str | None = None,
    by: str,
    now: datetime,
) -> str:
    """Send one variant, the first when none is named, and return its key.

    It goes at once, not through a queue; no transaction is open meanwhile, and only
    the audit line is committed. Raises TestNotTaken with the provider's words, and
    NotToBeMailed.
    """
    with database.read() as session:
        issue = find_issue(session, number)
        key, chunk = _chunk(
            session, settings, signer, issue, to=to, variant=variant, now=now
        )
    try:
        mark, why = hand_over(settings, chunk)
    except NotNow as busy:
        raise TestNotTaken(f"The test mail was not taken: {busy}") from busy
    if mark is not Mark.ACCEPTED:
        raise TestNotTaken(
            f"The test mail to {to} was not taken: {why or 'no answer came'}. "
            "Try again, or try another address."
        )
    with database.write.begin() as session:
        audit.record(
            session,
            by=by,
            act=Act.TEST,
            subject=f"issue {number}",
            note=key,
            now=now,
        )
    return key


def _chunk(
    session: Session,
    settings: Settings,
    signer: Signer,
    issue: Issue,
    *,
    to: str,
    variant: str | None,
    now: datetime,
) -> tuple[str, Chunk]:
    """The variant's key, and the mail as a chunk of one."""
    address = normalise(to)
    check_may_be_mailed(session, address)
    planned = planned_variants(session, settings, issue, now=now)
    chosen = planned[0] if variant is None else find_variant(planned, variant)
    day = now.astimezone(settings.timezone).date()
    produced = produce(session, settings, issue, chosen, day=day)
    mail = mail_of(
        settings,
        issue,
        number=str(issue.number),
        mailing="test",
        from_name=produced.from_name,
        from_address=produced.from_address,
        subject=PREFIX + produced.subject,
    )
    message = make_message(
        {**mail, "folder": FOLDER},
        html=produced.rendered.html,
        text=produced.rendered.text,
    )
    letter = Letter(
        message,
        list_id=issue.list_id,
        partner_id=0,
        no_name=mail["no_name"],
        months=tuple(mail["months"]),
    )
    name = f"test-{issue.number}-{secrets.token_hex(4)}"
    recipients = Links(settings.base_url, signer, settings.timezone).recipients(
        letter,
        [Reader(seq=0, address=address, name=None, consented_at=now)],
        mailing_id=_NO_MAILING,
        name_of=lambda _seq: name,
    )
    return chosen.key, Chunk(message, recipients)
