"""*Take this story over*: one story as clean HTML, with what is asked in return."""

from dataclasses import dataclass
from datetime import date

from newsletter.library.models import LibraryItem
from newsletter.library.terms import is_readable_here, terms_of
from newsletter.rendering.richtext import to_plain
from newsletter.settings import Settings
from newsletter.sharing.entries import canonical, credited


@dataclass(frozen=True)
class ToTakeOver:
    """A story in the forms a site or a paper wants it in."""

    html: str
    plain: str
    address: str  # where it stands with us
    licence: str | None


def may_be_taken_over(item: LibraryItem, *, day: date) -> bool:
    """Ours, and not kept from anybody: a partner's story is the partner's to give."""
    return (
        item.is_story
        and item.partner_id is None
        and bool(item.body.strip())
        and is_readable_here(item, day=day)
        and not terms_of(item).not_for
    )


def to_take_over(settings: Settings, item: LibraryItem, *, house: str) -> ToTakeOver:
    html = f"<h1>{_escaped(item.title)}</h1>\n{credited(settings, item, house=house)}"
    return ToTakeOver(
        html=html,
        plain=to_plain(html),
        address=canonical(settings, item),
        licence=item.licence,
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
