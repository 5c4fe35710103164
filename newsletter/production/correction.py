"""A correction as a mail: the ordinary frame of an edition around one block."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from newsletter.issues.blocks.context import Resolving, plain, running
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from newsletter.issues.variants import label
from newsletter.issues.words import CORRECTION
from newsletter.production.produce import (
    ProducedVariant,
    frame_of,
    hash_of,
    sender_of,
)
from newsletter.rendering.values import Correction
from newsletter.rendering.variant import render_variant
from newsletter.settings import Settings

_MOST_OF_A_PREHEADER = 120  # characters: more no mail program shows


@dataclass(frozen=True)
class Putting:
    """What is said of which item, in an issue of which day."""

    number: int  # of the correction: 1, 2, ... within the issue
    title: str
    text: str  # Markdown
    mailed_on: date  # when the issue was

    def key(self, edition: str) -> str:
        """Of the variant, and so of its page in the archive."""
        own = f"correction-{self.number}"
        return own if edition == BASE_KEY else f"{own}-{edition}"


def produce_corrections(
    session: Session,
    settings: Settings,
    issue: Issue,
    editions: list[str],
    putting: Putting,
    *,
    day: date,
) -> list[ProducedVariant]:
    """One variant for each edition, as it would go out on ``day``."""
    return [
        _produce(session, settings, issue, edition, putting, place=place, day=day)
        for place, edition in enumerate(editions)
    ]


def _produce(
    session: Session,
    settings: Settings,
    issue: Issue,
    edition_key: str,
    putting: Putting,
    *,
    place: int,
    day: date,
) -> ProducedVariant:
    edition = Composition.of(issue).edition(edition_key)
    context = Resolving.of(session, settings, language=issue.language)
    key = putting.key(edition_key)
    text = running(putting.text)
    frame = replace(
        frame_of(settings, issue, edition, context, key=key, day=day),
        subject=CORRECTION[issue.language].format(plain(putting.title)),
        preheader=plain(text.plain)[:_MOST_OF_A_PREHEADER],
    )
    block = Correction(
        id=key,
        title=plain(putting.title),
        number=issue.number,
        day=putting.mailed_on,
        text=text,
        url=f"{settings.base_url}/issues/{issue.number}",
    )
    rendered = render_variant(frame, [block])
    from_name, from_address = sender_of(session, issue, edition_key)
    return ProducedVariant(
        key=key,
        edition=edition_key,
        label=label(place),
        blocks=[block.id],
        from_name=from_name,
        from_address=from_address,
        rendered=rendered,
        sha256=hash_of(from_name, from_address, rendered),
    )
