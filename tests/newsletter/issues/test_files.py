import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from newsletter import media
from newsletter.errors import NewsletterError
from newsletter.issues.export import export_issue
from newsletter.issues.files import import_issue, issue_document
from newsletter.issues.models import Issue
from newsletter.library import knowledge
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind
from newsletter.library.stories import find_item
from subscribers.errors import SubscribersError
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import picture

WHOLE: dict[str, Any] = {
    "number": 42,
    "list": "buurtwijs",
    "subject": "Dag {naam}",
    "preheader": "Drie verhalen",
    "language": "nl",
    "blocks": [
        {"kind": "foreword", "text": "Beste {naam}"},
        {"kind": "story", "story": "soep", "size": "feature"},
        {"kind": "knowledge", "story": "soep"},
        {"kind": "story", "story": "soep", "only": {"role": "wijkambtenaar"}},
    ],
    "editions": [
        {
            "partner": "lpb",
            "audience": {"partner": "lpb"},
            "foreword": "Dag",
            "subject": "LPB en wij",
            "blocks": [{"after": None, "block": {"kind": "text", "text": "Welkom"}}],
        }
    ],
}


def write(folder: Path, document: object) -> Path:
    path = folder / "issue.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_an_issue_file_is_read_and_every_block_gets_an_id(
    world: World, tmp_path: Path
) -> None:
    path = write(tmp_path, WHOLE)

    issue = import_issue(world.session, world.settings, path, now=NOW)

    assert [block["id"] for block in issue.blocks] == [
        "foreword-1",
        "story-1",
        "knowledge-1",
        "story-2",
    ]
    assert issue.editions[0]["blocks"][0]["block"]["id"] == "text-1"
    assert (issue.subject, issue.preheader) == ("Dag {naam}", "Drie verhalen")


def test_a_draft_is_replaced_under_its_own_number(world: World, tmp_path: Path) -> None:
    first = import_issue(world.session, world.settings, WHOLE, now=NOW)
    version = first.version

    again = {**WHOLE, "blocks": [], "editions": [], "subject": "Anders"}
    second = import_issue(world.session, world.settings, again, now=NOW)

    assert second is first
    assert (second.subject, second.blocks, second.version) == (
        "Anders",
        [],
        version + 1,
    )
    assert len(world.session.scalars(select(Issue)).all()) == 1


def test_a_folder_brings_its_stories_along(world: World, tmp_path: Path) -> None:
    (tmp_path / "nieuw.md").write_text(
        "---\ntitle: Nieuw verhaal\nregions: [Zwolle]\n---\nEr was *eens*.\n",
        encoding="utf-8",
    )
    (tmp_path / "README.md").write_text("Hoe dit werkt", encoding="utf-8")
    (tmp_path / "foto.png").write_bytes(picture())
    write(
        tmp_path,
        {
            **WHOLE,
            "editions": [],
            "blocks": [
                {"kind": "story", "story": "nieuw"},
                {"kind": "image", "file": "foto.png", "alt": "Blauw"},
            ],
        },
    )

    issue = import_issue(world.session, world.settings, tmp_path, now=NOW)

    assert find_item(world.session, "nieuw").title == "Nieuw verhaal"
    stored = issue.blocks[1]["file"]
    assert media.path_of(world.settings.media, stored).is_file()


HARD_HTML = "<dl><dt>Wie</dt><dd>Ben</dd></dl><p>H<sub>2</sub>O</p>"


def test_what_is_exported_imports_without_loss(world: World, tmp_path: Path) -> None:
    world.story(
        "rijk",
        'Soep "met" ballen: deel 1',
        body=HARD_HTML,
        format=Format.HTML,
        partner="lpb",
        people=["Anna", "Ben de B., zelf"],
        regions=["GM0193"],
        themes=["soep, en meer"],
        url="https://example.org/soep",
        image=picture(kind="JPEG"),
        image_alt="",
    )
    world.story("boek", "Ontmoeten", kind=ItemKind.RESEARCH)
    knowledge.link(
        world.session,
        story="rijk",
        knowledge="boek",
        relation="supports",
        why="Want het klopt.",
        now=NOW,
    )
    stored = media.store(world.settings.media, picture(30, 30))
    document = {
        **WHOLE,
        "blocks": [
            *WHOLE["blocks"],
            {"kind": "story", "story": "rijk"},
            {"kind": "image", "file": stored.hash, "alt": ""},
            {
                "kind": "event",
                "title": "Soep",
                "start": "2027-01-15T19:30",
                "end": "2027-01-15T20:30:05",
            },
        ],
    }
    issue = import_issue(world.session, world.settings, document, now=NOW)
    before = (issue_document(issue), facts(world, "rijk"), facts(world, "soep"))

    folder = export_issue(world.session, world.settings, issue, tmp_path / "42")
    world.story("rijk", "Overschreven", replace=True)
    knowledge.unlink(world.session, story="rijk", knowledge="boek")
    again = import_issue(world.session, world.settings, folder, now=NOW)

    after = (issue_document(again), facts(world, "rijk"), facts(world, "soep"))
    assert after == before
    assert sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.*")
        if "images" not in path.parts
    ) == [
        "issue.json",
        "stories/boek.md",
        "stories/rijk.body.html",
        "stories/rijk.md",
        "stories/soep.md",
    ]


def facts(world: World, slug: str) -> dict[str, Any]:
    item = find_item(world.session, slug)
    world.session.expire(item, ["links"])
    return {
        **{
            name: getattr(item, name)
            for name in (
                *("kind", "title", "summary", "body", "language", "url", "people"),
                *("regions", "themes", "image", "image_alt", "partner_id"),
            )
        },
        "links": [
            (link.knowledge.slug, link.relation, link.why) for link in item.links
        ],
    }


def test_an_export_overwrites_nothing(world: World, tmp_path: Path) -> None:
    issue = import_issue(world.session, world.settings, WHOLE, now=NOW)
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")

    with pytest.raises(NewsletterError, match="is not an empty folder"):
        export_issue(world.session, world.settings, issue, tmp_path)

    assert [path.name for path in tmp_path.glob("*.txt")] == ["mine.txt"]


def without(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {key: value for key, value in WHOLE.items() if key != name}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": 0}, "from 1 to 2000000000, not 0"),
        ({"number": "42"}, "from 1 to 2000000000, not '42'"),
        ({"number": True}, "number is a whole number"),
        ({"number": 10**30}, "number is a whole number"),
        ({"list": "nergens"}, "There is no mailing list 'nergens'"),
        ({"list": ["buurtwijs"]}, "list must be a slug"),
        ({"subject": "a\r\nBcc: x@y.nl"}, "subject must be one line"),
        ({"subject": None}, "subject must be text"),
        ({"subject": "a" * 201}, "200 is the most"),
        ({"language": "fr"}, "language is one of nl, en, not 'fr'"),
        ({"blocks": {}}, '"blocks": [...]'),
        ({"editions": {"a": 1}}, '"editions": [...]'),
        ({"subjct": "x"}, "'subjct'. Did you mean subject?"),
        ({"blocks": [{"kind": "story", "story": "nergens"}]}, "no piece 'nergens'"),
        (
            {"blocks": [{"kind": "partner", "partner": "x", "text": "a"}]},
            "no partner 'x'",
        ),
        (
            {"blocks": [{"kind": "divider", "only": {"shoe": "43"}}]},
            "no segment field 'shoe'",
        ),
        (
            {"blocks": [{"kind": "divider", "only": {"region": "GM9999"}}]},
            "There is no region 'GM9999'",
        ),
        (
            {
                "blocks": [
                    {"kind": "divider", "id": "a"},
                    {"kind": "divider", "id": "a"},
                ]
            },
            "Block a: two blocks have this id",
        ),
        ({"blocks": [{"kind": "image", "file": "weg.png"}]}, "no picture 'weg.png'"),
        ({"editions": [{"partner": "nergens"}]}, "There is no partner 'nergens'"),
        ({"editions": [{"region": "PV99"}]}, "There is no region 'PV99'"),
        (
            {"editions": [{"partner": "lpb", "audience": {"role": "koning"}}]},
            "audience: There is no role 'koning'",
        ),
        ({"links": [{"story": "soep"}]}, "A link has exactly the fields"),
    ],
)
def test_a_wrong_issue_is_refused_with_a_sentence(
    world: World, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((NewsletterError, SubscribersError)) as refused:
        import_issue(world.session, world.settings, {**WHOLE, **change}, now=NOW)

    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["number", "list", "subject", "blocks"])
def test_what_an_issue_cannot_do_without_is_named(world: World, name: str) -> None:
    document = {key: value for key, value in WHOLE.items() if key != name}

    with pytest.raises(NewsletterError, match=f"The issue has no {name}"):
        import_issue(world.session, world.settings, document, now=NOW)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is not JSON: line 1"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff\xfe\xff", "is not UTF-8"),
        (b"[]", "must hold one object"),
    ],
)
def test_a_file_that_is_no_issue_is_refused(
    world: World, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "issue.json"
    path.write_bytes(content)

    for source in (path, tmp_path):
        with pytest.raises(NewsletterError, match=sentence):
            import_issue(world.session, world.settings, source, now=NOW)


def test_a_picture_from_outside_the_folder_is_refused(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "geheim.png").write_bytes(picture())
    (tmp_path / "in").mkdir()
    block = {"kind": "image", "file": "../geheim.png", "alt": ""}
    path = write(tmp_path / "in", {**WHOLE, "blocks": [block], "editions": []})

    with pytest.raises(NewsletterError, match="is not a picture in"):
        import_issue(world.session, world.settings, path, now=NOW)


def test_a_key_that_stands_twice_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "issue.json"
    path.write_text('{"number": 42, "list": "buurtwijs", "number": 43}')

    with pytest.raises(NewsletterError, match="'number' twice"):
        import_issue(world.session, world.settings, path, now=NOW)


@pytest.mark.parametrize("field", ["blocks", "editions"])
def test_what_must_be_a_list_is_no_object(world: World, field: str) -> None:
    with pytest.raises(NewsletterError, match="must be a list"):
        import_issue(world.session, world.settings, {**WHOLE, field: {}}, now=NOW)


def test_a_shown_block_begins_with_its_kind_on_any_database(world: World) -> None:
    issue = import_issue(world.session, world.settings, WHOLE, now=NOW)
    world.session.flush()
    world.session.expire_all()  # read back what the database made of it

    shown = issue_document(issue)

    assert [next(iter(block)) for block in shown["blocks"]] == ["kind"] * 4
    assert next(iter(shown["editions"][0])) == "partner"


def test_a_text_that_lies_outside_the_folder_is_refused(
    world: World, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("BUURTPOST_SECRET_KEY=geheim")
    folder = tmp_path / "42"
    folder.mkdir()
    write(folder, WHOLE)
    (folder / "keys.txt").symlink_to(secret)

    with pytest.raises(NewsletterError, match="lies outside"):
        import_issue(world.session, world.settings, folder, now=NOW)


def test_a_body_in_another_encoding_is_read_as_a_text_is(
    world: World, tmp_path: Path
) -> None:
    write(tmp_path, WHOLE)
    (tmp_path / "soep.md").write_text("# Soep", encoding="utf-8")
    (tmp_path / "soep.body.html").write_bytes("<p>één</p>".encode("cp1252"))

    import_issue(world.session, world.settings, tmp_path, now=NOW)

    assert find_item(world.session, "soep").body == "<p>één</p>"


def test_a_picture_with_an_impossible_name_is_refused(
    world: World, tmp_path: Path
) -> None:
    image = {"kind": "image", "file": "a\0b.png", "alt": ""}
    path = write(tmp_path, {**WHOLE, "blocks": [image]})

    with pytest.raises(NewsletterError, match="is not a picture in"):
        import_issue(world.session, world.settings, path, now=NOW)
