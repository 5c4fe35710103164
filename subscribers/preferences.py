"""What a reader can see and change about themselves, by their own link.

Joining another list is not here: that is a sign-up, confirmed from the mailbox, since
the link to this page travels along with every forwarded mail.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import partner_consents, regions, roles, subscriptions, typed
from subscribers.errors import SubscribersError
from subscribers.models import (
    Frequency,
    MailingList,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
)

LANGUAGES = ("nl", "en")
LONGEST_REST = timedelta(days=366)


class BadPause(SubscribersError):
    def __init__(self, day: date, *, first: date, last: date) -> None:
        super().__init__(
            f"A pause until {day} is not possible. Choose a day from {first} to {last}."
        )


class BadFrequency(SubscribersError):
    def __init__(self, often: str) -> None:
        super().__init__(
            f"There is no frequency {typed.shown(often)}. "
            f"Choose one of: {', '.join(Frequency)}."
        )


class BadLanguage(SubscribersError):
    def __init__(self, language: str) -> None:
        super().__init__(
            f"There is no language {typed.shown(language)}. "
            f"Choose one of: {', '.join(LANGUAGES)}."
        )


class NoSuchEdition(SubscribersError):
    def __init__(self, sender: Sender) -> None:
        super().__init__(
            f"The edition of {sender.name} is for readers who ticked its box. "
            "Tick the box first."
        )


@dataclass(frozen=True)
class ListChoices:
    """One list as its reader may see it."""

    subscription: Subscription
    partners: list[Sender]  # whose edition they consent to
    edition: Sender | None  # chosen among those; None: the fixed order decides


@dataclass(frozen=True)
class Preferences:
    """Everything the page shows."""

    subscriber: Subscriber
    region_name: str | None
    role_slugs: list[str]
    lists: list[ListChoices]  # confirmed ones
    left: list[Subscription]  # ended ones, to come back to
    other_lists: list[MailingList]  # to be joined by a sign-up


def read(session: Session, subscriber: Subscriber) -> Preferences:
    """What we know and mail this reader today."""
    known = subscriptions.subscriptions_of(session, subscriber)
    mine = [one for one in known if one.state is SubscriptionState.CONFIRMED]
    left = [one for one in known if one.state is SubscriptionState.ENDED]
    joined = {subscription.list_id for subscription in (*mine, *left)}
    return Preferences(
        subscriber=subscriber,
        region_name=regions.name_of(session, subscriber.region_code)
        if subscriber.region_code
        else None,
        role_slugs=roles.slugs_of(session, subscriber.role_mask),
        lists=[
            ListChoices(
                subscription,
                partner_consents.partners_of(session, subscription),
                session.get(Sender, subscription.edition_sender_id)
                if subscription.edition_sender_id
                else None,
            )
            for subscription in mine
        ],
        left=left,
        other_lists=[
            other
            for other in session.scalars(select(MailingList).order_by(MailingList.id))
            if other.id not in joined
        ],
    )


def change_details(
    session: Session,
    subscriber: Subscriber,
    *,
    name: str | None,
    region: str | None,
    role_names: list[str],
    language: str | None,
) -> None:
    """Everything about the person at once; what is empty becomes unknown.

    Nothing changes when one of them is refused.
    """
    tidy = typed.line_or_none(name, what="name", most=subscriptions.NAME_MOST)
    code = regions.find(session, region).code if region and region.strip() else None
    mask = roles.mask_for(session, role_names)
    subscriber.language = check_language(language)
    subscriber.name, subscriber.region_code, subscriber.role_mask = tidy, code, mask
    session.flush()


def check_language(language: str | None) -> str | None:
    """``nl``, ``en`` or None for nothing said; else raise BadLanguage."""
    tidy = (language or "").strip().lower()
    if not tidy:
        return None
    if tidy not in LANGUAGES:
        raise BadLanguage(tidy)
    return tidy


def choose_frequency(session: Session, subscriber: Subscriber, often: str) -> None:
    """Each issue, or the monthly bundle; counts from the next claim on."""
    try:
        subscriber.frequency = Frequency(often.strip().lower())
    except ValueError as error:
        raise BadFrequency(often) from error
    session.flush()


def pause(
    session: Session, subscriber: Subscriber, *, until: date | None, today: date
) -> None:
    """Rest up to, and not including, a day; None ends the rest."""
    first, last = today + timedelta(days=1), today + LONGEST_REST
    if until is not None and not first <= until <= last:
        raise BadPause(until, first=first, last=last)
    subscriber.paused_until = until
    session.flush()


def choose_edition(
    session: Session, subscription: Subscription, sender: Sender | None
) -> None:
    """Which edition, for who is eligible for several; None leaves it to us."""
    if sender is not None and sender not in partner_consents.partners_of(
        session, subscription
    ):
        raise NoSuchEdition(sender)
    subscription.edition_sender_id = sender.id if sender else None
    session.flush()


def set_partners(
    session: Session,
    subscription: Subscription,
    chosen: list[Sender],
    *,
    language: str,
    now: datetime,
) -> None:
    """Exactly these partners' boxes are ticked; each change is a line of consent."""
    subscriber = session.get_one(Subscriber, subscription.subscriber_id)
    mailing_list = session.get_one(MailingList, subscription.list_id)
    standing = partner_consents.partners_of(session, subscription)
    for sender in standing:
        if sender not in chosen:
            partner_consents.withdraw_partner(
                session, subscriber, mailing_list, sender, now=now
            )
    for sender in chosen:
        if sender not in standing and sender.id != mailing_list.sender_id:
            partner_consents.grant_partner(
                session,
                subscriber,
                mailing_list,
                sender,
                source="preferences",
                language=language,
                now=now,
            )
