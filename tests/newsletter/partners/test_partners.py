"""Partners: added whole or not at all."""

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.partners.partners import (
    PartnerExists,
    UnknownPartner,
    add_partner,
    all_partners,
    find_partner,
)
from newsletter.settings import Settings, read_settings
from subscribers.models import Sender
from tests.conftest import NOW
from tests.newsletter.pictures import picture


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    return settings


def add_lpb(session: Session, settings: Settings, **changes: object) -> None:
    values: dict[str, object] = {
        "slug": "lpb",
        "name": "LPB",
        "logo": picture(),
        "colour": "#0B5C85",
    }
    add_partner(session, settings, **{**values, **changes}, now=NOW)  # type: ignore[arg-type]


def test_a_partner_is_also_a_sender_one_can_consent_to(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(picture(1200, 400))

    add_lpb(session, settings, logo=logo, from_address="Post@LPB.example")

    partner = find_partner(session, "lpb")
    assert partner.sender.slug == "lpb"
    assert partner.sender.postal_address == ""
    assert partner.colour == "#0b5c85"
    assert partner.from_address == "post@lpb.example"
    assert (partner.logo_width, partner.logo_height) == (600, 200)
    assert (settings.media / partner.logo).is_file()


def test_a_sender_that_is_there_becomes_the_partners(
    session: Session, settings: Settings
) -> None:
    session.add(
        Sender(slug="lpb", name="Landelijk", postal_address="Postbus 1, Zwolle")
    )

    add_lpb(session, settings)

    assert find_partner(session, "lpb").sender.postal_address == "Postbus 1, Zwolle"
    assert len(session.scalars(select(Sender)).all()) == 1


def test_a_colour_that_is_hard_to_read_stays_the_partners_own(
    session: Session, settings: Settings
) -> None:
    add_lpb(session, settings, colour="#ffcc00")

    assert find_partner(session, "lpb").colour == "#ffcc00"


def test_a_second_partner_of_the_same_slug_is_refused(
    session: Session, settings: Settings
) -> None:
    add_lpb(session, settings)

    with pytest.raises(PartnerExists, match="'lpb' already"):
        add_lpb(session, settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "LPB!"},
        {"slug": ""},
        {"slug": "base"},  # an edition is called so already
        {"name": "  "},
        {"name": "LPB\r\nBcc: x@example.org"},
        {"name": "n" * 81},
        {"colour": "blue"},
        {"logo": b"<svg/>"},
        {"from_address": "not an address"},
    ],
)
def test_what_is_wrong_with_a_partner_changes_nothing(
    session: Session, settings: Settings, changes: dict[str, object]
) -> None:
    with pytest.raises(Exception, match=r"\.$"):
        add_lpb(session, settings, **changes)

    assert all_partners(session) == []
    assert session.scalars(select(Sender)).all() == []


def test_an_unknown_partner_names_the_known_ones(
    session: Session, settings: Settings
) -> None:
    with pytest.raises(UnknownPartner, match="none yet"):
        find_partner(session, "lpb\0")

    add_lpb(session, settings)

    with pytest.raises(UnknownPartner, match="Known are: lpb"):
        find_partner(session, "movisie")


def test_a_home_without_media_folder_is_repaired(
    session: Session, settings: Settings
) -> None:
    settings.media.rmdir()
    changed = dataclasses.replace(settings, base_url="https://post.example.nl")

    add_lpb(session, changed)

    assert len(list(settings.media.iterdir())) == 1
