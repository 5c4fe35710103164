"""What the dispatcher is given: no database of SQLAlchemy, no templates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from database.driver import Driver, open_driver
from newsletter.settings import Settings
from subscribers.tokens import Signer

Clock = Callable[[], datetime]  # aware UTC


@dataclass(frozen=True)
class Flight:
    """The installation and its clock, as a process that only sends needs them."""

    settings: Settings
    signer: Signer
    now: Clock

    def is_open(self) -> bool:
        """Whether mailings may be sent at this hour."""
        return self.settings.pace.is_open(self.now(), timezone=self.settings.timezone)

    def open_driver(self) -> Driver:
        """A connection for one thread."""
        return open_driver(self.settings.database_url)
