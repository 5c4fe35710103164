"""What every check looks at: the issue, and each of its versions as it would go out."""

import dataclasses
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.elsewhere.looking import Look
from newsletter.errors import NewsletterError
from newsletter.issues.called import called, words_of
from newsletter.issues.composition import Composition
from newsletter.issues.errors import BadBlock
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, plan_variants
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.reading import ReadMail, read_mail
from newsletter.production.produce import ProducedVariant, produce, resolve
from newsletter.rendering.values import BlockValue
from newsletter.settings import Settings
from subscribers.errors import SubscribersError


@dataclass(frozen=True)
class Version:
    """One variant, made but not sent."""

    planned: PlannedVariant
    produced: ProducedVariant
    values: tuple[BlockValue, ...]
    mail: ReadMail

    def block_with(self, text: str) -> str | None:
        """The id of the first block that holds a text; None: it is in the frame."""
        for value in self.values:
            if any(text in words for words in texts_in(value)):
                return value.id
        return None


@dataclass(frozen=True)
class Broken:
    """A version, or all of them, that cannot be made."""

    why: str
    variant: str | None = None
    block: str | None = None


@dataclass(frozen=True)
class Looking:
    """One look at an issue. Nothing in it is written."""

    session: Session
    settings: Settings
    issue: Issue
    now: datetime
    composition: Composition
    planned: tuple[PlannedVariant, ...]
    versions: tuple[Version, ...]
    broken: tuple[Broken, ...]
    named: Mapping[str, tuple[str, str]]  # block id: its kind, and what it is about
    looks: Mapping[str, Look] = dataclasses.field(default_factory=dict)  # by link

    def finding(
        self,
        check: str,
        level: Level,
        words: Words,
        *,
        variant: str | None = None,
        block: str | None = None,
        **facts: object,
    ) -> Finding:
        """A finding whose sentence is in the issue's language, with its facts filled
        in; variant and block are facts too, as people call them."""
        language = self.issue.language if self.issue.language in words else "nl"
        labels = {one.key: one.label for one in self.planned}
        about = self._called(block, language) if block else ""
        message = words[language].format(
            variant=labels.get(variant or "", variant), block=about, **facts
        )
        return Finding(check, level, message, variant, block, about)

    def _called(self, block: str, language: str) -> str:
        if block not in self.named:
            return block
        kind, words = self.named[block]
        return called(kind, words, language)


def look(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> Looking:
    """Plan and make every version; what cannot be made is *broken*, not raised."""
    day = now.astimezone(settings.timezone).date()
    planned: list[PlannedVariant] = []
    versions: list[Version] = []
    broken: list[Broken] = []
    try:
        planned = plan_variants(
            session,
            issue,
            today=day,
            zone=settings.timezone,
            language=issue.language,
        )
    except (NewsletterError, SubscribersError) as error:
        broken.append(_broken(error, None))
    for one in planned:
        try:
            produced = produce(session, settings, issue, one, day=day)
            _, values = resolve(session, settings, issue, one, day=day)
        except (NewsletterError, SubscribersError, OSError) as error:
            broken.append(_broken(error, one.key))
            continue
        mail = read_mail(produced.rendered.html)
        versions.append(Version(one, produced, tuple(values), mail))
    composition = Composition.of(issue)
    return Looking(
        session=session,
        settings=settings,
        issue=issue,
        now=now,
        composition=composition,
        planned=tuple(planned),
        versions=tuple(versions),
        broken=tuple(broken),
        named=_named(session, composition),
    )


def _named(session: Session, composition: Composition) -> dict[str, tuple[str, str]]:
    """Each block, in the issue's own words before those of an edition."""
    blocks = {
        block.id: block
        for edition in reversed(composition.all_editions)
        for block in composition.blocks_of(edition.key)
    }
    words = words_of(session, blocks.values())
    return {one.id: (one.kind, words[one.id]) for one in blocks.values()}


def _broken(error: Exception, variant: str | None) -> Broken:
    why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return Broken(why, variant, error.block if isinstance(error, BadBlock) else None)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a block's value, HTML also as its reader sees it."""
    if isinstance(value, str):
        yield value
        if "&" in value:
            yield html.unescape(value)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from texts_in(one)
