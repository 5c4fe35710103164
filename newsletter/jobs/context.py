"""What every piece of due work is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.session import Database
from newsletter.settings import Settings
from subscribers.tokens import Signer

Clock = Callable[[], datetime]  # aware UTC


@dataclass(frozen=True)
class Context:
    """The installation and its clock: work may last, so ``now`` is asked."""

    database: Database
    settings: Settings
    signer: Signer
    now: Clock


# Takes the context and the job's payload; opens and commits its own transactions.
# It may run twice (its worker can die after the work and before saying so).
JobFunction = Callable[[Context, dict[str, Any]], None]
