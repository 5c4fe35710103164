from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from newsletter import media
from newsletter.issues.blocks import BLOCK_TYPES, Block
from newsletter.issues.blocks.section import Section
from newsletter.issues.variants import plan_variants
from newsletter.library import knowledge
from newsletter.library.models import ItemKind
from newsletter.partners.brands import source_of
from newsletter.production.produce import resolve
from newsletter.rendering import values
from newsletter.rendering.merge import Slot, marker
from newsletter.rendering.values import BlockValue, Frame
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, TODAY, World
from tests.newsletter.pictures import picture

NAME = marker(Slot.NAME)


def resolved(
    world: World, *blocks: Mapping[str, Any], variant: int = 0, **more: Any
) -> tuple[Frame, list[BlockValue]]:
    issue = world.issue(*blocks, **more)
    planned = plan_variants(world.session, issue, today=TODAY)
    return resolve(
        world.session, world.settings, issue, planned[variant], day=date(2026, 11, 20)
    )


def only_value(world: World, block: Mapping[str, Any], **more: Any) -> Any:
    _, [value] = resolved(world, block, **more)
    return value


def test_a_story_has_its_place_source_and_page(world: World) -> None:
    world.story("samen", "Samen", partner="lpb", regions=["GM0150"])

    story = only_value(world, {"kind": "story", "story": "samen"})

    assert story == values.StoryBlock(
        id="story-1",
        title="Samen",
        teaser="Elke donderdag soep. En na een jaar lag er een wijkplan.",
        url="https://post.example.nl/stories/samen",
        feature=False,
        place="Deventer",
        source=source_of(world.lpb, "https://post.example.nl"),
        picture=None,
        language="nl",
        teaser_language="nl",
    )


def test_a_story_without_a_text_of_ours_is_read_where_it_was_published(
    world: World,
) -> None:
    world.story("elders", "Elders", body="", url="https://lpb.example/elders")

    story = only_value(world, {"kind": "story", "story": "elders"})

    assert story.url == "https://lpb.example/elders"


@pytest.mark.parametrize(
    ("size", "shown"), [("feature", (600, 300)), ("compact", None)]
)
def test_only_a_large_story_shows_its_picture(
    world: World, size: str, shown: tuple[int, int] | None
) -> None:
    world.story("foto", "Foto", image=picture(1600, 800), image_alt="Een tafel")

    story = only_value(world, {"kind": "story", "story": "foto", "size": size})

    found = story.picture and (story.picture.width, story.picture.height)
    assert found == shown


@pytest.mark.parametrize(
    ("credit", "printed"), [("Foto: Roos", "Foto: Roos"), (None, "")]
)
def test_a_picture_says_who_made_it(
    world: World, credit: str | None, printed: str
) -> None:
    world.story("foto", "Foto", image=picture(1600, 800), image_credit=credit)

    story = only_value(world, {"kind": "story", "story": "foto", "size": "feature"})

    assert story.picture.credit == printed


def test_the_editor_may_write_another_teaser(world: World) -> None:
    block = {"kind": "story", "story": "soep", "teaser": "Kom *eten*."}

    assert only_value(world, block).teaser == "Kom *eten*."


@pytest.mark.parametrize(
    ("only", "line"),
    [
        (None, ""),
        ({"region": "PV21"}, ""),
        (ONLY_AMBTENAREN, "Voor jou als wijkambtenaar"),
        ({"not": ONLY_AMBTENAREN}, ""),
        (
            {"any": [ONLY_AMBTENAREN, {"role": "bewoner"}]},
            "Voor jou als wijkambtenaar of bewoner",
        ),
        (
            {"all": [ONLY_AMBTENAREN, {"region": "PV21"}]},
            "Voor jou als wijkambtenaar",
        ),
    ],
)
def test_a_block_for_a_role_says_so(
    world: World, only: dict[str, Any] | None, line: str
) -> None:
    world.reader("anna", region="GM0080", roles=["wijkambtenaar"])
    world.reader("ben", roles=["bewoner"])
    ruled = {"kind": "story", "story": "soep", **({"only": only} if only else {})}
    issue = world.issue(ruled)
    planned = plan_variants(world.session, issue, today=TODAY)
    shown = next(variant for variant in planned if variant.blocks)

    _, [story] = resolve(world.session, world.settings, issue, shown, day=TODAY)

    assert isinstance(story, values.StoryBlock)
    assert story.audience == line


def test_the_name_goes_into_foreword_and_subject_and_nowhere_else(
    world: World,
) -> None:
    text = "Dag {naam}, {{ naam }} {x} buurtpost-slot-leave-url-end"
    frame, [foreword, free] = resolved(
        world,
        {"kind": "foreword", "text": text},
        {"kind": "text", "text": text},
        subject="Dag {naam}",
        preheader="Dag {naam}",
    )

    assert isinstance(foreword, values.Foreword)
    assert isinstance(free, values.TextBlock)
    assert foreword.text.plain.count(NAME) == 1
    assert foreword.text.html.count(NAME) == 1
    assert "{{ naam }} {x}" in foreword.text.plain
    assert free.text.plain.startswith("Dag {naam}, {{ naam }} {x}")
    assert marker(Slot.LEAVE_URL) not in foreword.text.html + free.text.html
    assert frame.subject == f"Dag {NAME}"
    assert frame.preheader == "Dag {naam}"


def test_a_knowledge_strip_shows_every_link_with_its_why(world: World) -> None:
    world.story("boek", "Ontmoeten", kind=ItemKind.RESEARCH)
    world.story(
        "wiel", "Het wiel", kind=ItemKind.METHOD, body="", url="https://m.example"
    )
    for slug, relation in (("boek", "supports"), ("wiel", "uses-method")):
        knowledge.link(
            world.session,
            story="soep",
            knowledge=slug,
            relation=relation,
            why=f"Omdat {slug}.",
            now=NOW,
        )

    strip = only_value(world, {"kind": "knowledge", "story": "soep"})

    assert strip.story_title == "De buurttafel"
    assert [
        (entry.title, entry.why, entry.url, entry.relation, entry.sort)
        for entry in strip.entries
    ] == [
        (
            "Ontmoeten",
            "Omdat boek.",
            "https://post.example.nl/stories/boek",
            "onderbouwt",
            "onderzoek",
        ),
        (
            "Het wiel",
            "Omdat wiel.",
            "https://m.example",
            "gebruikt de methode",
            "methode",
        ),
    ]


def test_a_strip_without_links_is_left_out(world: World) -> None:
    _, found = resolved(world, {"kind": "knowledge", "story": "soep"})

    assert found == []


@pytest.mark.parametrize(
    ("start", "offset_hours"),
    [("2027-01-15T19:30", 1), ("2027-07-15T19:30", 2), ("2027-07-15T17:30Z", 2)],
)
def test_an_event_is_told_in_the_organisations_time(
    world: World, start: str, offset_hours: int
) -> None:
    event = only_value(world, {"kind": "event", "title": "Soep", "start": start})

    assert event.start.strftime("%H:%M") == "19:30"
    assert event.start.utcoffset().total_seconds() == offset_hours * 3600


def test_a_picture_of_ours_keeps_its_proportions(world: World) -> None:
    stored = media.store(world.settings.media, picture(1000, 500))

    block = {"kind": "image", "file": stored.hash, "alt": "Blauw"}

    assert only_value(world, block).picture == values.Picture(
        f"https://post.example.nl/media/{stored.hash}", "Blauw", 600, 300
    )


def test_an_edition_has_two_brands_and_its_own_words(world: World) -> None:
    world.reader("anna", partners=[world.lpb])
    frame, [foreword, _] = resolved(
        world,
        {"kind": "foreword", "text": "Dag"},
        {"kind": "story", "story": "soep"},
        editions=[{"partner": "lpb", "foreword": "Dag LPB", "subject": "LPB {naam}"}],
        variant=1,
    )

    assert isinstance(foreword, values.Foreword)
    assert foreword.text.plain == "Dag LPB"
    assert (frame.host.name, frame.host.colour, frame.host.logo) == (
        "Buurtwijs",
        "#a63d22",
        None,
    )
    assert frame.partner is not None
    assert frame.partner.name == "LPB"
    assert frame.subject == f"LPB {NAME}"
    assert frame.web_url == "https://post.example.nl/issues/42/lpb"
    assert frame.sender_name == "Stichting Buurtwijs"
    assert frame.postal_address == "Postbus 1, 3500 AA Utrecht"


def test_the_base_has_one_brand(world: World) -> None:
    frame, _ = resolved(world, {"kind": "story", "story": "soep"})

    assert frame.partner is None
    assert frame.subject == "Beginnen zonder plan"


# A section is for who composes: it shows readers nothing.
SHOWN = [kind for kind in BLOCK_TYPES if kind is not Section]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.kind)
def test_every_kind_resolves_into_a_value_of_its_own_name(
    world: World, kind: type[Block]
) -> None:
    known = {"story": "soep", "partner": "lpb"}
    example = {**kind.example, **{k: v for k, v in known.items() if k in kind.example}}
    world.story("boek", "Ontmoeten", kind=ItemKind.RESEARCH)
    knowledge.link(
        world.session,
        story="soep",
        knowledge="boek",
        relation="supports",
        why="Want ja.",
        now=NOW,
    )

    value = only_value(world, {"kind": kind.kind, **example})

    assert (value.kind, value.id) == (kind.kind, f"{kind.kind}-1")
