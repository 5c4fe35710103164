"""For every check: an issue it fails on, and one it passes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete

from newsletter.elsewhere.looking import Look
from newsletter.library.models import KnowledgeLink, Relation
from newsletter.media import store
from newsletter.preflight.checks.address import check_base_url
from newsletter.preflight.checks.asking import check_asking
from newsletter.preflight.checks.blocks import check_blocks
from newsletter.preflight.checks.carrier import check_provider
from newsletter.preflight.checks.colours import check_colours
from newsletter.preflight.checks.gone import check_gone
from newsletter.preflight.checks.headings import (
    check_lengths,
    check_preheader,
    check_subject,
)
from newsletter.preflight.checks.identity import check_identity
from newsletter.preflight.checks.knowledge import check_knowledge
from newsletter.preflight.checks.leaving import check_leaving
from newsletter.preflight.checks.links import check_links
from newsletter.preflight.checks.own_pages import check_own_pages
from newsletter.preflight.checks.pictures import check_pictures
from newsletter.preflight.checks.plain_words import (
    check_jargon,
    check_link_words,
    check_passive,
    check_readability,
    check_sentences,
)
from newsletter.preflight.checks.sections import check_sections
from newsletter.preflight.checks.sense import (
    check_events,
    check_same_subject,
    check_twice,
    check_unseen,
)
from newsletter.preflight.checks.size import check_size
from newsletter.preflight.checks.sources import check_sources
from newsletter.preflight.checks.structure import check_heading_order, check_language
from newsletter.preflight.checks.text_part import check_text_part
from newsletter.preflight.checks.versions import (
    check_empty,
    check_readers,
    check_rendering,
)
from newsletter.preflight.checks.weight import (
    check_heavy_pictures,
    check_weight,
    check_whose_pictures,
)
from newsletter.preflight.checks.why import check_why
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import Broken, Looking, look
from newsletter.preflight.reading import read_mail
from newsletter.rendering.merge import Slot, marker
from subscribers.models import Role
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_FRYSLAN, World
from tests.newsletter.pictures import noise

Blocks = list[dict[str, Any]]
Make = Callable[[World], Looking]
Check = Any

HELLO = {"kind": "text", "text": "Dag [allemaal](https://buurt.example/dag)."}
BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Example:
    fails: Make
    level: Level
    passes: Make
    only_dutch: bool = False  # nothing is said of an issue in another language


def look_over(world: World, *blocks: dict[str, Any], **more: Any) -> Looking:
    """An issue with these blocks, one reader, and everything else in order."""
    if not more.pop("nobody", False):
        world.reader("anna")
    more.setdefault("preheader", "Soep, en wat we al wisten.")
    issue = world.issue(*(blocks or (HELLO,)), **more)
    return look(world.session, world.settings, issue, now=NOW)


def with_html(looking: Looking, change: Callable[[str], str]) -> Looking:
    """The same, as if the mail's template had been changed."""
    versions = []
    for version in looking.versions:
        html = change(version.produced.rendered.html)
        rendered = replace(version.produced.rendered, html=html)
        versions.append(
            replace(
                version,
                produced=replace(version.produced, rendered=rendered),
                mail=read_mail(html),
            )
        )
    return replace(looking, versions=tuple(versions))


def with_setting(looking: Looking, **settings: Any) -> Looking:
    return replace(looking, settings=replace(looking.settings, **settings))


def seen(looking: Looking, look: Look) -> Looking:
    return replace(looking, looks={"https://buurt.example/dag": look})


def without_postal_address(world: World) -> Looking:
    world.mailing_list.sender.postal_address = ""
    return look_over(world)


def story_with_knowledge(world: World) -> Looking:
    research = world.story("onderzoek", "Over soep", kind="research")
    world.session.add(
        KnowledgeLink(
            story=world.story("linked", "Met kennis"),
            knowledge=research,
            relation=Relation.SUPPORTS,
            why="Soep werkt.",
            created_at=NOW,
        )
    )
    world.session.flush()
    world.session.expire_all()
    return look_over(world, {"kind": "story", "story": "linked"})


def own_link(path: str) -> Make:
    return lambda world: look_over(
        world, {"kind": "button", "text": "Lees", "url": f"{BASE}{path}"}, HELLO
    )


def picture_block(alt: str | None) -> Make:
    block = {"kind": "image", "url": "https://buurt.example/tafel.jpg"}
    return lambda world: look_over(
        world, block if alt is None else {**block, "alt": alt}
    )


def said(text: str) -> Make:
    """An issue that says this and nothing else."""
    return lambda world: look_over(world, {"kind": "text", "text": text})


def with_photos(*sides: int) -> Make:
    """An issue with square photos of these sizes, which no format makes small."""

    def make(world: World) -> Looking:
        blocks: Blocks = []
        for n, side in enumerate(sides):
            stored = store(world.settings.media, noise(side, seed=n))
            blocks.append({"kind": "image", "file": stored.hash, "alt": "Ruis"})
        return look_over(world, *blocks)

    return make


def partner_words(colour: str) -> Make:
    def make(world: World) -> Looking:
        world.lpb.colour = colour
        block = {"kind": "partner", "partner": "lpb", "text": "Kom ook."}
        return look_over(world, block)

    return make


def after_an_issue_called(subject: str) -> Make:
    def make(world: World) -> Looking:
        world.issue(HELLO, number=41, subject=subject).frozen_at = NOW
        return look_over(world)

    return make


def on(day: str) -> Make:
    event = {"kind": "event", "title": "Soep", "start": f"{day}T19:30"}
    return lambda world: look_over(world, event)


def section(least: int) -> Make:
    block = {"kind": "section", "title": "Uit de buurt", "least": least}
    return lambda world: look_over(world, HELLO, block)


def rule_for_a_role(*, gone: bool) -> Make:
    def make(world: World) -> Looking:
        looking = look_over(
            world, HELLO, {**HELLO, "only": {"not": {"role": "wijkambtenaar"}}}
        )
        if gone:
            world.session.execute(delete(Role).where(Role.slug == "wijkambtenaar"))
        return looking

    return make


PLAIN = "Elke donderdag eten we soep. Wie wil, schuift aan. Dat is leuk. " * 9
HARD = (
    "De verantwoordelijkheidsverdeling tussen maatschappelijke organisaties "
    "vereist interdisciplinaire beleidsontwikkeling en capaciteitsuitbreiding. "
) * 10


def withdrawn(world: World) -> Looking:
    world.story("terug", "Terug", partner="lpb").withdrawn_at = NOW
    return look_over(world, {"kind": "story", "story": "terug"})


EXAMPLES: dict[Check, Example] = {
    check_sources: Example(
        withdrawn,
        Level.BLOCKING,
        lambda world: look_over(world, {"kind": "story", "story": "balie"}),
    ),
    check_gone: Example(
        rule_for_a_role(gone=True), Level.BLOCKING, rule_for_a_role(gone=False)
    ),
    check_sections: Example(section(1), Level.WARNING, section(0)),
    check_rendering: Example(
        lambda world: replace(
            look_over(world), broken=(Broken("Block 'text-1' cannot become mail."),)
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_subject: Example(
        lambda world: look_over(world, subject=""), Level.BLOCKING, look_over
    ),
    check_asking: Example(
        lambda world: look_over(world, subject="Mogen we je blijven mailen?"),
        Level.BLOCKING,
        look_over,
    ),
    check_preheader: Example(
        lambda world: look_over(world, preheader=""), Level.WARNING, look_over
    ),
    check_identity: Example(without_postal_address, Level.BLOCKING, look_over),
    check_leaving: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace(marker(Slot.LEAVE_URL), "#")
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_blocks: Example(
        lambda world: look_over(world, {"kind": "text", "text": ""}),
        Level.BLOCKING,
        look_over,
    ),
    check_empty: Example(
        lambda world: look_over(world, {"kind": "knowledge", "story": "soep"}),
        Level.BLOCKING,
        look_over,
    ),
    check_pictures: Example(
        picture_block(None), Level.BLOCKING, picture_block("Een lange tafel")
    ),
    check_size: Example(
        lambda world: with_html(look_over(world), lambda html: html + "x" * 100_000),
        Level.BLOCKING,
        look_over,
    ),
    check_links: Example(
        lambda world: seen(look_over(world), Look(404)),
        Level.BLOCKING,
        lambda world: seen(look_over(world), Look(200)),
    ),
    check_own_pages: Example(
        own_link("/stories/nergens"), Level.BLOCKING, own_link("/subscribe")
    ),
    check_base_url: Example(
        lambda world: with_setting(
            look_over(world), provider="smtp", base_url="http://post.example.nl"
        ),
        Level.BLOCKING,
        lambda world: with_setting(
            look_over(world), provider="smtp", base_url="https://post.example.nl"
        ),
    ),
    check_provider: Example(
        lambda world: with_setting(look_over(world), provider="sendgrid"),
        Level.BLOCKING,
        look_over,
    ),
    check_readers: Example(
        lambda world: look_over(world, nobody=True), Level.WARNING, look_over
    ),
    check_knowledge: Example(
        lambda world: look_over(world, {"kind": "story", "story": "soep"}),
        Level.WARNING,
        story_with_knowledge,
    ),
    check_why: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace(marker(Slot.SINCE), "ooit")
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_language: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("<html lang=", "<html data-x=")
        ),
        Level.BLOCKING,
        lambda world: look_over(world, language="en"),
    ),
    check_text_part: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("</body>", "<h2>Extra</h2>")
        ),
        Level.BLOCKING,
        lambda world: look_over(
            world,
            {"kind": "story", "story": "soep"},
            {
                "kind": "partner",
                "partner": "lpb",
                "text": "# Kop\n\n[Mail](mailto:a@b.example)",
            },
            HELLO,
        ),
    ),
    check_heading_order: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("</body>", "<h3>Kop</h3>")
        ),
        Level.WARNING,
        said("### Kop\n\ntekst\n\n#### Kop eronder\n\n### Nog een"),
    ),
    check_unseen: Example(
        lambda world: look_over(
            world, HELLO, {"kind": "text", "text": "Goeie", "only": ONLY_FRYSLAN}
        ),
        Level.WARNING,
        look_over,
    ),
    check_twice: Example(
        lambda world: look_over(world, *[{"kind": "story", "story": "soep"}] * 2),
        Level.WARNING,
        lambda world: look_over(
            world,
            {"kind": "story", "story": "soep"},
            {"kind": "knowledge", "story": "soep"},
        ),
    ),
    check_events: Example(on("2026-11-19"), Level.WARNING, on("2026-11-21")),
    check_same_subject: Example(
        after_an_issue_called("Beginnen zonder plan"),
        Level.WARNING,
        after_an_issue_called("Iets anders"),
    ),
    check_whose_pictures: Example(
        picture_block("Een lange tafel"), Level.WARNING, with_photos(20)
    ),
    check_weight: Example(with_photos(1100, 1150), Level.WARNING, with_photos(20, 30)),
    check_heavy_pictures: Example(with_photos(700), Level.ADVICE, with_photos(20)),
    check_colours: Example(
        partner_words("#ffd500"), Level.ADVICE, partner_words("#0b5c85")
    ),
    check_lengths: Example(
        lambda world: look_over(world, preheader="Kort"),
        Level.ADVICE,
        lambda world: look_over(
            world, preheader="Soep, en wat we daar al over wisten."
        ),
    ),
    check_link_words: Example(
        said("Meer weten? [Klik hier](https://buurt.example/dag)."),
        Level.ADVICE,
        look_over,
    ),
    check_sentences: Example(
        said("We begonnen " + "en we gingen door " * 8 + "tot het af was."),
        Level.ADVICE,
        said(PLAIN),
        only_dutch=True,
    ),
    check_jargon: Example(
        said("Dat faciliteren we."),
        Level.ADVICE,
        said("Daar helpen we bij."),
        only_dutch=True,
    ),
    check_passive: Example(
        said("Er wordt soep gekookt. De tafel werd door niemand gedekt."),
        Level.ADVICE,
        said("Er wordt soep gekookt. Wij dekken de tafel."),
        only_dutch=True,
    ),
    check_readability: Example(said(HARD), Level.ADVICE, said(PLAIN), only_dutch=True),
}
