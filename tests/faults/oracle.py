"""What must be true whatever went wrong. One function; every fault ends in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from newsletter.dispatch.states import DeliveryState
from tests.faults import record
from tests.faults.record import Line

# A mail the provider took stands in one of these, and no other.
_MAY_BE_TAKEN = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.BOUNCED,
        DeliveryState.COMPLAINED,
        DeliveryState.IN_DOUBT,
    }
)
_MUST_BE_TAKEN = _MAY_BE_TAKEN - {DeliveryState.IN_DOUBT}


@dataclass(frozen=True)
class Verdict:
    """The figures of one mailing, beside what is wrong with it."""

    prepared: int
    accepted: int
    in_doubt: int
    in_doubt_taken: int  # of those, how many the stand-in took all the same
    lost: int
    doubled: int
    wrong: tuple[str, ...]


def judge(
    ledger: Mapping[str, DeliveryState],
    lines: Iterable[Line],
    *,
    most_in_doubt: int,
    left: Set[str] = frozenset(),
    again: Set[str] = frozenset(),
    is_over: bool = True,
) -> Verdict:
    """Compare the ledger with what the stand-in wrote down.

    ``most_in_doubt`` is what the kills may leave (connections x kills, times the size
    of a request); mails that were never answered come on top. ``left`` went before
    their claim; about ``again`` a person decided. ``is_over``: nobody may still wait.
    """
    lines = list(lines)
    taken = record.taken(lines)
    people = Counter(line.address for line in lines if line.taken)
    doubt = {one for one, state in ledger.items() if state is DeliveryState.IN_DOUBT}
    reached = {one for one, state in ledger.items() if state in _MUST_BE_TAKEN}
    lost = {one for one in reached if not taken[one]}
    if is_over:
        lost |= {one for one, state in ledger.items() if state in _ON_THE_WAY}
    doubled = {one for one, times in taken.items() if times > 1} - again
    may_be_taken = _MAY_BE_TAKEN if is_over else _MAY_BE_TAKEN | {DeliveryState.SENDING}
    allowed = most_in_doubt + len(record.unanswered(lines))
    wrong = {
        "mailed twice without a person's decision": doubled,
        "two mails to one address": {
            address for address, times in people.items() if times > 1 and not again
        },
        "counted as accepted, or still waiting at the end, and never taken": lost,
        "taken, and the ledger says otherwise": {
            one for one in taken if ledger.get(one) not in may_be_taken
        },
        "mailed after leaving": {one for one in left if taken[one]},
        f"in doubt, and only {allowed} may be": (
            doubt if len(doubt) > allowed else set()
        ),
    }
    return Verdict(
        prepared=len(ledger),
        accepted=len(reached),
        in_doubt=len(doubt),
        in_doubt_taken=sum(bool(taken[one]) for one in doubt),
        lost=len(lost),
        doubled=len(doubled),
        wrong=tuple(
            f"{what}: {sorted(who)[:10]} ({len(who)})"
            for what, who in wrong.items()
            if who
        ),
    )


_ON_THE_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
