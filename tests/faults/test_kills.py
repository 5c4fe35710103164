"""kill -9 at random: nobody lost, nobody doubled, at most one in doubt a connection.

A kill proves claims, leases and the journal, not fsync: the kernel keeps what the
process wrote.
"""

from collections.abc import Callable

import pytest

from tests.faults.conftest import Fresh
from tests.faults.crew import Victim
from tests.faults.rounds import Cell, Figures, endure

# A dozen kills in CI, three for each of these; `make crash` has all of them, longer.
IN_CI = (
    Cell("sqlite", "smtp", connections=1, workers=1),
    Cell("postgresql", "smtp", connections=4, workers=2),
    Cell("postgresql", "sendgrid", connections=1, workers=1),
    Cell("sqlite", "smtp", connections=4, workers=1, victim=Victim.DISPATCHER),
)
ALL = tuple(
    Cell(backend, provider, connections, workers, victim)
    for backend in ("sqlite", "postgresql")
    for provider, connections, workers, victim in (
        ("smtp", 1, 1, Victim.WHOLE),
        ("smtp", 4, 1, Victim.WHOLE),
        ("smtp", 1, 2, Victim.WHOLE),
        ("smtp", 4, 2, Victim.WHOLE),
        ("smtp", 4, 1, Victim.DISPATCHER),
        ("smtp", 4, 2, Victim.WORKER),
        ("sendgrid", 1, 1, Victim.WHOLE),
        ("sendgrid", 2, 2, Victim.WHOLE),
    )
)


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(
            cell, id=str(cell), marks=() if cell in IN_CI else pytest.mark.long
        )
        for cell in ALL
    ],
)
def test_killed_again_and_again(
    cell: Cell, fresh: Fresh, kills: int, seed: int, keep: Callable[[Figures], None]
) -> None:
    figures = endure(cell, fresh, kills=kills, seed=seed)

    keep(figures)
    assert figures.wrong == (), f"seed {seed}"
    assert figures.kills == kills
    assert figures.reads > 0
