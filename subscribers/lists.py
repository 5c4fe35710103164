"""The mailing lists: what one subscribes to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import senders, typed
from subscribers.addresses import normalise
from subscribers.consent import BEGINNING
from subscribers.errors import SubscribersError
from subscribers.models import ConsentHead, MailingList

NAME_MOST = 100


class UnknownList(SubscribersError):
    def __init__(self, slug: str, known: list[str]) -> None:
        super().__init__(
            f"There is no mailing list {typed.shown(slug)}. "
            f"Known are: {', '.join(known) or 'none yet; add one with `lists add`'}."
        )


class ListExists(SubscribersError):
    def __init__(self, slug: str) -> None:
        super().__init__(
            f"There is a mailing list {slug!r} already. Choose another slug."
        )


def add_list(
    session: Session,
    *,
    slug: str,
    name: str,
    sender: str,
    from_address: str,
    postal_address: str,
    now: datetime,
) -> MailingList:
    """Add a mailing list; ``sender`` is the name of the organisation behind it."""
    slug = typed.slug(slug, what="slug of the list")
    name = typed.line(name, what="name of the list", most=NAME_MOST)
    if session.scalar(select(MailingList.id).where(MailingList.slug == slug)):
        raise ListExists(slug)
    mailing_list = MailingList(
        slug=slug,
        name=name,
        from_address=normalise(from_address),
        language="nl",
        sender=senders.sender_of_list(
            session, name=sender, postal_address=postal_address
        ),
        created_at=now,
    )
    session.add(mailing_list)
    session.flush()
    # There from the first day, so that the first two readers queue up at it too.
    session.add(ConsentHead(list_id=mailing_list.id, seq=0, seal=BEGINNING))
    session.flush()
    return mailing_list


def find_list(session: Session, slug: str) -> MailingList:
    """The list of that slug; UnknownList names the known ones."""
    known = {one.slug: one for one in all_lists(session)}
    # Looked up here and not in the database, which refuses to be asked for a NUL.
    found = known.get(slug.strip().lower())
    if found is None:
        raise UnknownList(slug, list(known))
    return found


def all_lists(session: Session) -> list[MailingList]:
    """In the order they were added: the first is the one a bare form means."""
    return list(session.scalars(select(MailingList).order_by(MailingList.id)))
