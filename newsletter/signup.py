"""Where a sign-up enters: the form, JSON, a partner's site and the command line alike.

Anyone can type anyone's address, so the way is the same for a known, an unknown and a
suppressed one: it is written down, and a job decides later what its owner is mailed.
Neither the answer nor the time it takes tells which it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, update
from sqlalchemy.orm import Session, aliased

from database.session import Database
from newsletter.dispatch.models import Delivery
from newsletter.erasure.erasure import ask_to_erase
from newsletter.jobs.queue import enqueue
from newsletter.partners.partners import all_partners
from subscribers import lists, moving, regions, roles, senders, subscriptions, typos
from subscribers.addresses import normalise
from subscribers.models import (
    MailingList,
    Sender,
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.preferences import check_language
from subscribers.subscriptions import Details
from subscribers.tokens import Purpose, Signer

CONFIRMATION = "confirmation"  # the kind of job
RETURN = "return"  # in the consent ledger: back by the mail they left from

# One address gets at most so many confirmations in an hour, however often somebody
# types it: a form must not fill a stranger's mailbox.
MOST_AN_HOUR = 5


@dataclass(frozen=True)
class FilledIn:
    """A form as somebody filled it in; what they left empty is unknown."""

    address: str
    list_slug: str = ""  # empty: the first list
    name: str | None = None
    region: str | None = None
    roles: Sequence[str] = ()
    partners: Sequence[str] = ()  # whose boxes they ticked
    language: str = ""


@dataclass(frozen=True)
class SignUp:
    """What somebody typed, understood: addresses, numbers and codes, no rows."""

    address: str
    list_id: int
    region_code: str | None
    role_mask: int
    partner_ids: Sequence[int]
    language: str | None  # None: not said
    name: str | None


def sign_up(
    database: Database, filled: FilledIn, *, source: str, now: datetime
) -> str | None:
    """Read a form, write the sign-up down, and commit; as ``request_subscription``.

    What was typed is looked up before anything is locked: while a mailing runs, those
    who sign up queue for SQLite's one writer, and each may hold it for a moment only.
    """
    with database.read() as session:
        asked = read_form(session, filled)
    with database.write.begin() as session:
        return request_subscription(session, asked, source=source, now=now)


def read_form(session: Session, filled: FilledIn) -> SignUp:
    """Understand what was typed.

    Raises a SubscribersError with a sentence for what was typed wrongly (BadAddress,
    UnknownList, UnknownRegion, ...); never for what we know of the address.
    """
    return SignUp(
        address=normalise(filled.address),
        list_id=_list(session, filled.list_slug).id,
        region_code=_region_code(session, filled.region),
        role_mask=roles.mask_for(session, filled.roles),
        partner_ids=[sender.id for sender in _partners(session, filled.partners)],
        language=check_language(filled.language),
        name=filled.name,
    )


def request_subscription(
    session: Session, asked: SignUp, *, source: str, now: datetime
) -> str | None:
    """Write a sign-up down and have its confirmation mailed.

    Returns the address that was probably meant, when it looks mistyped; the one that
    was typed is mailed all the same.
    """
    if _asked_enough(session, asked.address, now=now):
        return typos.meant(asked.address)
    request = subscriptions.request(
        session,
        address=asked.address,
        mailing_list=session.get_one(MailingList, asked.list_id),
        details=Details(
            name=asked.name,
            region_code=asked.region_code,
            role_mask=asked.role_mask,
            language=asked.language,
            partners=[session.get_one(Sender, one) for one in asked.partner_ids],
        ),
        source=source,
        language=asked.language or "",
        now=now,
    )
    enqueue(session, CONFIRMATION, {"request": request.id}, now=now)
    return typos.meant(asked.address)


def confirm(
    session: Session, token: str, *, signer: Signer, now: datetime
) -> Subscription | None:
    """Act on the link in the confirmation; repeating it changes nothing.

    None: altered, expired, forgotten, or an address only staff can let in again.
    """
    numbers = signer.read(Purpose.CONFIRM, token, now=now)
    if numbers is None or len(numbers) != 1:
        return None
    moving.leave_out_refused(session, numbers[0])
    subscription = subscriptions.confirm(session, numbers[0], now=now)
    if subscription is not None:
        _finish_move(session, numbers[0], now=now)
    return subscription


def request_return(
    session: Session, subscription: Subscription, *, now: datetime
) -> None:
    """Who left may come back by the mail they left from: by a mail to confirm.

    Whoever holds a forwarded mail can ask for it too, and only its owner can say yes.
    What they told us before still counts; the partners' boxes they tick anew.
    """
    subscriber = subscription.subscriber
    if subscription.state is SubscriptionState.CONFIRMED or _asked_enough(
        session, subscriber.address, now=now
    ):
        return
    request = subscriptions.request(
        session,
        address=subscriber.address,
        mailing_list=subscription.mailing_list,
        details=Details(language=subscriber.language),
        source=RETURN,
        language=subscriber.language or subscription.mailing_list.language,
        now=now,
    )
    enqueue(session, CONFIRMATION, {"request": request.id}, now=now)


def request_move(
    session: Session,
    subscriber: Subscriber,
    *,
    address: str,
    language: str,
    now: datetime,
) -> None:
    """Ask the new mailbox to confirm; until it does everything stays as it is.

    Raises BadAddress. The answer is the same for a known and an unknown address.
    """
    address = normalise(address)
    if _asked_enough(session, address, now=now):
        return
    request = moving.request(
        session, subscriber, address=address, language=language, now=now
    )
    if request is not None:
        enqueue(session, CONFIRMATION, {"request": request.id}, now=now)


def _finish_move(session: Session, request_id: int, *, now: datetime) -> None:
    """Of a move, the old mails come along: one must be able to leave by their links."""
    request = session.get_one(SignupRequest, request_id)
    old = moving.mover(session, request)
    if old is None:
        return
    new = session.get_one(Subscriber, request.subscriber_id)
    also_mailed = aliased(Delivery)
    session.execute(
        update(Delivery)
        # By number: this may not be their first move.
        .where(Delivery.subscriber_id == old.id)
        .values(
            # Whose new address is in that mailing too is in it once.
            subscriber_id=case(
                (
                    exists().where(
                        also_mailed.mailing_id == Delivery.mailing_id,
                        also_mailed.address_hash == new.address_hash,
                    ),
                    None,
                ),
                else_=new.id,
            ),
            detail="",
        )
        .execution_options(synchronize_session=False)
    )
    ask_to_erase(session, old.address, now=now)
    moving.finish(session, request, now=now)


def _asked_enough(session: Session, address: str, *, now: datetime) -> bool:
    asked = subscriptions.requests_since(
        session, address=address, since=now - timedelta(hours=1)
    )
    return asked >= MOST_AN_HOUR


def _list(session: Session, slug: str) -> MailingList:
    first = next(iter(lists.all_lists(session)), None)
    return first if first and not slug else lists.find_list(session, slug)


def _region_code(session: Session, region: str | None) -> str | None:
    return regions.find(session, region).code if region and region.strip() else None


def _partners(session: Session, names: Sequence[str]) -> list[Sender]:
    """Partners by slug or name; a list's own organisation is none."""
    if not names:
        return []
    known = {partner.slug for partner in all_partners(session)}
    found = [senders.find_sender(session, name) for name in names]
    for sender in found:
        if sender.slug not in known:
            raise senders.UnknownSender(sender.slug, sorted(known))
    return found
