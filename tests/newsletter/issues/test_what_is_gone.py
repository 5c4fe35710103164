"""A rule or an edition that names what is not there any more."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from newsletter.issues import compose
from newsletter.issues.errors import BadBlock
from newsletter.issues.history import Edit
from newsletter.partners.models import Partner
from newsletter.preflight import check_issue
from subscribers.models import Role, Sender
from tests.conftest import NOW
from tests.newsletter.issues.world import World

SOEP = {"kind": "story", "story": "soep"}
RULED = {"kind": "text", "text": "Dag."}


def without_role(world: World) -> None:
    world.session.execute(delete(Role).where(Role.slug == "wijkambtenaar"))


def without_partner(world: World) -> None:
    sender = world.lpb.sender_id
    world.session.execute(delete(Partner).where(Partner.slug == "lpb"))
    world.session.execute(delete(Sender).where(Sender.id == sender))
    world.session.expire_all()


Gone = Callable[[World], None]


@pytest.mark.parametrize(
    ("rule", "goes", "named"),
    [
        ({"role": "wijkambtenaar"}, without_role, "no role 'wijkambtenaar'"),
        ({"not": {"role": "wijkambtenaar"}}, without_role, "no role 'wijkambtenaar'"),
        ({"partner": "lpb"}, without_partner, "no partner 'lpb'"),
    ],
)
def test_it_stops_the_mailing_by_name_and_no_work_on_other_blocks(
    world: World, rule: dict[str, Any], goes: Gone, named: str
) -> None:
    world.session.delete(
        compose.Resolving.of(world.session, world.settings, language="nl").item("balie")
    )
    issue = world.issue(SOEP, {**RULED, "only": rule})
    here = (world.session, world.settings, issue)
    goes(world)

    compose.move_block(*here, "text-1", to="up", edit=Edit(NOW))
    compose.change_block(*here, "story-1", {**SOEP, "size": "feature"}, edit=Edit(NOW))
    findings = check_issue(world.session, world.settings, issue, now=NOW)

    (found,) = [one for one in findings.blocking if one.check == "gone"]
    assert found.block == "text-1"
    assert named in found.message
    with pytest.raises(BadBlock, match="text-2: only: There is no"):
        compose.add_block(*here, {**RULED, "only": rule}, edit=Edit(NOW))


def test_an_edition_for_a_partner_that_is_gone_can_be_taken_away(world: World) -> None:
    world.session.delete(
        compose.Resolving.of(world.session, world.settings, language="nl").item("balie")
    )
    issue = world.issue(SOEP, editions=[{"partner": "lpb", "foreword": "Dag"}])
    here = (world.session, world.settings, issue)
    without_partner(world)

    findings = check_issue(world.session, world.settings, issue, now=NOW)
    assert "Editie lpb" in " ".join(one.message for one in findings.blocking)
    compose.move_block(*here, "story-1", to="down", edit=Edit(NOW))
    compose.remove_edition(*here, "lpb", edit=Edit(NOW))

    assert issue.editions == []
    after = check_issue(world.session, world.settings, issue, now=NOW)
    assert [one for one in after.blocking if one.check == "gone"] == []
