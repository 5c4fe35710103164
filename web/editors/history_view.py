"""What was done to an issue, as a person says it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.called import called, words_in
from newsletter.issues.files import every_block_document
from newsletter.issues.history import Change, history, last_changer, newest
from newsletter.issues.models import Issue, IssueVersion
from newsletter.library.stories import items_of
from newsletter.partners.partners import all_partners
from newsletter.staff.people import OPERATOR
from subscribers import regions
from web.language import gettext as _
from web.language import language

LATELY = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    version: int
    at: datetime
    by: str
    what: str
    is_now: bool


def lines(session: Session, issue: Issue) -> list[Line]:
    """The newest first."""
    versions = history(session, issue)
    items = _items_in(session, versions)
    return [
        Line(
            version=one.version,
            at=one.changed_at,
            by=who(one.by),
            what=_what(session, one, before, items),
            is_now=one.version == issue.version,
        )
        for one, before in zip_longest(versions, versions[1:])
    ]


def what(session: Session, issue: Issue, one: IssueVersion | None) -> str:
    """One change in words; "" for none."""
    if one is None:
        return ""
    versions = history(session, issue)
    before = next((known for known in versions if known.version < one.version), None)
    items = _items_in(session, [one, before] if before else [one])
    return _what(session, one, before, items)


def who(by: str) -> str:
    return _("whoever runs Buurtpost") if by == OPERATOR else by


def somebody_else(
    session: Session, issue: Issue, *, me: str, now: datetime
) -> Line | None:
    """The last change, when another person made it a moment ago."""
    last = newest(session, issue)
    if last is None or last.by in {me, OPERATOR} or now - last.changed_at > LATELY:
        return None
    said = what(session, issue, last)
    return Line(last.version, last.changed_at, who(last.by), said, is_now=True)


def meanwhile(
    session: Session,
    issue: Issue,
    part: Callable[[IssueVersion], object],
    *,
    me: str,
) -> str:
    """Why a form is not saved: somebody changed ``part``, on which it stands."""
    by = last_changer(session, issue, part)
    if by == me:
        return _(
            "You changed this in another tab. What you typed still stands here, and is "
            "not saved."
        )
    return _(
        "%(who)s changed this meanwhile. What you typed still stands here, and is not "
        "saved."
    ) % {"who": who(by)}


def _what(
    session: Session,
    one: IssueVersion,
    before: IssueVersion | None,
    items: Mapping[str, Any],
) -> str:
    say = _SAYS[Change(one.change)]
    about = one.about
    if one.change in _OF_BLOCKS:
        # Each version's own words; what was taken out is named in the one before it.
        found = block_in(one, about) or block_in(before, about)
        about = _name(found, items) if found else about
    if one.change in {Change.EDITION, Change.EDITION_REMOVED}:
        about = _edition_name(session, about)
    return say() % {"what": about}


def block_in(version: IssueVersion | None, block_id: str) -> Mapping[str, Any] | None:
    """A block's document as a version of the issue had it."""
    documents = (
        every_block_document(version.blocks, version.editions) if version else ()
    )
    return next((one for one in documents if one["id"] == block_id), None)


def _items_in(session: Session, versions: Sequence[IssueVersion]) -> dict[str, Any]:
    """The pieces of the library that these versions show, by slug."""
    slugs = {
        document["story"]
        for one in versions
        for document in every_block_document(one.blocks, one.editions)
        if document.get("story")
    }
    return dict(items_of(session, sorted(slugs)))


def _name(document: Mapping[str, Any], items: Mapping[str, Any]) -> str:
    titles = {slug: item.title for slug, item in items.items()}
    return called(str(document.get("kind")), words_in(document, titles), language())


def _edition_name(session: Session, key: str) -> str:
    names = {partner.slug: partner.name for partner in all_partners(session)}
    return names.get(key) or regions.name_of(session, key) or key


_SAYS: Mapping[Change, Callable[[], str]] = {
    Change.CREATED: lambda: _("began the issue"),
    Change.IMPORTED: lambda: _("read it from a file"),
    Change.COPIED: lambda: _("copied issue %(what)s"),
    Change.MADE_LIKE: lambda: _("began it like %(what)s"),
    Change.HEADINGS: lambda: _("changed the subject"),
    Change.ADDED: lambda: _("put in: %(what)s"),
    Change.MOVED: lambda: _("moved: %(what)s"),
    Change.CHANGED: lambda: _("changed: %(what)s"),
    Change.HIDDEN: lambda: _("hid: %(what)s"),
    Change.SHOWN: lambda: _("showed again: %(what)s"),
    Change.REMOVED: lambda: _("took out: %(what)s"),
    Change.EDITION: lambda: _("changed the edition %(what)s"),
    Change.EDITION_REMOVED: lambda: _("took away the edition %(what)s"),
    Change.RESTORED: lambda: _("put version %(what)s back"),
    Change.UNDONE: lambda: _("went back to version %(what)s"),
    Change.REDONE: lambda: _("went on to version %(what)s"),
}
_OF_BLOCKS = frozenset(
    {
        Change.ADDED,
        Change.MOVED,
        Change.CHANGED,
        Change.HIDDEN,
        Change.SHOWN,
        Change.REMOVED,
    }
)
