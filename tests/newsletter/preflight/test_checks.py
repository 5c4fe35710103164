"""What each check finds, and what it lets pass."""

import re
from dataclasses import replace
from typing import Any

import pytest

from newsletter.elsewhere.looking import PRIVATE, Look
from newsletter.issues.waivers import waive
from newsletter.preflight.checks import CHECKS
from newsletter.preflight.checks.address import check_base_url
from newsletter.preflight.checks.blocks import check_blocks
from newsletter.preflight.checks.identity import check_identity
from newsletter.preflight.checks.knowledge import check_knowledge
from newsletter.preflight.checks.links import check_links
from newsletter.preflight.checks.own_pages import check_own_pages
from newsletter.preflight.checks.pictures import check_pictures
from newsletter.preflight.checks.sense import check_twice
from newsletter.preflight.checks.size import check_size, size_of
from newsletter.preflight.checks.versions import check_empty
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import look
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.newsletter.pictures import picture
from tests.newsletter.preflight.examples import EXAMPLES
from tests.newsletter.preflight.examples.pieces import own_link
from tests.newsletter.preflight.looked_over import (
    look_over,
    seen,
    with_html,
    with_setting,
)

names = [check.__name__ for check in CHECKS]


def test_every_check_has_examples():
    assert set(EXAMPLES) == set(CHECKS)
    assert len(CHECKS) == len(set(CHECKS))


@pytest.mark.parametrize("check", CHECKS, ids=names)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_check_finds_what_it_looks_for_and_says_so_in_the_issues_language(
    world, check, language
):
    example = EXAMPLES[check]
    looking = example.fails(world)
    looking.issue.language = language

    found = list(check(looking))

    if example.only_dutch and language != "nl":
        assert found == []
        return
    assert found
    assert {one.level for one in found} == {example.level}
    assert all(one.message.endswith((".", ".)")) for one in found)
    assert len({one.check for one in found}) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Tekst is niet af: Tekst is leeg. Vul het in, of haal het blok weg."),
        (
            "en",
            "Text is not finished: Text is empty. Fill it in, or remove the block.",
        ),
    ],
)
def test_what_a_block_misses_is_said_in_one_language(world, language, said):
    looking = look_over(world, {"kind": "text", "id": "x", "text": ""})
    looking.issue.language = language

    assert [one.message for one in check_blocks(looking)] == [said]


def test_a_finding_calls_blocks_and_versions_as_editors_see_them(world):
    story = {"kind": "story", "story": "soep"}
    picture = {"kind": "image", "url": "https://buurt.example/tafel.jpg"}
    foreword = {
        "kind": "foreword",
        "text": "Dag **allemaal**, lees [dit](https://x.nl)",
    }
    looking = look_over(
        world, foreword, story, story, picture, {**picture, "caption": "De tafel"}
    )

    found = {check: list(check(looking)) for check in CHECKS}

    assert [one.message.partition(" Haal")[0] for one in found[check_twice]] == [
        "“De buurttafel” staat 2 keer in versie A."
    ]
    assert [one.message.partition(".")[0] for one in found[check_pictures]] == [
        "Foto heeft geen beschrijving",
        "Foto “De tafel” heeft geen beschrijving",
    ]
    assert looking.finding("x", Level.ADVICE, SAID, block="foreword-1").message == (
        "Voorwoord “Dag allemaal, lees dit”"
    )
    for one in (one for findings in found.values() for one in findings):
        assert not re.search(r"\b(?:base|[a-z]+-[0-9])\b", one.message)


SAID = {"nl": "{block}"}


@pytest.mark.parametrize("check", CHECKS, ids=names)
def test_a_check_lets_pass_what_is_in_order(world, check):
    assert list(check(EXAMPLES[check].passes(world))) == []


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (Look(200), None),
        (Look(301), None),
        (Look(404), Level.BLOCKING),
        (Look(410), Level.BLOCKING),
        (Look(401), Level.WARNING),
        (Look(403), Level.WARNING),
        (Look(405), Level.WARNING),
        (Look(429), Level.WARNING),
        (Look(500), Level.WARNING),
        (Look(503), Level.WARNING),
        (Look(None, "no answer"), Level.WARNING),
    ],
)
def test_a_link_is_judged_by_its_answer(world, answer, level):
    found = list(check_links(seen(look_over(world), answer)))

    assert [one.level for one in found] == ([] if level is None else [level])


def test_an_address_that_was_not_asked_is_said_to_be_private(world):
    [found] = check_links(seen(look_over(world), Look(None, PRIVATE)))

    assert found.message.startswith("https://buurt.example/dag hebben we niet opgevr")
    assert "antwoord" not in found.message


def test_a_dead_link_names_its_block_and_version(world):
    (found,) = check_links(seen(look_over(world), Look(404)))

    assert (found.variant, found.block) == ("base", "text-1")
    assert "https://buurt.example/dag" in found.message


@pytest.mark.parametrize(
    ("path", "exists"),
    [
        ("", True),
        ("/", True),
        ("/subscribe", True),
        ("/subscribe?list=buurtwijs#form", True),
        ("/issues/", True),
        ("/issues/42", True),
        ("/issues/42/base", True),
        ("/issues/42/nobody", False),
        ("/issues/41", False),
        ("/issues/x", False),
        ("/issues/42/events/dag.ics", True),
        ("/issues/42/events/text-1.ics", False),
        ("/issues/41/events/dag.ics", False),
        ("/stories/soep", True),
        ("/stories/balie", False),
        ("/stories/nergens", False),
        ("/media/nothing.png", False),
        ("/feeds/issues.atom", True),
        ("/nergens", False),
    ],
)
def test_a_link_to_ourselves_must_lead_to_a_page_that_will_be_there(
    world, path, exists
):
    world.reader("ben")
    block = {"kind": "story", "story": "soep"}
    event = {"kind": "event", "id": "dag", "title": "Dag", "start": "2026-12-03T19:30"}
    looking = look_over(
        world,
        block,
        event,
        {"kind": "text", "text": f"[Hier](http://127.0.0.1:8000{path})"},
    )

    assert (list(check_own_pages(looking)) == []) is exists


def test_a_picture_of_ours_that_is_there_may_be_linked_to(world):
    item = world.story("foto", "Met foto", image=picture(), image_alt="Een tafel")

    assert list(check_own_pages(own_link(f"/media/{item.image}")(world))) == []


def test_the_story_of_another_issue_may_be_linked_to_once_it_is_out(world):
    other = world.issue({"kind": "story", "story": "balie"}, number=41)
    looking = own_link("/stories/balie")(world)
    before = list(check_own_pages(looking))

    other.frozen_at = NOW
    after = list(check_own_pages(looking))

    assert (len(before), len(after)) == (1, 0)


@pytest.mark.parametrize(
    ("provider", "base_url", "level"),
    [
        ("outbox", "http://post.example.nl", None),
        ("smtp", "https://post.example.nl", None),
        ("smtp", "http://post.example.nl", Level.BLOCKING),
        ("sendgrid", "http://post.example.nl", Level.BLOCKING),
        ("smtp", "http://192.168.1.4:8000", Level.BLOCKING),
        ("smtp", "http://127.0.0.1:8000", Level.WARNING),
        ("sendgrid", "http://localhost:8000", Level.WARNING),
        ("smtp", "http://[::1]:8000", Level.WARNING),
        ("smtp", "https://localhost", Level.WARNING),
    ],
)
def test_mail_that_leaves_this_machine_needs_https(world, provider, base_url, level):
    looking = with_setting(look_over(world), provider=provider, base_url=base_url)

    found = list(check_base_url(looking))

    assert [one.level for one in found] == ([] if level is None else [level])


@pytest.mark.parametrize(
    ("size", "level"),
    [
        (80_000, None),
        (80_001, Level.WARNING),
        (100_000, Level.WARNING),
        (100_001, Level.BLOCKING),
    ],
)
def test_the_size_is_that_of_the_html_with_real_links_in_bytes(world, size, level):
    looking = look_over(world)
    now = size_of(looking.versions[0], looking.settings)
    padded = with_html(looking, lambda html: html + "é" * ((size - now) // 2))
    if (size - now) % 2:
        padded = with_html(padded, lambda html: html + "x")

    found = list(check_size(padded))

    assert size_of(padded.versions[0], looking.settings) == size
    assert [one.level for one in found] == ([] if level is None else [level])


def test_a_waiver_lets_a_story_go_without_knowledge(world):
    looking = look_over(world, {"kind": "story", "story": "soep"})
    waive(world.session, looking.issue, story="soep", why="Nieuw", by="x", now=NOW)

    assert list(check_knowledge(looking)) == []


@pytest.mark.parametrize(("alt", "decided"), [(None, False), ("", True), ("Een", True)])
def test_the_picture_of_a_large_story_needs_a_decision(world, alt, decided):
    world.story("foto", "Met foto", image=picture(), image_alt=alt)
    looking = look_over(world, {"kind": "story", "story": "foto", "size": "feature"})

    assert (list(check_pictures(looking)) == []) is decided


def test_an_image_without_alt_in_the_mail_itself_blocks(world):
    looking = with_html(
        look_over(world), lambda html: html.replace("</body>", '<img src="x"></body>')
    )

    (found,) = check_pictures(looking)
    assert found.level is Level.BLOCKING


@pytest.mark.parametrize("field", ["name", "postal_address"])
def test_a_mail_that_does_not_show_who_sends_it_blocks(world, field):
    looking = look_over(world)
    shown: Any = getattr(world.mailing_list.sender, field)
    setattr(world.mailing_list.sender, field, f"{shown} elders")

    found = list(check_identity(looking))

    assert [one.check for one in found] == ["identity", "identity"]


def test_what_cannot_be_made_blocks_and_hides_nothing_else(world):
    world.reader("anna")
    issue = world.issue({"kind": "story", "story": "soep"}, {"kind": "divider"})
    issue.blocks = [*issue.blocks, {"kind": "story", "id": "x", "story": "nergens"}]

    looking = look(world.session, world.settings, issue, now=NOW)

    (broken,) = looking.broken
    assert "nergens" in broken.why
    found = [one for check in CHECKS for one in check(replace(looking))]
    assert {one.check for one in found if one.level is Level.BLOCKING} == {"rendering"}


def test_an_issue_of_which_one_version_is_empty_names_that_version(world: World):
    world.reader("ben", roles=["wijkambtenaar"])
    looking = look_over(
        world,
        {"kind": "knowledge", "story": "soep"},
        {"kind": "text", "text": "Voor jou", "only": ONLY_AMBTENAREN},
    )

    (found,) = check_empty(looking)
    assert found.variant == "base"
    assert "1 lezers" in found.message
