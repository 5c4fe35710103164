"""Who is told of what in a bundle, as one SELECT over the ledgers of its issues.

A *place* is the number of an entry; every reader has one for each issue, or NOTHING.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from database.fence import fenced
from newsletter.dispatch.bundles.waiting import Waiting, is_waiting
from newsletter.dispatch.models import Delivery, Variant
from newsletter.dispatch.states import Exclusion
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from newsletter.partners.partners import find_partner
from newsletter.production.bundle import Entry, stories_among
from subscribers.models import PartnerConsent, Subscriber, Subscription
from subscribers.segments.audience import BUNDLED, exclusion_case

# More nobody can look through. Beyond it a bundle tells only of what all readers of an
# edition had: of an issue's blocks with a rule it is silent, and the link leads to it.
MOST_VARIANTS = 64
NOTHING = 0

Group = tuple[str, tuple[int, ...]]  # edition, a place for each issue


@dataclass(frozen=True)
class Content:
    """What the readers of one variant get: an edition's brand, and these in it."""

    edition: str  # "base", or a partner's slug
    entries: tuple[Entry, ...]

    @property
    def blocks(self) -> list[str]:
        return [f"issue-{entry.issue}" for entry in self.entries]

    @property
    def hashed(self) -> str:
        """Short enough for an address, and the same wherever it is worked out."""
        told = [
            [entry.issue, entry.edition, entry.variant, *entry.blocks]
            for entry in self.entries
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Version:
    """A variant of the bundle."""

    key: str  # "base", "base-3f9c1a2b", "lpb-0c5be85a"
    content: Content
    readers: int


@dataclass(frozen=True)
class Contents:
    """``rows`` gives subscriber_id, address_hash, exclusion, edition and the places."""

    rows: Subquery
    places: Sequence[ColumnElement[int]]  # columns of ``rows``, one for each issue
    groups: Mapping[Group, int]  # who is mailed; how many
    _entries: Sequence[Entry]  # that of a place stands one before it

    def of(self, group: Group) -> Content:
        edition, places = group
        entries = tuple(self._entries[place - 1] for place in places if place)
        return Content(edition, entries)


def contents_of(
    session: Session, waiting: Waiting, *, today: date, zone: tzinfo
) -> Contents:
    """As its readers are today: who left gets nothing, nor who took a consent back."""
    found = _contents(session, waiting, today=today, zone=zone, with_rules=True)
    if len(found.groups) <= MOST_VARIANTS:
        return found
    return _contents(session, waiting, today=today, zone=zone, with_rules=False)


def versions_of(waiting: Waiting, contents: Contents, *, zone: tzinfo) -> list[Version]:
    """All there are, the archive's first, then those with the most readers."""
    readers: Counter[Content] = Counter({_for_everybody(waiting, zone=zone): 0})
    for group, count in contents.groups.items():
        readers[contents.of(group)] += count
    everybody, *others = readers
    others.sort(key=lambda content: (-readers[content], content.hashed))
    return [
        Version(BASE_KEY, everybody, readers[everybody]),
        *(Version(f"{one.edition}-{one.hashed}", one, readers[one]) for one in others),
    ]


def _for_everybody(waiting: Waiting, *, zone: tzinfo) -> Content:
    """The issues themselves, without any edition or rule: what the archive shows."""
    entries = _Entries(waiting, zone=zone, with_rules=False)
    bases = [one for one in waiting.variants if one.key == BASE_KEY]
    places = [entries.place_of(base, own=True) for base in bases]
    return Content(BASE_KEY, tuple(entries.known[place - 1] for place in places))


class _Entries:
    """Gives each entry its place; two versions of an issue told alike share one."""

    def __init__(self, waiting: Waiting, *, zone: tzinfo, with_rules: bool) -> None:
        self._days = {
            mailing.id: mailing.frozen_at.astimezone(zone).date()
            for mailing in waiting.mailings
            if mailing.frozen_at is not None
        }
        self._issues = waiting.issues
        self._with_rules = with_rules
        self.known: list[Entry] = []

    def place_of(self, variant: Variant, *, own: bool) -> int:
        """``own``: with what its edition adds to the issue."""
        issue = self._issues[variant.mailing_id]
        edition = variant.edition if own else BASE_KEY
        stories = [
            story
            for story in stories_among(issue, edition, variant.blocks)
            if self._with_rules or story.only is None
        ]
        page = edition
        if own and self._with_rules:
            page = variant.key
        elif edition != BASE_KEY:
            page = ""  # nobody may have had exactly this
        entry = Entry(
            issue=issue.number,
            edition=edition,
            variant=page,
            day=self._days[variant.mailing_id],
            blocks=tuple(story.id for story in stories),
        )
        if entry not in self.known:
            self.known.append(entry)
        return self.known.index(entry) + 1


def _contents(
    session: Session, waiting: Waiting, *, today: date, zone: tzinfo, with_rules: bool
) -> Contents:
    entries = _Entries(waiting, zone=zone, with_rules=with_rules)
    rows = _rows(session, waiting, entries, today=today)
    places = [rows.c[_name(mailing.id)] for mailing in waiting.mailings]
    counted = session.execute(
        select(rows.c.edition, *places, func.count())
        .where(rows.c.exclusion.is_(None))
        .group_by(rows.c.edition, *places)
    )
    groups: dict[Group, int] = {
        (edition, tuple(found)): count for edition, *found, count in counted
    }
    return Contents(rows, places, groups, entries.known)


def _rows(
    session: Session, waiting: Waiting, entries: _Entries, *, today: date
) -> Subquery:
    """Everybody with a subscription to the list."""
    told = _told(session, waiting, entries)
    names = [_name(mailing.id) for mailing in waiting.mailings]
    sorted_out = fenced(
        select(
            Subscriber.id.label("subscriber_id"),
            Subscriber.address_hash.label("address_hash"),
            exclusion_case(waiting.mailing_list.id, today=today, but=BUNDLED).label(
                "exclusion"
            ),
            func.coalesce(told.c.edition, BASE_KEY).label("edition"),
            *(func.coalesce(told.c[name], NOTHING).label(name) for name in names),
        )
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(told, told.c.subscriber_id == Subscriber.id)
        .where(Subscription.list_id == waiting.mailing_list.id),
        "sorted_out",
    )
    is_empty = and_(
        sorted_out.c.exclusion.is_(None),
        *(sorted_out.c[name] == NOTHING for name in names),
    )
    return select(
        sorted_out.c.subscriber_id,
        sorted_out.c.address_hash,
        case(
            (is_empty, literal(Exclusion.NOTHING_FOR_YOU.value, String)),
            else_=sorted_out.c.exclusion,
        ).label("exclusion"),
        sorted_out.c.edition,
        *(sorted_out.c[name] for name in names),
    ).subquery("candidates")


def _told(session: Session, waiting: Waiting, entries: _Entries) -> Subquery:
    """Whoever waits: the brand of their bundle, and the place of each issue in it."""
    kept = (
        select(
            Delivery.subscriber_id.label("subscriber_id"),
            *(
                func.max(
                    case((Delivery.mailing_id == mailing.id, Delivery.variant_id))
                ).label(_name(mailing.id))
                for mailing in waiting.mailings
            ),
        )
        .where(
            Delivery.mailing_id.in_([mailing.id for mailing in waiting.mailings]),
            Delivery.subscriber_id.is_not(None),
            is_waiting(),
        )
        .group_by(Delivery.subscriber_id)
        .subquery("kept")
    )
    branded = select(
        *kept.c, _edition(session, waiting, kept).label("edition")
    ).subquery("branded")
    return select(
        branded.c.subscriber_id,
        branded.c.edition,
        *(
            case(*_placed(waiting, entries, branded, mailing.id), else_=NOTHING).label(
                _name(mailing.id)
            )
            for mailing in waiting.mailings
        ),
    ).subquery("told")


def _edition(session: Session, waiting: Waiting, kept: Subquery) -> ColumnElement[str]:
    """The partner's whose edition they would have had, if they still agree to it.

    Of several partners the latest issue's: one mail has one brand, and what the claim
    looks at again is the consent for that.
    """
    branches = []
    for partner, variants in _partners(waiting):
        had = or_(
            *(kept.c[_name(one.mailing_id)] == one.id for one in variants),
        )
        agrees = exists().where(
            PartnerConsent.subscriber_id == kept.c.subscriber_id,
            PartnerConsent.list_id == waiting.mailing_list.id,
            PartnerConsent.sender_id == find_partner(session, partner).sender_id,
        )
        branches.append((and_(had, agrees), literal(partner, String)))
    base = literal(BASE_KEY, String)
    return case(*branches, else_=base) if branches else base


def _partners(waiting: Waiting) -> Iterator[tuple[str, list[Variant]]]:
    """The partners with an edition among the versions, the latest issue's first."""
    order: dict[str, list[Variant]] = {}
    for mailing in reversed(waiting.mailings):
        for variant in waiting.variants:
            if variant.mailing_id == mailing.id and _is_partners(
                mailing.issue, variant
            ):
                order.setdefault(variant.edition, []).append(variant)
    yield from order.items()


def _is_partners(issue: Issue, variant: Variant) -> bool:
    return Composition.of(issue).edition(variant.edition).partner is not None


def _placed(
    waiting: Waiting, entries: _Entries, branded: Subquery, mailing_id: int
) -> Iterator[tuple[ColumnElement[bool], ColumnElement[int]]]:
    """A partner's own pieces only for who gets the bundle in that partner's brand."""
    for variant in waiting.variants:
        if variant.mailing_id != mailing_id:
            continue
        has_it = branded.c[_name(mailing_id)] == variant.id
        full = literal(entries.place_of(variant, own=True), Integer)
        if _is_partners(waiting.issues[mailing_id], variant):
            yield and_(has_it, branded.c.edition == variant.edition), full
            own_left_out = entries.place_of(variant, own=False)
            yield has_it, literal(own_left_out, Integer)
        else:
            yield has_it, full


def _name(mailing_id: int) -> str:
    return f"mailing_{mailing_id}"
