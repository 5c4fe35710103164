"""Steps back, earlier versions, what is hidden, what saves itself."""

import re
from collections.abc import Callable

import pytest

from database.session import Database
from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.history import history
from newsletter.issues.models import Issue
from newsletter.staff.models import StaffRole
from tests.web.editors.conftest import CHIEF, EDITOR, Desk

ISSUE = "/desk/issues/42"
BLOCKS = f"{ISSUE}/blocks"


def issue(database: Database, number: int = 42) -> Issue:
    with database.read() as session:
        return find_issue(session, number)


def ids(database: Database) -> list[str]:
    return [block["id"] for block in issue(database).blocks]


def block(database: Database, block_id: str) -> dict[str, object]:
    """What is said of it besides its kind and id, wherever it stands."""
    composition = Composition.of(issue(database))
    found = {one.id: one.to_dict() for one in composition.all_blocks()}[block_id]
    return {name: found[name] for name in found if name not in {"kind", "id"}}


def seen(page: str) -> str:
    """What the form that is open was opened on."""
    found = re.search(r'data-autosave.*?name="seen" value="([^"]+)"', page, re.S)
    assert found
    return found[1]


def version(database: Database) -> str:
    return str(issue(database).version)


def card_seen(page: str, block: str) -> str:
    found = re.search(rf'/blocks/{block}/remove".*?name="was" value="(\w+)"', page)
    assert found
    return found[1]


def test_a_step_back_and_forward(desk: Desk, database: Database, village: None) -> None:
    page = desk.get(ISSUE).text
    assert "Ongedaan maken" not in page
    mark = card_seen(page, "story-1")
    page = desk.follow(f"{BLOCKS}/story-1/remove", edition="base", was=mark).text
    assert 'aria-label="Ongedaan maken: haalde weg: Verhaal' in page
    assert ids(database) == ["foreword-1", "story-2"]

    page = desk.follow(f"{ISSUE}/undo", version=version(database)).text
    assert "De buurttafel" in page
    assert ids(database) == ["foreword-1", "story-1", "story-2"]
    desk.follow(f"{ISSUE}/redo", version=version(database))
    assert ids(database) == ["foreword-1", "story-2"]


def test_a_step_back_does_not_take_what_came_since(
    desk: Desk, database: Database, village: None
) -> None:
    old = version(database)
    desk.post(f"{BLOCKS}/story-1/copy", edition="base")

    answer = desk.post(f"{ISSUE}/undo", version=old)

    assert answer.status_code == 409
    assert "Er is niets ongedaan gemaakt" in answer.text
    assert len(ids(database)) == 4


@pytest.mark.parametrize("which", ["", "x", "999999999999", "-1"])
def test_a_step_from_a_strange_page_is_answered(
    desk: Desk, village: None, which: str
) -> None:
    assert desk.post(f"{ISSUE}/undo", version=which).status_code in {409, 422}


def test_the_history_says_who_did_what_and_puts_it_back(
    desk: Desk,
    database: Database,
    village: None,
    sign_in_as: Callable[[str, StaffRole], Desk],
) -> None:
    first = version(database)
    editor = sign_in_as(EDITOR, StaffRole.EDITOR)
    editor.post(f"{BLOCKS}/story-1/move", edition="base", to="down")

    page = desk.get(f"{ISSUE}/history").text
    assert "verplaatste: Verhaal “De buurttafel”" in page
    assert EDITOR in page
    assert "las het uit een bestand" in page

    desk.follow(f"{ISSUE}/history/{first}", version=version(database))
    assert ids(database) == ["foreword-1", "story-1", "story-2"]
    page = desk.get(f"{ISSUE}/history").text
    assert f"zette versie {first} terug" in page
    assert (
        desk.post(f"{ISSUE}/history/77", version=version(database)).status_code == 422
    )
    old = desk.post(f"{ISSUE}/history/{first}", version=first)
    assert old.status_code == 422
    assert "veranderde op hetzelfde moment. Dit is niet bewaard" in old.text


def test_each_version_in_the_history_has_its_own_words(
    desk: Desk, village: None
) -> None:
    there = f"{BLOCKS}/foreword-1"
    for text in ("Een.", "Twee."):
        mark = seen(desk.get(f"{ISSUE}?edit=foreword-1").text)
        desk.follow(there, edition="base", seen=mark, text=text)
    mark = card_seen(desk.get(ISSUE).text, "foreword-1")
    desk.follow(f"{there}/remove", edition="base", was=mark)

    page = desk.get(f"{ISSUE}/history").text
    assert re.findall(r"<h2>(.*)</h2>", page)[:3] == [
        "haalde weg: Voorwoord “Twee.”",
        "wijzigde: Voorwoord “Twee.”",
        "wijzigde: Voorwoord “Een.”",
    ]
    assert "Ongedaan maken: haalde weg: Voorwoord “Twee.”" in desk.get(ISSUE).text


def test_whoever_comes_in_hears_that_somebody_is_at_it(
    desk: Desk, village: None, sign_in_as: Callable[[str, StaffRole], Desk]
) -> None:
    editor = sign_in_as(EDITOR, StaffRole.EDITOR)
    editor.post(f"{BLOCKS}/story-1/move", edition="base", to="down")

    assert f"{EDITOR} werkt ook aan dit nummer" in desk.get(ISSUE).text
    assert "werkt ook aan" not in editor.get(ISSUE).text


def test_a_block_is_hidden_and_shown_again(
    desk: Desk, database: Database, village: None
) -> None:
    page = desk.follow(f"{BLOCKS}/story-2/hide", edition="base").text

    assert "verborgen: niemand ziet dit" in page
    assert "in 1 versie" in page
    assert issue(database).blocks[2]["hidden"] is True
    page = desk.follow(f"{BLOCKS}/story-2/show", edition="base").text
    assert "hidden" not in issue(database).blocks[2]


def test_what_somebody_changed_is_not_taken_out_unseen(
    desk: Desk, database: Database, village: None
) -> None:
    mark = card_seen(desk.get(ISSUE).text, "foreword-1")
    text = {"edition": "base", "text": "Van Ben."}
    form = desk.get(f"{ISSUE}?edit=foreword-1").text
    desk.follow(f"{BLOCKS}/foreword-1", seen=seen(form), **text)

    answer = desk.post(f"{BLOCKS}/foreword-1/remove", edition="base", was=mark)

    assert answer.status_code == 409
    assert "Het staat er nog" in answer.text
    assert "foreword-1" in ids(database)


def test_a_form_saves_itself_as_one_change(
    desk: Desk, database: Database, village: None
) -> None:
    mark = seen(desk.get(f"{ISSUE}?edit=foreword-1").text)
    for text in ("D", "Dag", "Dag {naam}."):
        answer = desk.post(
            f"{BLOCKS}/foreword-1",
            edition="base",
            seen=mark,
            text=text,
            autosave="yes",
        )
        assert answer.status_code == 200
        assert answer.json
        assert answer.json["said"].startswith("Bewaard vandaag")
        mark = answer.json["seen"]

    assert issue(database).blocks[0]["text"] == "Dag {naam}."
    with database.read() as session:
        changes = [one.change for one in history(session, find_issue(session, 42))]
    assert changes == ["changed", "imported"]


@pytest.mark.parametrize("edition", ["base", "lpb"])
def test_a_block_that_is_being_written_is_kept_hidden_until_it_is_put_in(
    desk: Desk, database: Database, village: None, edition: str
) -> None:
    desk.follow(f"{ISSUE}/editions", **{"for": "partner:lpb"})
    fields = {"edition": edition, "put_in": "yes"}
    begun = desk.post(
        BLOCKS, kind="text", text="Wie z", after="foreword-1", autosave="yes", **fields
    )
    assert begun.status_code == 200
    assert begun.json
    assert block(database, "text-1") == {"text": "Wie z", "hidden": True}
    assert begun.json["saves_at"].endswith("#text-1")  # refused, the form is seen
    # Loaded anew the text is there, and still to be put in.
    page = desk.get(begun.json["page"]).text
    assert "Zet het erin" in page
    assert seen(page) == begun.json["seen"]

    there = begun.json["saves_at"].partition("#")[0]
    assert f'action="{there}#text-1"' in page
    again = desk.post(there, text="Wie zit", seen=seen(page), autosave="yes", **fields)
    assert again.json
    assert block(database, "text-1") == {"text": "Wie zit", "hidden": True}
    desk.follow(there, text="Wie zit, blijft.", seen=again.json["seen"], **fields)

    assert block(database, "text-1") == {"text": "Wie zit, blijft."}
    assert "Bewaar het blok" in desk.get(f"{ISSUE}?edition={edition}&edit=text-1").text
    with database.read() as session:
        last, before, *_rest = history(session, find_issue(session, 42))
    assert (last.change, last.about, before.change) == ("added", "text-1", "edition")


@pytest.mark.parametrize(
    ("opened", "saves_to", "first", "second"),
    [
        ("edit=foreword-1", "blocks/foreword-1", {"text": "A"}, {"text": "B"}),
        ("edit=headings", "headings", {"subject": "A"}, {"subject": "B"}),
        ("edition=lpb&edit=me", "editions/lpb", {"foreword": "A"}, {"foreword": "B"}),
    ],
)
def test_what_saves_itself_overwrites_nobody(
    desk: Desk,
    database: Database,
    village: None,
    sign_in_as: Callable[[str, StaffRole], Desk],
    opened: str,
    saves_to: str,
    first: dict[str, str],
    second: dict[str, str],
) -> None:
    desk.follow(f"{ISSUE}/editions", **{"for": "partner:lpb"})
    there, mark = f"{ISSUE}/{saves_to}", seen(desk.get(f"{ISSUE}?{opened}").text)
    desk.follow(there, seen=mark, **first)
    # Somewhere else in the issue, which is no reason to name them.
    editor = sign_in_as(EDITOR, StaffRole.EDITOR)
    editor.post(f"{BLOCKS}/story-1/move", edition="base", to="down")

    answer = desk.post(there, seen=mark, autosave="yes", **second)
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["said"].startswith("Jij, in een ander tabblad, hebt dit")
    page = desk.post(there, seen=mark, **second)
    assert page.status_code == 409
    assert "Wat je hier typte staat er nog, maar is niet bewaard." in page.text
    assert "data-unsaved" in page.text
    page = editor.post(there, seen=mark, **second)
    assert f"{CHIEF} heeft dit intussen veranderd." in page.text

    assert "data-unsaved" not in desk.get(f"{ISSUE}?{opened}").text
    found = issue(database)
    assert "B" not in (found.subject, found.blocks[0]["text"])
    assert found.editions[0].get("foreword") != "B"


def test_what_cannot_be_saved_yet_waits(
    desk: Desk, database: Database, village: None
) -> None:
    page = desk.follow(
        f"{ISSUE}/blocks",
        kind="button",
        edition="base",
        text="Lees",
        url="https://example.org",
    ).text
    mark = seen(desk.get(f"{ISSUE}?edit=button-1").text)
    assert "Lees" in page

    answer = desk.post(
        f"{BLOCKS}/button-1",
        edition="base",
        seen=mark,
        text="Lees",
        url="htt",
        autosave="yes",
    )

    said = "Nog niet bewaard: Waarheen: Schrijf een heel adres: https://..., of"
    assert answer.status_code == 422
    assert said in (answer.json or {})["said"]
    for kind, why in (
        ("event", "Begin: Kies een dag en een tijd."),
        ("image", "de foto gaat mee als je op de knop drukt."),
    ):
        new = {"kind": kind, "edition": "base", "title": "Op", "autosave": "yes"}
        answer = desk.post(BLOCKS, **new)
        said = f"Nog niet bewaard: {why}"
        assert (answer.status_code, answer.json) == (422, {"said": said})


def test_subject_and_edition_save_themselves_too(
    desk: Desk, database: Database, village: None
) -> None:
    desk.follow(f"{ISSUE}/editions", **{"for": "partner:lpb"})
    mark = seen(desk.get(f"{ISSUE}?edit=headings").text)
    subject = desk.post(
        f"{ISSUE}/headings", seen=mark, subject="Soep", preheader="", autosave="yes"
    )
    mark = seen(desk.get(f"{ISSUE}?edition=lpb&edit=me").text)
    edition = desk.post(
        f"{ISSUE}/editions/lpb", seen=mark, subject="", foreword="Dag", autosave="yes"
    )

    assert (subject.status_code, edition.status_code) == (200, 200)
    found = issue(database)
    assert (found.subject, found.editions[0]["foreword"]) == ("Soep", "Dag")
