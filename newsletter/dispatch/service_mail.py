"""The job that renders one service mail and hands it to the provider.

A process killed between the hand-over and the record sends the mail again when the
job's lease runs out: somebody waits for this mail, so twice is better than never.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.correspondence.models import ServiceMail, ServiceMailState
from newsletter.correspondence.post import close_mail
from newsletter.correspondence.writing import Letterhead, write
from newsletter.dispatch.flight.marks import ByteMarks, Mark
from newsletter.errors import NewsletterError
from newsletter.jobs.context import Context
from newsletter.jobs.queue import NotNow
from newsletter.providers import open_provider
from newsletter.providers.base import Chunk, Message, ProviderBusy, Recipient
from newsletter.rendering.merge import MergeTemplate, as_is, in_html
from newsletter.settings import Settings
from subscribers.models import MailingList

# Nobody waits longer for a link; before the job's own last attempt, so that what is
# personal in it never stays behind.
GIVE_UP = timedelta(hours=20)
FOLDER = "service"


class NotTaken(NewsletterError):
    """The provider did not take it this time; the job is tried again."""


def send_service_mail(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``service-mail``.

    Raises NotNow, NotTaken or ProviderMisconfigured when it must be tried again.
    """
    mail_id = int(payload["mail"])
    with context.database.read() as session:
        mail = session.get(ServiceMail, mail_id)
        if mail is None or mail.state is not ServiceMailState.WAITING:
            return
        too_late = context.now() - mail.created_at > GIVE_UP
        # Looked at first: what cannot even be written must not be kept for that.
        chunk = None if too_late else chunk_for(session, context.settings, mail)
    if chunk is None:
        _close(context, mail_id, ServiceMailState.REFUSED)
        return
    mark, why = hand_over(context.settings, chunk)
    if mark is Mark.ACCEPTED:
        _close(context, mail_id, ServiceMailState.SENT)
    elif mark is Mark.REFUSED:
        _close(context, mail_id, ServiceMailState.REFUSED)
    else:
        raise NotTaken(f"The provider did not take the mail: {why or 'no answer'}.")


def hand_over(settings: Settings, chunk: Chunk) -> tuple[Mark, str]:
    """Send a chunk of one at once; the mark and the provider's words.

    Raises NotNow when the provider is busy, ProviderMisconfigured when it refuses us.
    """
    marks = ByteMarks(bytearray(len(chunk.recipients)))
    provider = open_provider(settings)
    try:
        provider.send(chunk, marks=marks, until=lambda: False)
    except ProviderBusy as error:
        if marks.mark(0) is Mark.UNTOUCHED:
            raise NotNow(str(error), seconds=error.seconds) from error
        return marks.mark(0), marks.words.get(0, str(error))
    finally:
        provider.close()
    return marks.mark(0), marks.words.get(0, "")


def chunk_for(session: Session, settings: Settings, mail: ServiceMail) -> Chunk:
    """A service mail as the chunk of one that a provider takes."""
    assert mail.address is not None  # emptied only when final
    post = letterhead_for(session, settings, mail.values.get("list"))
    written = write(
        mail.kind, language=mail.language, values=mail.values, head=post.head
    )
    return Chunk(
        Message(
            folder=FOLDER,
            from_name=post.head.sender_name,
            from_address=post.from_address,
            reply_to=settings.reply_to or post.from_address,
            subject=_whole(written.subject),
            html=MergeTemplate((written.html,), (), in_html),
            text=_whole(written.text),
            language=mail.language,
            # RFC 3834: vacation programs do not answer it.
            headers=(("Auto-Submitted", "auto-generated"),),
        ),
        (
            Recipient(
                delivery=f"service-{mail.id}",
                address=mail.address,
                name="",
                values={},
                one_click_url=None,
            ),
        ),
    )


@dataclass(frozen=True)
class Post:
    """On whose behalf a service mail goes out."""

    head: Letterhead
    from_address: str


def letterhead_for(session: Session, settings: Settings, slug: str | None) -> Post:
    """The list it is about, else the first list, else the installation itself."""
    wanted = select(MailingList).order_by(MailingList.id).limit(1)
    if slug is not None:
        wanted = wanted.where(MailingList.slug == slug)
    mailing_list = session.scalar(wanted)
    if mailing_list is not None:
        sender = mailing_list.sender
        return Post(
            Letterhead(sender.name, sender.postal_address, settings.base_url),
            mailing_list.from_address,
        )
    host = urlsplit(settings.base_url).hostname or "localhost"
    return Post(
        Letterhead("Buurtpost", "", settings.base_url),
        settings.reply_to or f"buurtpost@{host}",
    )


def _whole(text: str) -> MergeTemplate:
    return MergeTemplate((text,), (), as_is)


def _close(context: Context, mail_id: int, state: ServiceMailState) -> None:
    now: datetime = context.now()
    with context.database.write.begin() as session:
        close_mail(session.get_one(ServiceMail, mail_id), state, now=now)
