"""An approval counts for what was seen, and says what was changed since."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import compose
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from newsletter.library.stories import find_item
from newsletter.workflow.approval import Standing, approve, standing_of, withdraw
from newsletter.workflow.changes import changes
from newsletter.workflow.content import content_of
from newsletter.workflow.errors import NotApproved, NothingToWithdraw
from newsletter.workflow.gate import gate
from subscribers.models import Subscriber, SubscriptionState
from tests.conftest import NOW
from tests.factories import audit_lines
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.newsletter.outside_world import Web

BO, CHIEF = "bo@buurtwijs.example", "chief@buurtwijs.example"
BLOCKS = (
    {"kind": "foreword", "text": "Beste {naam}, welkom."},
    {"kind": "story", "story": "soep"},
    {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
)
EDITION = {"partner": "lpb", "foreword": "Beste wijkambtenaar,"}


@pytest.fixture
def issue(world: World) -> Issue:
    """Two versions and a partner's edition, for three readers."""
    world.reader("anna", roles=["wijkambtenaar"])
    world.reader("ben", partners=[world.lpb])
    world.reader("cleo")
    return world.issue(*BLOCKS, editions=[EDITION], preheader="Soep")


def standing(world: World, issue: Issue) -> Standing:
    return standing_of(world.session, world.settings, issue, now=NOW)


def say_yes(world: World, issue: Issue, *by: str) -> None:
    made = content_of(world.session, world.settings, issue, now=NOW)
    for who in by:
        approve(world.session, issue, made, by=who, now=NOW)


Act = Callable[[World, Issue], None]


def _change(block_id: str, **fields: object) -> Act:
    def act(world: World, issue: Issue) -> None:
        compose.change_block(
            world.session, world.settings, issue, block_id, fields, edit=Edit(NOW)
        )

    return act


def _take_out(world: World, issue: Issue) -> None:
    compose.remove_block(
        world.session, world.settings, issue, "story-2", edit=Edit(NOW)
    )


def _add(world: World, issue: Issue) -> None:
    new = {"kind": "text", "text": "Nieuw."}
    compose.add_block(world.session, world.settings, issue, new, edit=Edit(NOW))


def _move(world: World, issue: Issue) -> None:
    compose.move_block(
        world.session, world.settings, issue, "story-1", to="up", edit=Edit(NOW)
    )


def _edition(document: dict[str, object]) -> Act:
    def act(world: World, issue: Issue) -> None:
        compose.set_edition(
            world.session, world.settings, issue, document, edit=Edit(NOW)
        )

    return act


def _no_edition(world: World, issue: Issue) -> None:
    compose.remove_edition(world.session, world.settings, issue, "lpb", edit=Edit(NOW))


def _retitle(world: World, issue: Issue) -> None:
    find_item(world.session, "soep").title = "De soepketel"


def _sender(world: World, issue: Issue) -> None:
    world.mailing_list.sender.name = "Stichting Elders"


def _subject(world: World, issue: Issue) -> None:
    issue.subject = "Eindigen met een plan"


def _newcomer(world: World, issue: Issue) -> None:
    """The first reader who gets this combination of blocks."""
    world.reader("dirk", roles=["wijkambtenaar"], partners=[world.lpb])


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (_change("foreword-1", text="Dag."), ["Foreword “Dag.” was changed."]),
        (_retitle, ["Story “De soepketel” was changed."]),
        (_take_out, ["Story “Tussen balie en buurt” was taken out."]),
        (_add, ["Text “Nieuw.” was added."]),
        (_move, ["The order of the blocks was changed."]),
        (
            _change("story-2", story="balie"),
            ["Who sees Story “Tussen balie en buurt” was changed."],
        ),
        (
            _edition({**EDITION, "audience": ONLY_AMBTENAREN}),
            ["The audience of edition LPB was changed."],
        ),
        (
            _edition({**EDITION, "foreword": "Hallo"}),
            ["Foreword “Hallo” was changed in edition LPB."],
        ),
        (
            _edition({**EDITION, "subject": "Soep voor LPB"}),
            ["The subject was changed in edition LPB."],
        ),
        (_edition({"region": "PV21"}), ["Edition Fryslân was added."]),
        (_no_edition, ["Edition LPB was taken out."]),
        (_subject, ["The subject was changed."]),
        (_sender, ["The sender or the look was changed."]),
    ],
)
def test_a_change_voids_it_and_is_named(
    world: World, issue: Issue, act: Act, says: list[str]
) -> None:
    say_yes(world, issue, BO)
    assert standing(world, issue).given[0].stands

    act(world, issue)
    world.session.flush()

    [given] = standing(world, issue).given
    said = [change.say("en") for change in given.changes]
    assert [one for one in said if one in says] == says
    assert not given.stands
    for change in given.changes:
        assert change.name not in change.say("nl").split() or not change.name
        assert change.name in change.say("en", with_id=True)


def test_more_readers_are_drift_and_a_version_nobody_saw_voids_it(
    world: World, issue: Issue
) -> None:
    say_yes(world, issue, BO)

    world.reader("eva")
    drift = standing(world, issue).drift
    assert drift is not None
    assert (drift.by, drift.then, drift.now) == (BO, 3, 4)
    assert {one.say: (one.then, one.now) for one in drift.variants.values()} == {
        "alle anderen": (1, 2),
        "wijkambtenaar": (1, 1),
        "LPB: alle anderen": (1, 1),
    }

    _newcomer(world, issue)
    found = standing(world, issue)
    assert found.drift is None
    [said] = [change.say("en") for change in found.given[0].changes]
    assert said.startswith("There is a version nobody looked at: ")


def test_who_left_takes_nothing_from_what_was_seen(world: World, issue: Issue) -> None:
    _newcomer(world, issue)
    say_yes(world, issue, BO)
    made = standing(world, issue).made

    fewer = replace(made.content, variants=dict([*made.content.variants.items()][:1]))

    assert changes(made.content, fewer) == ()


def test_a_version_nobody_gets_any_more_is_drift_too(
    world: World, issue: Issue
) -> None:
    anna = world.session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert anna is not None
    say_yes(world, issue, BO)

    anna.subscriptions[0].state = SubscriptionState.ENDED
    world.session.flush()

    drift = standing(world, issue).drift
    assert drift is not None
    said = [(one.say, one.then, one.now) for one in drift.variants.values()]
    assert said[-1] == ("wijkambtenaar", 1, 0)


def test_of_an_approval_that_counted_no_versions_only_the_sum_is_said(
    world: World, issue: Issue
) -> None:
    say_yes(world, issue, BO)
    given = standing(world, issue).given[0].approval
    given.counts = {}

    drift = standing(world, issue).drift

    assert drift is not None
    assert (drift.then, drift.now, drift.variants) == (3, 3, {})


def test_it_stands_the_next_month(world: World, issue: Issue) -> None:
    say_yes(world, issue, BO)

    later = NOW.replace(month=12)

    found = standing_of(world.session, world.settings, issue, now=later)
    assert found.given[0].stands


@pytest.mark.parametrize(
    ("approved", "starter", "counted"),
    [
        ((), CHIEF, None),
        ((CHIEF,), CHIEF, None),
        ((BO,), CHIEF, BO),
        ((BO, BO), BO, None),
        ((BO, CHIEF), BO, CHIEF),
    ],
)
def test_only_other_people_open_the_gate(
    world: World,
    issue: Issue,
    approved: tuple[str, ...],
    starter: str,
    counted: str | None,
) -> None:
    settings = replace(world.settings, approvals=1)
    say_yes(world, issue, *approved)

    def start() -> None:
        gate(world.session, settings, issue, by=starter, now=NOW, fetch=Web(200))

    if counted:
        start()
        return
    with pytest.raises(NotApproved, match="1 other people must approve") as refused:
        start()
    assert refused.value.counted == []


def test_the_gate_says_whose_approval_counts_no_more_and_why(
    world: World, issue: Issue
) -> None:
    settings = replace(world.settings, approvals=2)
    say_yes(world, issue, BO, CHIEF)
    _subject(world, issue)
    world.session.flush()

    with pytest.raises(NotApproved) as refused:
        gate(world.session, settings, issue, by="x", now=NOW, fetch=Web(200))

    assert f"{BO} telt niet meer: Het onderwerp is veranderd." in str(refused.value)
    assert CHIEF in str(refused.value)


def test_it_can_be_taken_back_and_all_of_it_is_audited(
    session: Session, world: World, issue: Issue
) -> None:
    say_yes(world, issue, BO, BO)

    withdraw(session, issue, by=BO, now=NOW)

    assert standing(world, issue).given == ()
    with pytest.raises(NothingToWithdraw):
        withdraw(session, issue, by=BO, now=NOW)
    session.flush()
    lines = [(one.by, one.act, one.note) for one in audit_lines(session, "issue 42")]
    first, second = [line for line in lines if line[1] == "issue.approve"]
    assert first[0] == BO
    assert first[2].endswith("3 readers")
    assert second[2] == "withdrawn"
