"""Which terms count for a piece, and what they leave of it."""

from datetime import date

from newsletter.library.models import LibraryItem
from newsletter.partners.terms import FREE, Terms, Text, read_terms


def terms_of(item: LibraryItem) -> Terms:
    """Its own, else its partner's; what is ours is free."""
    if item.terms is not None:
        return read_terms(item.terms)
    return read_terms(item.partner.terms) if item.partner else FREE


def is_shown(item: LibraryItem, *, day: date) -> bool:
    """Whether anything of it may be shown on this day."""
    return item.withdrawn_at is None and not terms_of(item).is_over(day)


def is_readable_here(item: LibraryItem, *, day: date) -> bool:
    """Whether its whole text may stand on a page of ours."""
    return is_shown(item, day=day) and terms_of(item).text is Text.FULL
