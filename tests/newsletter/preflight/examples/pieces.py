"""Examples for the checks of what stands in it: stories, links, pictures, events."""

from newsletter.elsewhere.looking import Look
from newsletter.library.models import KnowledgeLink, Relation
from newsletter.media import store
from newsletter.preflight.checks.blocks import check_blocks
from newsletter.preflight.checks.colours import check_colours
from newsletter.preflight.checks.knowledge import check_knowledge
from newsletter.preflight.checks.links import check_links
from newsletter.preflight.checks.own_pages import check_own_pages
from newsletter.preflight.checks.pictures import check_pictures
from newsletter.preflight.checks.sections import check_sections
from newsletter.preflight.checks.sense import check_events, check_twice
from newsletter.preflight.checks.sources import check_sources
from newsletter.preflight.checks.weight import (
    check_heavy_pictures,
    check_weight,
    check_whose_pictures,
)
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import Looking
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import noise
from tests.newsletter.preflight.looked_over import (
    BASE,
    HELLO,
    Blocks,
    Check,
    Example,
    Make,
    look_over,
    seen,
)


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


def on(day: str) -> Make:
    event = {"kind": "event", "title": "Soep", "start": f"{day}T19:30"}
    return lambda world: look_over(world, event)


def section(least: int) -> Make:
    block = {"kind": "section", "title": "Uit de buurt", "least": least}
    return lambda world: look_over(world, HELLO, block)


def withdrawn(world: World) -> Looking:
    world.story("terug", "Terug", partner="lpb").withdrawn_at = NOW
    return look_over(world, {"kind": "story", "story": "terug"})


EXAMPLES: dict[Check, Example] = {
    check_sources: Example(
        withdrawn,
        Level.BLOCKING,
        lambda world: look_over(world, {"kind": "story", "story": "balie"}),
    ),
    check_knowledge: Example(
        lambda world: look_over(world, {"kind": "story", "story": "soep"}),
        Level.WARNING,
        story_with_knowledge,
    ),
    check_blocks: Example(
        lambda world: look_over(world, {"kind": "text", "text": ""}),
        Level.BLOCKING,
        look_over,
    ),
    check_sections: Example(section(1), Level.WARNING, section(0)),
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
    check_links: Example(
        lambda world: seen(look_over(world), Look(404)),
        Level.BLOCKING,
        lambda world: seen(look_over(world), Look(200)),
    ),
    check_own_pages: Example(
        own_link("/stories/nergens"), Level.BLOCKING, own_link("/subscribe")
    ),
    check_pictures: Example(
        picture_block(None), Level.BLOCKING, picture_block("Een lange tafel")
    ),
    check_whose_pictures: Example(
        picture_block("Een lange tafel"), Level.WARNING, with_photos(20)
    ),
    check_heavy_pictures: Example(with_photos(700), Level.ADVICE, with_photos(20)),
    check_weight: Example(with_photos(1100, 1150), Level.WARNING, with_photos(20, 30)),
    check_colours: Example(
        partner_words("#ffd500"), Level.ADVICE, partner_words("#0b5c85")
    ),
}
