"""Pieces: put in whole, replaced whole."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.library.bodies import Format
from newsletter.library.errors import BadItem, ItemExists, LibraryError, UnknownItem
from newsletter.library.files import read_file
from newsletter.library.knowledge import link, unlink
from newsletter.library.models import ItemKind
from newsletter.library.stories import add_draft, find_item, items_of
from newsletter.partners.partners import add_partner
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add
from tests.newsletter.pictures import picture


def test_a_piece_is_kept_with_everything_told_about_it(
    session: Session, settings: Settings, add: Add
) -> None:
    add_partner(
        session,
        settings,
        slug="lpb",
        name="LPB",
        logo=picture(),
        colour="#0b5c85",
        now=NOW,
    )

    add(
        "tafel",
        title="De tafel",
        body="Elke **donderdag** om half zes staat de tafel buiten. Schuif aan! Kom.",
        format=Format.MARKDOWN,
        url=" https://lpb.example/tafel ",
        published_on=date(2026, 9, 14),
        people=["Anna", "Anna", "Ben"],
        regions=["Deventer", "provincie Utrecht", "GM0150"],
        themes=["ontmoeten"],
        image=picture(2400, 1200, kind="JPEG"),
        image_alt="Een tafel",
        partner="lpb",
    )

    session.expire_all()
    item = find_item(session, "tafel")
    assert item.body.startswith("<p>Elke <strong>donderdag</strong>")
    assert item.summary == (
        "Elke donderdag om half zes staat de tafel buiten. Schuif aan!"
    )
    assert item.url == "https://lpb.example/tafel"
    assert item.people == ["Anna", "Ben"]
    assert item.regions == ["GM0150", "PV26"]
    assert (item.image_width, item.image_height) == (1200, 600)
    assert item.image is not None
    assert (settings.media / item.image).is_file()
    assert item.image_alt == "Een tafel"
    assert item.partner is not None
    assert item.partner.slug == "lpb"
    assert item.created_at == item.updated_at == NOW


@pytest.mark.parametrize(
    ("alt", "kept"), [(None, None), ("", ""), ("  ", ""), ("x", "x")]
)
def test_no_alt_text_is_not_the_same_as_an_empty_one(
    add: Add, alt: str | None, kept: str | None
) -> None:
    assert add("tafel", image=picture(), image_alt=alt).image_alt == kept
    assert add("soep", image_alt="Zonder beeld").image_alt is None


def test_an_existing_slug_is_refused_unless_it_is_to_be_replaced(
    session: Session, add: Add
) -> None:
    first = add("tafel", image=picture(), image_alt="Een tafel", people=["Anna"])
    add("methode", kind=ItemKind.METHOD)
    link(
        session,
        story="tafel",
        knowledge="methode",
        relation="supports",
        why="Zo.",
        now=NOW,
    )

    with pytest.raises(ItemExists, match="--replace"):
        add("tafel", title="Anders")

    later = NOW + timedelta(hours=1)
    again = add("tafel", title="Anders", replace=True, keep_image=True, now=later)
    assert again.id == first.id
    assert (again.title, again.people) == ("Anders", [])
    assert (again.created_at, again.updated_at) == (NOW, later)
    assert again.image is not None
    assert len(again.links) == 1

    assert add("tafel", replace=True).image is None


def test_a_linked_piece_stays_on_its_side(session: Session, add: Add) -> None:
    add("tafel")
    add("methode", kind=ItemKind.METHOD)
    link(
        session,
        story="tafel",
        knowledge="methode",
        relation="supports",
        why="Zo.",
        now=NOW,
    )

    for slug, kind in (("tafel", ItemKind.THEORY), ("methode", ItemKind.STORY)):
        with pytest.raises(BadItem, match="links away first"):
            add(slug, kind=kind, replace=True)
    add("methode", kind=ItemKind.THEORY, replace=True)

    unlink(session, story="tafel", knowledge="methode")
    assert not add("tafel", kind=ItemKind.COLUMN, replace=True).is_story


@pytest.mark.parametrize(
    "values",
    [
        {"title": " "},
        {"title": "a\r\nBcc: b"},
        {"title": "t" * 201},
        {"summary": "s" * 501},
        {"url": "javascript:alert(1)"},
        {"url": "https://"},
        {"url": "https://[x"},
        {"url": "//lpb.example"},
        {"people": ["Anna\nBen"]},
        {"regions": ["Atlantis"]},
        {"regions": ["Bergen"]},
        {"language": "tlh"},
        {"partner": "nobody"},
        {"image": b"<svg/>"},
        {"body": "<div>" * 10_000},
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(
    session: Session, add: Add, values: dict[str, object]
) -> None:
    with pytest.raises(Exception, match=r"\.$"):
        add("tafel", **values)

    assert items_of(session, ["tafel"]) == {}


@pytest.mark.parametrize("slug", ["", "De tafel", "tafel/..", "t" * 61, "tafel\0"])
def test_a_slug_is_small_letters_digits_and_hyphens(add: Add, slug: str) -> None:
    with pytest.raises(Exception, match="slug of the piece"):
        add(slug)


def test_what_is_given_goes_before_what_the_file_says(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "tafel.md"
    path.write_text("---\ntitle: De tafel\nkind: method\nregions: Zwolle\n---\nSoep.")

    item = add_draft(session, settings, read_file(path), now=NOW)
    assert (item.slug, item.kind, item.regions) == ("tafel", "method", ["GM0193"])

    path.write_text("---\ntitle: De tafel\n---\nSoep.")
    item = add_draft(session, settings, read_file(path), replace=True, now=NOW)
    assert (item.kind, item.regions) == ("method", [])

    item = add_draft(
        session,
        settings,
        read_file(path),
        slug="andere",
        kind=ItemKind.THEORY,
        regions=["PV21"],
        now=NOW,
    )
    assert (item.slug, item.kind, item.regions) == ("andere", "theory", ["PV21"])


def test_an_unknown_piece_is_said_to_be_unknown(session: Session, add: Add) -> None:
    add("buurttafel")

    with pytest.raises(UnknownItem, match="mean 'buurttafel'"):
        find_item(session, "buurttafels")
    with pytest.raises(LibraryError, match="library list"):
        find_item(session, "\0")
    assert list(items_of(session, ["buurttafel", "geen"])) == ["buurttafel"]
