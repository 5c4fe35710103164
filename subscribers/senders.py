"""The organisations one consents to: a list's own, or a partner's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import typed
from subscribers.errors import SubscribersError
from subscribers.models import Sender

NAME_MOST = 100
POSTAL_ADDRESS_MOST = 300


class SenderExists(SubscribersError):
    """A sender's postal address stands in every mail: it never changes by accident."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(
            f"There is a sender {sender.name!r} ({sender.slug}) already, with the "
            f"postal address {sender.postal_address!r}. Use that name and address, "
            "or another name."
        )


class UnknownSender(SubscribersError):
    def __init__(self, slug: str, known: list[str]) -> None:
        super().__init__(
            f"There is no sender {typed.shown(slug)}. "
            f"Known are: {', '.join(known) or 'none yet'}."
        )


def add_sender(
    session: Session, *, slug: str, name: str, postal_address: str
) -> Sender:
    """Add an organisation, or return the one that is exactly this.

    A partner's postal address may be empty: its mails carry the list's own. One who
    has the name or slug already, but another address, raises SenderExists.
    """
    slug = typed.slug(slug, what="slug of the sender")
    name = typed.line(name, what="name of the sender", most=NAME_MOST)
    address = _postal_address(postal_address)
    known = session.scalar(select(Sender).where(Sender.slug == slug))
    if known is None:
        sender = Sender(slug=slug, name=name, postal_address=address)
        session.add(sender)
        session.flush()
        return sender
    if known.name != name or address not in {"", known.postal_address}:
        raise SenderExists(known)
    return known


def sender_of_list(session: Session, *, name: str, postal_address: str) -> Sender:
    """The sender of that name, added if need be; its postal address is required."""
    name = typed.line(name, what="name of the sender", most=NAME_MOST)
    address = _postal_address(postal_address)
    if not address:
        raise typed.BadLine(
            "The postal address is empty. The law wants it in every mail: fill it in."
        )
    known = session.scalar(select(Sender).where(Sender.name == name))
    if known is None:
        return add_sender(
            session, slug=typed.slug_of(name), name=name, postal_address=address
        )
    if known.postal_address == "":
        known.postal_address = address  # a partner that now has a list of its own
    if known.postal_address != address:
        raise SenderExists(known)
    return known


def find_sender(session: Session, slug: str) -> Sender:
    """By slug or name, in any case; UnknownSender names the known ones."""
    wanted = typed.slug_of(slug)
    for sender in all_senders(session):
        if wanted and wanted in {sender.slug, typed.slug_of(sender.name)}:
            return sender
    raise UnknownSender(slug, [sender.slug for sender in all_senders(session)])


def all_senders(session: Session) -> list[Sender]:
    return list(session.scalars(select(Sender).order_by(Sender.slug)))


def _postal_address(text: str) -> str:
    # An envelope has lines, a mail's footer has one.
    lines = [part.strip() for part in text.splitlines() if part.strip()]
    if not lines:
        return ""
    return typed.line(", ".join(lines), what="postal address", most=POSTAL_ADDRESS_MOST)
