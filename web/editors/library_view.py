"""A shelf of the library as the desk lists it: what was asked, and each piece found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from newsletter.issues.usage import (
    UNSEEN_DAYS,
    Use,
    all_uses,
    narrowed_by_use,
)
from newsletter.library.dead_links import every_dead_link
from newsletter.library.knowledge import linked_among, stories_behind
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.search import find
from subscribers.errors import SubscribersError
from subscribers.regions import names_of
from web.editors.library_form import KINDS
from web.language import gettext as _
from web.session import now

MOST_LISTED = 200
MOST_TYPED = 200
NEVER, UNSEEN = "never", "unseen"


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to; all empty is everything."""

    q: str = ""
    partner: str = ""
    kind: str = ""
    theme: str = ""
    region: str = ""
    person: str = ""
    used: str = ""  # NEVER, UNSEEN, or the number of an issue
    dead: str = ""  # anything: only pieces with a dead link

    @classmethod
    def read(cls, arguments: MultiDict[str, str]) -> "Asked":
        return cls(
            **{
                name: arguments.get(name, "").replace("\0", "").strip()[:MOST_TYPED]
                for name in cls.__dataclass_fields__
            }
        )

    @property
    def is_narrowed(self) -> bool:
        return self != Asked()

    @property
    def has_more(self) -> bool:
        """Whether anything beyond the first row of the form is filled in."""
        return bool(self.theme or self.region or self.person or self.used or self.dead)


@dataclass(frozen=True)
class Row:
    item: LibraryItem
    place: str
    uses: Sequence[Use]  # one for each issue, the newest first
    needs_knowledge: bool  # a story without a link
    stories: int  # that this knowledge lies behind
    has_dead_link: bool


def rows(session: Session, shelf: str, asked: Asked) -> tuple[list[Row], str]:
    """The pieces, and what is wrong with the question: "" when nothing is."""
    kinds = [one for one in KINDS[shelf] if not asked.kind or one == asked.kind]
    without, only = narrowed_by_use(
        session,
        never_used=asked.used == NEVER,
        unseen_since=(
            now() - timedelta(days=UNSEEN_DAYS) if asked.used == UNSEEN else None
        ),
        issue=_number(asked.used),
    )
    dead = {slug for slug, _link in every_dead_link(session, now=now())}
    if asked.dead:
        only = dead if only is None else only & dead
    try:
        items = find(
            session,
            asked.q,
            kind=kinds or [ItemKind.STORY],
            partner=asked.partner or None,
            theme=asked.theme or None,
            region=asked.region or None,
            person=asked.person or None,
            without=without,
            only=only,
            limit=MOST_LISTED,
        )
    except SubscribersError:
        return [], _(
            "We do not know the region %(name)s. Write a municipality, or "
            "'provincie Drenthe'."
        ) % {"name": asked.region}
    uses, linked = all_uses(session), linked_among(session, items)
    stories = stories_behind(session, items)
    # Everywhere and abroad are no place in particular.
    first = {item.id: item.regions[0] for item in items if item.regions}
    names = names_of(session, first.values()) | {"NL": "", "XX": ""}
    return [
        Row(
            item,
            place=names[first[item.id]] if item.id in first else "",
            uses=_once_an_issue(uses.get(item.slug, ())),
            needs_knowledge=item.is_story and item.id not in linked,
            stories=stories.get(item.id, 0),
            has_dead_link=item.slug in dead,
        )
        for item in items
    ], ""


def _number(used: str) -> int | None:
    """The issue that was asked for; a number no issue has finds nothing."""
    if not (used.isascii() and used.isdigit()):
        return None
    return int(used[:9])


def _once_an_issue(uses: Sequence[Use]) -> list[Use]:
    return list({use.number: use for use in reversed(uses)}.values())[::-1]
