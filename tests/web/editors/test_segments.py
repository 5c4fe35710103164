"""Segments at the desk: put together, counted, kept, and what they said before."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.settings import Settings
from newsletter.staff.models import AuditLine, StaffRole
from subscribers.models import Segment
from subscribers.segments import saved
from tests.newsletter.issues.world import World
from tests.web.editors.conftest import CHIEF, EDITOR, Desk

# What a rule selects is proved on both databases elsewhere; here it is what pages do.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Enter = Callable[[str, StaffRole], Desk]
NEW = "/desk/segments/new"
# A row is four fields that stand together; these are two rows of the first group.
SALLAND = {
    "name": "Ambtenaren in Deventer",
    "list": "buurtwijs",
    "join": ["all"],
    "field": ["role", "region"],
    "is": ["yes", "yes"],
    "value": ["wijkambtenaar", "Deventer"],
    "group": ["0", "0"],
}
DEEP = {"not": {"all": [{"role": "bewoner"}, {"any": [{"not": {"region": "NL"}}]}]}}


@pytest.fixture
def three(database: Database, settings: Settings, desk: Desk) -> Desk:
    """Anna works in Deventer, Ben lives there, Cleo's region is unknown."""
    with database.write.begin() as session:
        world = World(session, replace(settings))
        world.reader("anna", region="GM0150", roles=["wijkambtenaar"])
        world.reader("ben", region="GM0150", roles=["bewoner"])
        world.reader("cleo", roles=["wijkambtenaar"])
    return desk


def kept(database: Database) -> list[tuple[str, object, int]]:
    with database.read() as session:
        return [
            (segment.name, segment.rule, segment.version)
            for segment in session.scalars(select(Segment).order_by(Segment.id))
        ]


def counted(desk: Desk, **changes: object) -> dict[str, object]:
    answer = desk.get("/desk/segments/count", query_string={**SALLAND, **changes})
    return dict(answer.json or {})


def test_a_rule_is_counted_and_said_before_it_is_kept(
    three: Desk, database: Database
) -> None:
    page = three.get(NEW, query_string=SALLAND).text

    assert "1 lezer van Buurtwijs zou vandaag mail krijgen" in page
    assert "Wijkambtenaar in Deventer" in page
    assert page.count("<td>Deventer</td>") == 1
    assert kept(database) == []


@pytest.mark.parametrize(
    ("changes", "count", "said"),
    [
        ({}, 1, "Wijkambtenaar in Deventer"),
        ({"join": ["any"]}, 3, "Wijkambtenaar of in Deventer"),
        ({"is": ["yes", "no"]}, 1, "Wijkambtenaar niet in Deventer"),
        ({"value": ["", ""]}, 3, "Iedereen"),  # not filled in yet
        ({"value": ["wijkambtenaar", "provincie overijssel"]}, 1,
         "Wijkambtenaar in Overijssel"),
        ({"join": ["all", "none"], "group": ["0", "1"]}, 1,
         "Wijkambtenaar en niet (in Deventer)"),
        ({"join": ["all", "any"], "group": ["0", "1"]}, 1,
         "Wijkambtenaar en in Deventer"),
        ({"text": json.dumps(DEEP)}, 3,
         "Niet (bewoner en niet in Nederland)"),
    ],
)  # fmt: skip
def test_whoever_changes_a_rule_hears_what_it_comes_to(
    three: Desk, changes: dict[str, object], count: int, said: str
) -> None:
    answer = counted(three, **changes)

    assert answer["count"] == count
    assert answer["say"]["nl"] == said  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"value": ["wijkambtenaar", "Atlantis"]}, "De regio Atlantis kennen we niet."),
        ({"value": ["tovenaar", "Deventer"]}, "There is no role"),
        ({"text": "{"}, "Dit is geen JSON."),
        ({"text": "[" * 100_000}, "Deze regel zit te diep in elkaar."),
        ({"text": '{"not":' * 1_000 + '{"role": "bewoner"}' + "}" * 1_000},
         "Deze regel zit te diep in elkaar."),
        ({"text": '["bewoner"]'}, "There is no segment field"),
        ({"text": '{"shoe": "42"}'}, "There is no segment field"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_asked_is_refused_with_the_reason(
    three: Desk, changes: dict[str, object], why: str
) -> None:
    answer = counted(three, **changes)

    assert answer["count"] is None
    assert why in str(answer["error"])
    assert why in three.get(NEW, query_string={**SALLAND, **changes}).text


def test_rows_and_groups_come_and_go_by_buttons(three: Desk) -> None:
    added = three.get(NEW, query_string={**SALLAND, "do": "add-0", "add-0": "language"})
    removed = three.get(NEW, query_string={**SALLAND, "do": "remove-1"})
    grouped = three.get(NEW, query_string={**SALLAND, "do": "group"})
    ungrouped = three.get(
        NEW,
        query_string={
            **SALLAND,
            "join": ["all", "any"],
            "group": ["0", "1"],
            "do": "ungroup-1",
        },
    )

    assert added.text.count('name="field"') == 3
    assert removed.text.count('name="field"') == 1
    assert 'value="Deventer"' not in removed.text.split("<datalist")[0]
    assert grouped.text.count('name="join"') == 2
    assert ungrouped.text.count('name="join"') == 1
    assert ungrouped.text.count('name="field"') == 1


@pytest.mark.parametrize(
    "junk",
    [
        {"do": "remove-99"},
        {"do": "add-7", "add-7": "role"},
        {"do": "ungroup-0"},
        {"do": "add-0", "add-0": "shoe"},
        {"group": ["0", "9"]},
        {"group": ["x", "²"]},
        {"field": ["shoe", "region"]},
        {"join": ["xor"]},
        {"is": ["yes"]},
        {"version": "many"},
        {"list": "nobody"},
    ],
)
def test_an_address_somebody_made_up_is_a_page_all_the_same(
    three: Desk, junk: dict[str, object]
) -> None:
    assert three.get(NEW, query_string={**SALLAND, **junk}).status_code == 200


def test_a_segment_is_kept_changed_and_remembers(
    three: Desk, database: Database
) -> None:
    page = three.follow(NEW, **SALLAND)
    assert "Bewaard." in page.text
    [(name, rule, version)] = kept(database)
    assert (name, version) == ("Ambtenaren in Deventer", 1)
    assert rule == {"all": [{"role": "wijkambtenaar"}, {"region": "GM0150"}]}
    where = page.request.path

    changed = three.follow(where, **SALLAND | {"version": "1", "join": ["any"]})

    assert kept(database)[0][2] == 2
    assert "<td>Wijkambtenaar in Deventer</td>" in changed.text
    assert "<td>Wijkambtenaar of in Deventer</td>" in changed.text
    assert CHIEF in changed.text
    assert "3 lezers" in three.get("/desk/segments/").text
    with database.read() as session:
        lines = session.scalars(select(AuditLine).order_by(AuditLine.id)).all()
    assert [line.note for line in lines if line.act == "segment.edit"] == [
        "version 1",
        "version 2",
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "0"}, "Iemand anders heeft dit segment net veranderd"),
        ({"name": ""}, "Geef het een naam"),
        ({"name": "bezet"}, "Er is al een segment met die naam"),
        ({"value": ["wijkambtenaar", "Atlantis"]}, "De regio Atlantis kennen we niet"),
    ],
)
def test_what_cannot_be_kept_changes_nothing_and_keeps_what_was_typed(
    three: Desk, database: Database, changes: dict[str, object], why: str
) -> None:
    three.post(NEW, **SALLAND | {"name": "Bezet"})
    where = three.post(NEW, **SALLAND).headers["Location"].partition("?")[0]
    before = kept(database)

    answer = three.post(
        where, **SALLAND | {"version": "1", "is": ["no", "no"]} | changes
    )

    assert answer.status_code == 422
    assert why in answer.text
    assert 'value="no" selected' in answer.text
    assert kept(database) == before


def test_a_rule_that_does_not_fit_in_rows_is_shown_as_text(
    three: Desk, database: Database
) -> None:
    where = three.post(NEW, **SALLAND | {"text": json.dumps(DEEP)}).headers["Location"]

    page = three.get(where).text

    assert kept(database)[0][1] == DEEP
    assert 'name="text"' in page
    assert 'name="field"' not in page


def test_readers_are_looked_through_without_addresses(
    three: Desk, sign_in_as: Enter, database: Database
) -> None:
    three.post(NEW, **SALLAND | {"join": ["any"]})
    where = "/desk/segments/1/readers"

    page = three.get(where).text
    by_an_editor = sign_in_as(EDITOR, StaffRole.EDITOR).get(where).text

    assert page.count("<tr>") == 1 + 3
    assert "example.nl" not in page.split("<main")[1]
    assert "Namen zie je alleen" in by_an_editor
    assert three.get(f"{where}?sort=oldest&after=nonsense").status_code == 200
    assert three.get("/desk/segments/99").status_code == 404


def test_an_empty_desk_says_what_a_segment_is(desk: Desk) -> None:
    assert "Maak het eerste segment" in desk.get("/desk/segments/").text
    assert desk.get(NEW).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"all": []},
        {"role": "bewoner"},
        {"not": {"region": "GM0150"}},
        {"any": [{"role": "bewoner"}, {"not": {"language": "nl"}}]},
        {"all": [{"role": "bewoner"}, {"not": {"any": [{"region": "PV23"}]}}]},
        {"all": [{"any": [{"joined_after": "2026-01-01"}, {"frequency": "every"}]}]},
    ],
)
def test_a_rule_comes_out_of_the_rows_as_it_went_in(
    three: Desk, database: Database, rule: dict[str, object]
) -> None:
    three.post(NEW, **SALLAND | {"text": json.dumps(rule)})
    page = three.get("/desk/segments/1").text

    assert 'name="text"' not in page
    with database.read() as session:
        assert saved.rule_of(saved.get_segment(session, 1)) is not None
