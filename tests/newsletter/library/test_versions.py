"""What a piece said before is kept, with who changed what, and can be said again."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.library.bodies import Format
from newsletter.library.errors import BadItem
from newsletter.library.models import VersionKind
from newsletter.library.search import find
from newsletter.library.versions import history, restore
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add
from tests.newsletter.pictures import picture

LATER = NOW + timedelta(hours=1)


def test_every_change_is_a_version_with_who_and_what(
    session: Session, settings: Settings, add: Add
) -> None:
    add("soep", title="Soep", by="anna@example.nl")
    add("soep", title="Soep", by="ben@example.nl", replace=True)  # nothing changed
    item = add(
        "soep",
        title="Soep en brood",
        themes=["eten"],
        by="ben@example.nl",
        replace=True,
        now=LATER,
    )

    assert [
        (one.version.version, one.version.kind, one.version.by, one.changed)
        for one in history(session, item)
    ] == [
        (2, VersionKind.CHANGED, "ben@example.nl", ("title", "themes")),
        (1, VersionKind.ADDED, "anna@example.nl", ()),
    ]
    assert history(session, item)[0].version.at == LATER


def test_a_version_can_be_restored_and_is_found_by_its_words_again(
    session: Session, settings: Settings, add: Add
) -> None:
    first = add("soep", body="<p>Met prei.</p>", image=picture(), image_alt="Pan")
    image = first.image
    item = add("soep", body="<p>Met pompoen.</p>", replace=True)
    assert find(session, "prei") == []

    restore(session, settings, item, 1, by="anna@example.nl", now=LATER)

    assert (item.body, item.image, item.image_alt) == ("<p>Met prei.</p>", image, "Pan")
    assert [one.slug for one in find(session, "prei")] == ["soep"]
    newest = history(session, item)[0].version
    assert (newest.version, newest.kind, newest.note) == (3, VersionKind.RESTORED, "1")
    restore(session, settings, item, 3, by="anna@example.nl", now=LATER)
    assert len(history(session, item)) == 3


def test_a_version_there_is_not_is_named(
    session: Session, settings: Settings, add: Add
) -> None:
    with pytest.raises(BadItem, match=r"'soep' has no version 7\. It has 1 to 1"):
        restore(session, settings, add("soep"), 7, by="anna@example.nl", now=NOW)


def test_a_picture_that_is_gone_is_left_out(
    session: Session, settings: Settings, add: Add
) -> None:
    item = add("soep", image=picture())
    item = add("soep", replace=True)
    for path in settings.media.iterdir():
        path.unlink()

    restore(session, settings, item, 1, by="anna@example.nl", now=NOW)

    assert item.image is None


def test_a_body_of_the_past_is_not_cleaned_away(
    session: Session, settings: Settings, add: Add
) -> None:
    item = add("soep", body="*Mooi*", format=Format.MARKDOWN)
    body = item.body
    add("soep", body="Anders", replace=True)

    restore(session, settings, item, 1, by="anna@example.nl", now=NOW)

    assert item.body == body
