"""What a partner shared goes out as the partner allows, and as its source has it."""

from collections.abc import Iterator

from newsletter.exchange.changes import source_of
from newsletter.exchange.layers import headline_of_the_source
from newsletter.issues.blocks.base import Block
from newsletter.issues.editions import Edition
from newsletter.issues.variants import PlannedVariant
from newsletter.library.models import LibraryItem
from newsletter.library.stories import items_of
from newsletter.library.terms import terms_of
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

WITHDRAWN: Words = {
    "nl": "“{title}” is ingetrokken door {source}. Haal het uit het nummer.",
    "en": "“{title}” was withdrawn by {source}. Take it out of the issue.",
}
OVER: Words = {
    "nl": "“{title}” mocht tot en met {until} worden gebruikt. Haal het uit het "
    "nummer, of vraag {source} om langer.",
    "en": "“{title}” could be used until {until}. Take it out of the issue, or ask "
    "{source} for longer.",
}
NOT_FOR: Words = {
    "nl": "“{title}” van {source} mag niet naar {partner}. Haal het uit die editie, "
    "of uit het nummer.",
    "en": "“{title}” by {source} may not go to {partner}. Take it out of that edition, "
    "or out of the issue.",
}
HEADLINE: Words = {
    "nl": "{source} wil dat de kop blijft zoals hij was: “{theirs}”. Zet hem terug bij "
    "het verhaal.",
    "en": "{source} wants the headline kept as it was: “{theirs}”. Put it back at the "
    "story.",
}
CHANGED: Words = {
    "nl": "De bron van “{title}” is veranderd. Kijk bij Uitwisseling: neem het over, "
    "of houd het onze.",
    "en": "The source of “{title}” changed. Look at Exchange: take it over, or keep "
    "ours.",
}
OURS: Words = {"nl": "onszelf", "en": "ourselves"}


def check_sources(looking: Looking) -> Iterator[Finding]:
    slugs = {
        slug
        for block in looking.composition.every_block()
        if (slug := _slug(block)) is not None
    }
    # An unknown slug is ``rendering``'s to say.
    items = items_of(looking.session, slugs)
    for block in looking.composition.every_block():
        item = items.get(_slug(block) or "")
        if item is not None:
            yield from _piece(looking, block, item)
    for edition in looking.composition.editions:
        yield from _edition(looking, edition, items)


def _piece(looking: Looking, block: Block, item: LibraryItem) -> Iterator[Finding]:
    facts = {"title": item.title, "source": _source(looking, item)}
    terms = terms_of(item)
    day = looking.now.astimezone(looking.settings.timezone).date()
    if item.withdrawn_at is not None:
        yield looking.finding(
            "withdrawn", Level.BLOCKING, WITHDRAWN, block=block.id, **facts
        )
    if terms.until is not None and terms.is_over(day):
        yield looking.finding(
            "terms", Level.BLOCKING, OVER, block=block.id, until=terms.until, **facts
        )
    row = source_of(looking.session, item) if item.partner else None
    if row is None:
        return
    theirs = headline_of_the_source(row)
    if not terms.headline_may_change and theirs != item.title:
        yield looking.finding(
            "terms", Level.BLOCKING, HEADLINE, block=block.id, theirs=theirs, **facts
        )
    elif row.changed_at is not None:
        yield looking.finding(
            "source-changed", Level.WARNING, CHANGED, block=block.id, **facts
        )


def _edition(
    looking: Looking, edition: Edition, items: dict[str, LibraryItem]
) -> Iterator[Finding]:
    """A partner's readers are not shown what that partner may not have."""
    if edition.partner is None:
        return
    for block in looking.composition.blocks_of(edition.key):
        item = items.get(_slug(block) or "")
        if item is None or edition.partner not in terms_of(item).not_for:
            continue
        shown = next(
            (one.key for one in looking.planned if _shows(one, edition, block)), None
        )
        if shown is not None:
            yield looking.finding(
                "terms",
                Level.BLOCKING,
                NOT_FOR,
                variant=shown,
                block=block.id,
                title=item.title,
                source=_source(looking, item),
                partner=edition.partner,
            )


def _shows(planned: PlannedVariant, edition: Edition, block: Block) -> bool:
    return planned.edition == edition.key and block.id in planned.blocks


def _source(looking: Looking, item: LibraryItem) -> str:
    if item.partner:
        return item.partner.name
    return OURS.get(looking.issue.language, OURS["nl"])


def _slug(block: Block) -> str | None:
    return block.to_dict().get("story")
