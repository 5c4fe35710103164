"""One copy of an issue to an address of one's choice: marked, and never counted."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.dispatch.errors import TestNotTaken
from newsletter.dispatch.marks import Mark
from newsletter.dispatch.messages import mail_of, make_message
from newsletter.dispatch.plan import planned_variants
from newsletter.dispatch.readers import Links, Reader
from newsletter.dispatch.service_mail import FOLDER, hand_over
from newsletter.issues.models import Issue
from newsletter.production.produce import find_variant, produce
from newsletter.providers.base import Chunk
from newsletter.settings import Settings
from newsletter.staff import audit
from subscribers.addresses import normalise
from subscribers.tokens import Signer

PREFIX = "[Test] "
# Its links are signed for a delivery that never existed: they open, and change nothing.
_NO_MAILING = 0


def send_test(
    session: Session,
    settings: Settings,
    signer: Signer,
    issue: Issue,
    *,
    to: str,
    variant: str | None = None,
    by: str,
    now: datetime,
) -> str:
    """Send one variant, the first when none is named, and return its key.

    It goes at once, not through a queue. Raises TestNotTaken with the provider's words.
    """
    address = normalise(to)
    planned = planned_variants(session, settings, issue, now=now)
    chosen = planned[0] if variant is None else find_variant(planned, variant)
    day = now.astimezone(settings.timezone).date()
    produced = produce(session, settings, issue, chosen, day=day)
    mail = mail_of(
        settings,
        issue,
        mailing="test",
        from_name=produced.from_name,
        from_address=produced.from_address,
        subject=PREFIX + produced.subject,
    )
    links = Links(settings.base_url, signer, settings.timezone)
    recipient = links.recipient(
        Reader(seq=0, address=address, name=None, consented_at=now),
        delivery=f"test-{issue.number}-{secrets.token_hex(4)}",
        mailing_id=_NO_MAILING,
        language=issue.language,
    )
    message = make_message(
        {**mail, "folder": FOLDER},
        html=produced.rendered.html,
        text=produced.rendered.text,
    )
    mark, why = hand_over(settings, Chunk(message, (recipient,)))
    if mark is not Mark.ACCEPTED:
        raise TestNotTaken(
            f"The test mail to {address} was not taken: {why or 'no answer came'}. "
            "Try again, or try another address."
        )
    audit.record(
        session,
        by=by,
        act="mailing.test",
        subject=f"issue {issue.number}",
        note=chosen.key,
        now=now,
    )
    return chosen.key
