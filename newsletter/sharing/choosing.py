"""Which stories a partner's feed holds: only what may go to that partner.

- ours, once an issue carried them, unless an editor said not to this partner;
- another partner's, when its terms let us pass them on;
- never the partner's own, also not when somebody put its text in as ours.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.archive import published
from newsletter.exchange import prints
from newsletter.exchange.intake import spellings
from newsletter.exchange.models import PartnerFeed, SourceItem
from newsletter.library.models import LibraryItem
from newsletter.library.terms import is_shown, terms_of
from newsletter.partners.models import Partner

MOST = 50  # the latest
_ISSUES = 30  # that are looked through


def stories_for(
    session: Session, partner: Partner, *, day: date
) -> Sequence[LibraryItem]:
    """The newest issue's first, each once, at most MOST."""
    chosen: list[LibraryItem] = []
    theirs = _addresses_of(session, partner)
    for item in _published(session):
        if not may_go(item, partner, day=day):
            continue
        if _is_theirs(session, item, partner, theirs):
            continue
        chosen.append(item)
        if len(chosen) == MOST:
            break
    return chosen


def may_go(item: LibraryItem, partner: Partner, *, day: date) -> bool:
    """As far as terms and owners tell."""
    terms = terms_of(item)
    return (
        item.is_story
        and item.partner_id != partner.id
        and is_shown(item, day=day)
        and partner.slug not in terms.not_for
        and (item.partner is None or terms.pass_on)
    )


def _published(session: Session) -> Iterator[LibraryItem]:
    seen: set[int] = set()
    for issue in published(session, limit=_ISSUES):
        for item in issue.stories:
            if item.id not in seen:
                seen.add(item.id)
                yield item


def _addresses_of(session: Session, partner: Partner) -> frozenset[str]:
    """Every address the partner's feeds gave a piece of its own."""
    found = session.scalars(
        select(LibraryItem.url)
        .join(SourceItem, SourceItem.item_id == LibraryItem.id)
        .join(PartnerFeed, PartnerFeed.id == SourceItem.feed_id)
        .where(LibraryItem.partner_id == partner.id, LibraryItem.url.is_not(None))
    )
    return frozenset(url for url in found if url)


def _is_theirs(
    session: Session, item: LibraryItem, partner: Partner, theirs: frozenset[str]
) -> bool:
    """A piece of the partner under another name: by its address, or its sentences."""
    if theirs.intersection(spellings(item.url)):
        return True
    found = prints.look_alike(
        session,
        title=item.title,
        sentences=prints.sentences_of(item.summary, item.body),
        partner=partner.id,
    )
    return found is not None
