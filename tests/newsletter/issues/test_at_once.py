"""Two editors at the same moment, in two sessions."""

import pytest
from sqlalchemy import update

from database.session import Database
from newsletter.issues import compose
from newsletter.issues.errors import ChangedMeanwhile
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.issues.world import World


def test_the_second_to_save_is_told_and_overwrites_nothing(
    database: Database, settings: Settings
) -> None:
    with database.write.begin() as session:
        World(session, settings).issue({"kind": "divider"})

    with database.read() as annas, database.read() as bens:
        seen_by_anna = compose.find_issue(annas, 42)
        seen_by_ben = compose.find_issue(bens, 42)
        versions = seen_by_anna.version, seen_by_ben.version
        bens.rollback()  # looking is over; the page is on the screen
        compose.set_headings(
            annas, seen_by_anna, subject="Anna", preheader="", edit=Edit(NOW)
        )
        annas.commit()

        with pytest.raises(ChangedMeanwhile):
            compose.set_headings(
                bens,
                seen_by_ben,
                subject="Ben",
                preheader="",
                edit=Edit(NOW, version=versions[1]),
            )
        bens.rollback()

        assert compose.find_issue(bens, 42).subject == "Anna"


def test_a_save_between_reading_and_writing_is_noticed(world: World) -> None:
    issue = world.issue({"kind": "divider"})
    # What another process' commit would have done meanwhile.
    world.session.execute(
        update(Issue)
        .values(version=Issue.version + 1)
        .execution_options(synchronize_session=False)
    )

    with pytest.raises(ChangedMeanwhile):
        compose.set_headings(
            world.session, issue, subject="Ben", preheader="", edit=Edit(NOW)
        )
