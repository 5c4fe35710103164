"""Composing: every block is added, changed, ordered and counted without JavaScript."""

import io
import re

import pytest

from database.session import Database
from newsletter.issues.blocks import BLOCK_TYPES, Block
from newsletter.issues.compose import find_issue
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from tests.newsletter.pictures import picture
from tests.web.editors.conftest import Desk

ISSUE = "/desk/issues/42"
BLOCKS = f"{ISSUE}/blocks"


def issue(database: Database, number: int = 42) -> Issue:
    with database.read() as session:
        return find_issue(session, number)


def ids(database: Database) -> list[str]:
    return [block["id"] for block in issue(database).blocks]


def seen(page: str) -> str:
    """What the form that is open was opened on."""
    found = re.findall(r'name="seen" value="([^"]+)"', page)
    assert found
    return str(found[-1])


def test_a_new_issue_gets_the_next_number(desk: Desk, village: None) -> None:
    page = desk.follow(
        "/desk/issues/new", list="buurtwijs", subject="Straten", preheader=""
    )

    assert "<h1>Nummer 43</h1>" in page.text
    assert "Nog niets. Plaats een verhaal" in page.text


def test_the_page_shows_blocks_with_who_reads_them(desk: Desk, village: None) -> None:
    page = desk.get(ISSUE).text

    assert "De buurttafel" in page
    assert "alleen Wijkambtenaar · 1" in page or "alleen wijkambtenaar · 1" in page
    assert "3 lezers" in page


def test_placing_a_story_brings_its_knowledge_along(
    desk: Desk, database: Database, village: None
) -> None:
    desk.post("/desk/knowledge/new", kind="theory", title="Ontmoeten", body="Een plek.")
    desk.post("/desk/stories/new", title="Bank", body="Een bank op de stoep.")
    desk.post(
        "/desk/stories/bank/links",
        knowledge="ontmoeten",
        relation="illustrates",
        why="Een bank is een plek.",
    )

    page = desk.follow(f"{ISSUE}/place", story="bank", edition="base")

    assert [block["kind"] for block in issue(database).blocks[-2:]] == [
        "story",
        "knowledge",
    ]
    assert "Een bank is een plek." in page.text


def test_the_library_counts_what_it_shows(desk: Desk, village: None) -> None:
    def shown(which: str = "", issue: int = 42) -> list[str]:
        page = desk.get(f"/desk/issues/{issue}?which={which}").text
        library = page[page.index('id="library"') : page.index('id="issue"')]
        titles = re.findall(r'class="item"><h3><a [^>]*>([^<]*)</a>', library)
        many = len(titles)
        assert f"<span>{many} {'stuk' if many == 1 else 'stukken'}</span>" in library
        return titles

    desk.post("/desk/knowledge/new", kind="theory", title="Ontmoeten", body="Een plek.")
    desk.post("/desk/stories/new", title="Bank", body="Een bank op de stoep.")
    desk.post(
        "/desk/stories/bank/links",
        knowledge="ontmoeten",
        relation="illustrates",
        why="Een bank is een plek.",
    )
    assert sorted(shown()) == ["Bank", "Ontmoeten"]
    desk.follow(f"{ISSUE}/place", story="bank", edition="base")
    assert shown() == []  # what lies behind it was shown with it
    desk.follow("/desk/issues/new", list="buurtwijs", subject="Straten", preheader="")
    assert shown(issue=43) == []
    assert {"Bank", "Ontmoeten"} <= set(shown("used", issue=43))


def test_a_sent_issue_asks_for_nothing_any_more(
    desk: Desk, database: Database, village: None
) -> None:
    section = {"kind": "section", "title": "Buurt", "least": "3", "most": "4"}
    desk.follow(BLOCKS, edition="base", after="foreword-1", **section)
    desk.follow(BLOCKS, kind="quotation", text="Soep!", who="", edition="base")
    assert desk.get(ISSUE).text.count('class="todo"') == 2
    with database.write.begin() as session:
        found = find_issue(session, 42)
        found.frozen_at = found.updated_at

    page = desk.get(ISSUE).text

    assert 'class="todo"' not in page
    assert "Verder naar controleren" not in page
    assert 'class="button" href="/desk/issues/42/progress"' in page


def test_placing_goes_on_at_the_next_piece_of_the_library(
    desk: Desk, village: None
) -> None:
    for title in ("Drie", "Twee", "Een"):  # the last added comes first
        desk.post("/desk/stories/new", title=title, body="Een bank op de stoep.")

    def next_after(slug: str, at: int) -> list[str]:
        page = desk.follow(f"{ISSUE}/place", story=slug, edition="base", at=str(at))
        assert page.text.count("data-placed") == 1
        return re.findall(r' autofocus>Plaats<span class="unseen"> (\w+)', page.text)

    assert next_after("twee", 1) == ["Drie"]
    assert next_after("drie", 1) == ["Een"]  # that was the last
    assert next_after("een", 0) == []
    assert "autofocus" not in desk.get(f"{ISSUE}?at=x").text


@pytest.mark.parametrize("kind", BLOCK_TYPES, ids=lambda kind: kind.kind)
def test_every_kind_of_block_has_a_form_that_takes_its_example(
    desk: Desk, database: Database, village: None, kind: type[Block]
) -> None:
    page = desk.get(f"{ISSUE}?new={kind.kind}")
    assert f'name="kind" value="{kind.kind}"' in page.text
    typed = {**kind.example}
    typed |= {name: "soep" for name in ("story",) if name in typed}

    answer = desk.post(BLOCKS, kind=kind.kind, edition="base", **typed)

    assert answer.status_code == 303, answer.text
    added = issue(database).blocks[-1]
    assert added["kind"] == kind.kind
    assert desk.get(f"{ISSUE}?edit={added['id']}").status_code == 200


def test_a_block_goes_where_it_was_asked(
    desk: Desk, database: Database, village: None
) -> None:
    asked = desk.get(f"{ISSUE}?after=foreword-1&new=divider")
    assert asked.text.count('id="new-block"') == 1
    assert 'name="after" value="foreword-1"' in asked.text
    desk.post(BLOCKS, kind="divider", after="foreword-1", edition="base")

    assert ids(database) == ["foreword-1", "divider-1", "story-1", "story-2"]


@pytest.mark.parametrize(
    ("block", "to", "order"),
    [
        ("story-2", "up", ["foreword-1", "story-2", "story-1"]),
        ("foreword-1", "down", ["story-1", "foreword-1", "story-2"]),
        ("foreword-1", "up", ["foreword-1", "story-1", "story-2"]),
    ],
)
def test_buttons_move_a_block_and_keep_the_focus(
    desk: Desk, database: Database, village: None, block: str, to: str, order: list[str]
) -> None:
    page = desk.follow(f"{BLOCKS}/{block}/move", to=to, edition="base")

    assert ids(database) == order
    assert page.text.count("autofocus") == 1


def test_a_block_is_copied_and_removed(
    desk: Desk, database: Database, village: None
) -> None:
    desk.post(f"{BLOCKS}/story-1/copy", edition="base")
    assert ids(database) == ["foreword-1", "story-1", "story-3", "story-2"]

    desk.post(f"{BLOCKS}/story-1/remove", edition="base")
    assert ids(database) == ["foreword-1", "story-3", "story-2"]


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({}, None),
        ({"only_role": "wijkambtenaar"}, {"role": "wijkambtenaar"}),
        (
            {"only_role": "bewoner", "only_region": "PV21", "only_partner": "lpb"},
            {"all": [{"role": "bewoner"}, {"region": "PV21"}, {"partner": "lpb"}]},
        ),
    ],
)
def test_three_selects_make_the_rule(
    desk: Desk,
    database: Database,
    village: None,
    chosen: dict[str, str],
    rule: dict[str, object] | None,
) -> None:
    desk.post(BLOCKS, kind="text", text="Voor wie?", edition="base", **chosen)

    assert issue(database).blocks[-1].get("only") == rule


def test_a_rule_from_a_file_is_kept_until_it_is_let_go(
    desk: Desk, database: Database, settings: object, village: None
) -> None:
    from newsletter.issues.compose import change_block
    from tests.conftest import NOW

    rule = {"not": {"role": "bewoner"}}
    document = {"kind": "story", "story": "soep", "only": rule}
    with database.write.begin() as session:
        found = find_issue(session, 42)
        change_block(session, settings, found, "story-1", document, edit=Edit(NOW))  # type: ignore[arg-type]
    opened = seen(desk.get(f"{ISSUE}?edit=story-1").text)
    fields = {"story": "soep", "size": "feature", "edition": "base", "seen": opened}

    desk.follow(f"{BLOCKS}/story-1", **fields, keep_rule="yes")
    assert issue(database).blocks[1]["only"] == rule

    opened = seen(desk.get(f"{ISSUE}?edit=story-1").text)
    desk.follow(f"{BLOCKS}/story-1", **fields | {"seen": opened})
    assert "only" not in issue(database).blocks[1]


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("story", {"story": ""}, "Kies er een."),
        ("button", {"text": "Lees", "url": "straks"}, "Schrijf een heel adres"),
        ("event", {"title": "Soep", "start": ""}, "Kies een dag en een tijd."),
        ("text", {"text": "a\x07b"}, "een teken dat niet in een mail kan"),
        ("image", {"alt": "Een tafel"}, "Kies een foto, of geef het adres ervan."),
    ],
)
def test_what_a_block_cannot_be_is_said_beside_the_field(
    desk: Desk,
    database: Database,
    village: None,
    kind: str,
    typed: dict[str, str],
    sentence: str,
) -> None:
    answer = desk.post(BLOCKS, kind=kind, edition="base", **typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(issue(database).blocks) == 3


@pytest.mark.parametrize(
    ("fields", "alt"),
    [({"alt": "Een tafel"}, "Een tafel"), ({"alt_decoration": "yes"}, ""), ({}, None)],
)
def test_a_picture_block_knows_decoration_from_undecided(
    desk: Desk,
    database: Database,
    village: None,
    fields: dict[str, str],
    alt: str | None,
) -> None:
    upload = (io.BytesIO(picture()), "tafel.png")

    desk.post(BLOCKS, kind="image", edition="base", file_upload=upload, **fields)

    added = issue(database).blocks[-1]
    assert added["file"].endswith(".png")
    assert added.get("alt") == alt


def test_an_empty_text_may_wait_and_says_so(desk: Desk, village: None) -> None:
    page = desk.follow(BLOCKS, kind="quotation", text="Soep!", who="", edition="base")

    assert "Wie het zei is nog leeg." in page.text


def test_somebody_elses_change_to_the_same_block_is_not_overwritten(
    desk: Desk, database: Database, village: None
) -> None:
    opened = seen(desk.get(f"{ISSUE}?edit=foreword-1").text)
    desk.post(f"{BLOCKS}/foreword-1", text="Van Ben.", edition="base", seen=opened)

    answer = desk.post(
        f"{BLOCKS}/foreword-1", text="Van Anna.", edition="base", seen=opened
    )

    assert answer.status_code == 409
    assert "Jij, in een ander tabblad, hebt dit veranderd." in answer.text
    assert "Van Anna." in answer.text
    assert "Van Ben." in answer.text
    assert issue(database).blocks[0]["text"] == "Van Ben."

    desk.follow(
        f"{BLOCKS}/foreword-1", text="Van ons.", edition="base", seen=seen(answer.text)
    )
    assert issue(database).blocks[0]["text"] == "Van ons."


def test_two_editors_at_different_blocks_do_not_meet(
    desk: Desk, database: Database, village: None
) -> None:
    opened = seen(desk.get(f"{ISSUE}?edit=foreword-1").text)
    desk.post(f"{BLOCKS}/story-2/move", to="up", edition="base")

    answer = desk.post(f"{BLOCKS}/foreword-1", text="Dag.", edition="base", seen=opened)

    assert answer.status_code == 303
    assert issue(database).blocks[0]["text"] == "Dag."


def test_the_subject_is_changed_and_guarded_the_same_way(
    desk: Desk, database: Database, village: None
) -> None:
    opened = seen(desk.get(f"{ISSUE}?edit=headings").text)
    path = f"{ISSUE}/headings"
    desk.follow(path, subject="Soep, {naam}", preheader="", seen=opened)

    late = desk.post(path, subject="Te laat", preheader="", seen=opened)

    assert late.status_code == 409
    assert "Te laat" in late.text
    assert issue(database).subject == "Soep, {naam}"


@pytest.mark.parametrize("view", ["phone", "desktop", "dark", "text"])
def test_the_preview_is_the_real_mail_with_a_name_in_it(
    desk: Desk, village: None, view: str
) -> None:
    answer = desk.get(f"{ISSUE}/preview/base?view={view}")

    assert "Beste Anna, welkom." in answer.text
    assert "buurtpost-slot" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_dark_and_light_are_ours_to_choose(desk: Desk, village: None) -> None:
    light = desk.get(f"{ISSUE}/preview/base").text
    dark = desk.get(f"{ISSUE}/preview/base?view=dark").text

    assert "prefers-color-scheme" not in light.replace(
        "prefers-color-scheme: light", ""
    )
    assert "@media (min-width:0px)" in dark or "@media(min-width:0px)" in dark


def test_an_issue_that_is_not_there_says_so(desk: Desk) -> None:
    answer = desk.get("/desk/issues/7")

    assert answer.status_code == 404
    assert "Dit nummer is er niet." in answer.text
