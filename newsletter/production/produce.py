"""One planned variant becomes a whole mail: resolved, rendered once, hashed."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from newsletter.errors import NewsletterError
from newsletter.issues.blocks import Block, Resolving
from newsletter.issues.blocks.context import plain
from newsletter.issues.blocks.foreword import named
from newsletter.issues.composition import Composition
from newsletter.issues.editions import Edition
from newsletter.issues.errors import BadBlock, BadIssue
from newsletter.issues.models import Issue
from newsletter.issues.variants import MOST_VARIANTS, PlannedVariant
from newsletter.issues.words import TOGETHER
from newsletter.partners.brands import DARK_CARD, LIGHT_CARD, passing_shade
from newsletter.partners.models import Partner
from newsletter.partners.partners import find_partner
from newsletter.rendering.palette import ACCENT, ACCENT_DARK
from newsletter.rendering.values import BlockValue, Brand, Frame, RenderedVariant
from newsletter.rendering.variant import render_variant
from newsletter.settings import Settings
from subscribers.models import MailingList


@dataclass(frozen=True)
class ProducedVariant:
    """Everything that is mailed to the readers of one variant, and its hash."""

    key: str
    edition: str
    label: str
    blocks: list[str]  # ids of the visible blocks
    from_name: str
    from_address: str
    rendered: RenderedVariant
    sha256: str  # over all that is mailed: an approval is bound to it

    @property
    def subject(self) -> str:
        """With a slot where the reader's name goes."""
        return self.rendered.subject

    @property
    def size_bytes(self) -> int:
        """Of the HTML as the template holds it."""
        return len(self.rendered.html.encode())


def produce(
    session: Session,
    settings: Settings,
    issue: Issue,
    planned: PlannedVariant,
    *,
    day: date,
) -> ProducedVariant:
    """Render a variant of an issue as it would go out on ``day``.

    Raises the sentence of whatever block, story or template cannot be rendered.
    """
    frame, values = resolve(session, settings, issue, planned, day=day)
    rendered = _rendered(frame, tuple(values))
    from_name, from_address = sender_of(session, issue, planned.edition)
    return ProducedVariant(
        key=planned.key,
        edition=planned.edition,
        label=planned.label,
        blocks=list(planned.blocks),
        from_name=from_name,
        from_address=from_address,
        rendered=rendered,
        sha256=hash_of(from_name, from_address, rendered),
    )


# As many as one issue may have.
@lru_cache(maxsize=MOST_VARIANTS)
def _rendered(frame: Frame, values: tuple[BlockValue, ...]) -> RenderedVariant:
    """Made once, however often it is looked at: whoever presses the last button has its
    links looked at, the gate asked and the audience frozen, of the same version. Equal
    values give equal bytes, so nothing that changed is ever found here."""
    return render_variant(frame, values)


def resolve(
    session: Session,
    settings: Settings,
    issue: Issue,
    planned: PlannedVariant,
    *,
    day: date,
) -> tuple[Frame, list[BlockValue]]:
    """The frozen values a variant is rendered from; nothing after this asks back."""
    composition = Composition.of(issue)
    edition = composition.edition(planned.edition)
    context = Resolving.of(session, settings, language=issue.language)
    shown = set(planned.blocks)
    values = [
        value
        for block in composition.blocks_of(planned.edition)
        if block.id in shown
        if (value := _resolve(block, context)) is not None
    ]
    frame = frame_of(settings, issue, edition, context, key=planned.key, day=day)
    return frame, values


def _resolve(block: Block, context: Resolving) -> BlockValue | None:
    try:
        return block.resolve(context)
    except NewsletterError as error:
        raise BadBlock(block.id, str(error)) from error


def frame_of(
    settings: Settings,
    issue: Issue,
    edition: Edition,
    context: Resolving,
    *,
    key: str,
    day: date,
) -> Frame:
    """What stands around the blocks of the variant ``key``, in its edition's brand."""
    mailing_list = issue.mailing_list
    return Frame(
        number=issue.number,
        subject=named(plain(edition.subject or issue.subject)),
        preheader=plain(issue.preheader),
        language=issue.language,
        day=day,
        host=house_brand(mailing_list.name),
        partner=context.brand(edition.partner) if edition.partner else None,
        web_url=f"{settings.base_url}/issues/{issue.number}/{key}",
        base_url=settings.base_url,
        sender_name=mailing_list.sender.name,
        postal_address=mailing_list.sender.postal_address,
        list_name=mailing_list.name,
    )


def house_brand(name: str) -> Brand:
    """How a mailing list of ours looks: its name set in type, in brick."""
    return Brand(
        name=name,
        colour=passing_shade(ACCENT, LIGHT_CARD),
        colour_dark=passing_shade(ACCENT_DARK, DARK_CARD),
        logo=None,
    )


def sender_of(session: Session, issue: Issue, edition_key: str) -> tuple[str, str]:
    """Name and address in From: on a partner's edition both names are there."""
    edition = Composition.of(issue).edition(edition_key)
    partner = find_partner(session, edition.partner) if edition.partner else None
    return sender_named(issue.mailing_list, partner, issue.language)


def sender_named(
    mailing_list: MailingList, partner: Partner | None, language: str
) -> tuple[str, str]:
    """The same for who knows the edition's partner already; None: it has none."""
    if partner is None:
        return mailing_list.name, mailing_list.from_address
    together = TOGETHER[language].format(mailing_list.name, partner.name)
    return together, partner.from_address or mailing_list.from_address


def hash_of(from_name: str, from_address: str, rendered: RenderedVariant) -> str:
    """Over all that is mailed."""
    mailed = [
        from_name,
        from_address,
        rendered.subject,
        rendered.html,
        rendered.text,
    ]
    return hashlib.sha256(json.dumps(mailed).encode()).hexdigest()


def find_variant(planned: list[PlannedVariant], key: str) -> PlannedVariant:
    """Raises a sentence naming the keys there are."""
    for variant in planned:
        if variant.key == key:
            return variant
    known = ", ".join(variant.key for variant in planned)
    raise BadIssue(f"There is no variant {key!r}. There are: {known}.")
