"""A hidden block stays in the issue and is in no version of it."""

from newsletter.archive.issues import slugs_in
from newsletter.issues import compose, extras
from newsletter.issues.composition import Composition
from newsletter.issues.files import issue_document
from newsletter.issues.history import Edit
from newsletter.issues.usage import placed_in, stories_of
from newsletter.issues.variants import plan_variants
from newsletter.production.produce import produce
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, TODAY, World

SOEP = {"kind": "story", "story": "soep"}
BALIE = {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN}
FOREWORD = {"kind": "foreword", "text": "Van ons"}


def test_it_is_in_no_version_and_makes_none(world: World) -> None:
    world.reader("anna", roles=["wijkambtenaar"])
    issue = world.issue(SOEP, BALIE)
    here = (world.session, world.settings, issue)

    compose.hide_block(*here, "story-2", edit=Edit(NOW))

    (only,) = plan_variants(world.session, issue, today=TODAY)
    assert (only.key, only.readers, only.blocks) == ("base", 1, ["story-1"])
    mail = produce(world.session, world.settings, issue, only, day=TODAY)
    assert "balie" not in mail.rendered.html + mail.rendered.text
    assert stories_of(issue) == [*slugs_in(issue)] == ["soep"]
    assert placed_in(issue) == ["soep", "balie"]


def test_it_comes_back_as_it_was(world: World) -> None:
    issue = world.issue(SOEP, BALIE)
    before = issue_document(issue)
    here = (world.session, world.settings, issue)

    compose.hide_block(*here, "story-2", edit=Edit(NOW))
    assert issue_document(issue)["blocks"][1]["hidden"] is True
    # What is typed into it meanwhile does not show it.
    compose.change_block(*here, "story-2", {**BALIE, "size": "feature"}, edit=Edit(NOW))
    compose.change_block(*here, "story-2", BALIE, edit=Edit(NOW))
    assert issue.blocks[1]["hidden"] is True
    compose.hide_block(*here, "story-2", hidden=False, edit=Edit(NOW))

    assert issue_document(issue) == before


def test_an_editions_own_block_is_hidden_too(world: World) -> None:
    extra = {"after": "story-1", "block": {"kind": "text", "text": "Groet"}}
    issue = world.issue(SOEP, editions=[{"partner": "lpb", "blocks": [extra]}])
    here = (world.session, world.settings, issue)

    extras.hide_extra(*here, "lpb", "text-1", edit=Edit(NOW))

    composition = Composition.of(issue)
    assert [block.id for block in composition.visible_of("lpb")] == ["story-1"]
    assert composition.every_block() == [*composition.base]


def test_an_editions_foreword_takes_no_hidden_place(world: World) -> None:
    issue = world.issue(
        {**FOREWORD, "hidden": True},
        SOEP,
        editions=[{"partner": "lpb", "foreword": "Van LPB"}],
    )

    visible = Composition.of(issue).visible_of("lpb")

    assert [block.id for block in visible] == ["foreword-lpb", "story-1"]
