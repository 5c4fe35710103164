"""A mailing in the making: an issue with two editions, its readers, and a worker."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch import mailings
from newsletter.dispatch.flight.recovery import recover
from newsletter.dispatch.receipt import receipt
from newsletter.dispatch.sending import flight_of
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.jobs.context import Context
from newsletter.settings import Settings, read_settings
from newsletter.worker import run_once
from subscribers.models import ConsentHead, Subscriber, SubscriptionState
from subscribers.tokens import Signer
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_FRYSLAN, World

BY = "operator"
BLOCKS = (
    {"kind": "foreword", "id": "hello", "text": "Beste {naam}, welkom."},
    {"kind": "story", "id": "soep", "story": "soep"},
    {"kind": "story", "id": "balie", "story": "balie", "only": ONLY_FRYSLAN},
)
LPB = {"partner": "lpb", "audience": {"partner": "lpb"}}


@dataclass
class Village:
    """Everything a mailing needs, on one database; the clock goes when told to."""

    database: Database
    home: Path
    settings: Settings = field(init=False)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.settings = self.with_settings()
        self.settings.make_home()

    def with_settings(self, **environment: str) -> Settings:
        url = self.database.engine.url.render_as_string(hide_password=False)
        self.settings = read_settings(
            {
                "BUURTPOST_HOME": str(self.home),
                "BUURTPOST_DATABASE_URL": url,
                "BUURTPOST_CHUNK": "3",
                **environment,
            }
        )
        return self.settings

    @property
    def context(self) -> Context:
        return Context(
            self.database,
            self.settings,
            Signer(self.settings.signing_keys()),
            lambda: self.now,
        )

    def build(
        self,
        *names: str,
        friesian: tuple[str, ...] = (),
        lpb: tuple[str, ...] = (),
        also: Callable[[World], None] = lambda _world: None,
        blocks: tuple[dict[str, Any], ...] = BLOCKS,
        editions: tuple[dict[str, Any], ...] = (LPB,),
    ) -> None:
        """Issue 42 and its confirmed readers."""
        with self.database.write.begin() as session:
            world = World(session, self.settings)
            for name in (*names, *friesian, *lpb):
                world.reader(
                    name,
                    region="PV21" if name in friesian else None,
                    partners=[world.lpb] if name in lpb else (),
                )
            also(world)
            # The world writes lines of consent by hand; new ones come after them.
            session.get_one(ConsentHead, world.mailing_list.id).seq = 10_000
            world.issue(*blocks, editions=editions)

    def start(self, **more: Any) -> int:
        values: dict[str, Any] = {"by": BY, "at": None, "now": self.now, **more}
        return mailings.start_now_or_at(self.database, self.settings, 42, **values)

    def work(self, *, later: timedelta | None = None) -> None:
        self.now += later or timedelta()
        run_once(self.context)

    def recover(self) -> int:
        """What another worker does that comes by."""
        flight = flight_of(self.context)
        with closing(flight.open_driver()) as driver:
            return recover(flight, driver)

    def act(self, what: Callable[[Session, Issue], Any]) -> Any:
        with self.database.write.begin() as session:
            return what(session, find_issue(session, 42))

    def pause(self) -> None:
        self.act(lambda s, i: mailings.pause(s, i, by=BY, now=self.now))

    def resume(self) -> None:
        self.act(lambda s, i: mailings.resume(s, self.settings, i, by=BY, now=self.now))

    def cancel(self) -> None:
        self.act(lambda s, i: mailings.cancel(s, i, by=BY, now=self.now))

    def retry(self) -> int:
        """How many are tried again."""
        tried: int = self.act(lambda s, i: mailings.retry(s, i, by=BY, now=self.now))
        return tried

    def receipt(self, *, now: datetime | None = None) -> dict[str, Any]:
        """With ``now`` it also says why a mailing that is being sent waits."""
        with self.database.read() as session:
            return receipt(session, find_issue(session, 42), now=now)

    def change(self, name: str, change: Callable[[Session, Subscriber], None]) -> None:
        with self.database.write.begin() as session:
            found = session.query(Subscriber).filter_by(address=f"{name}@example.nl")
            change(session, found.one())

    def outbox(self, folder: str = "42") -> dict[str, str]:
        """Who got a mail, and its text."""
        mails = {}
        for path in sorted((self.settings.outbox / folder).glob("*.eml")):
            text = path.read_text()
            to = next(line for line in text.splitlines() if line.startswith("To: "))
            address = to.removeprefix("To: ").rpartition("<")[2].rstrip(">")
            assert address not in mails, "nobody twice"
            mails[address.partition("@")[0]] = text
        return mails


def end(session: Session, subscriber: Subscriber) -> None:
    (subscription,) = subscriber.subscriptions
    subscription.state = SubscriptionState.ENDED


def check_sums(document: dict[str, Any]) -> None:
    """What holds at every moment anybody looks."""
    states = (
        *("waiting", "sending", "accepted", "delivered", "bounced", "complained"),
        *("refused", "cancelled", "in_doubt"),
    )
    for part in (document, *document["editions"].values()):
        assert part["candidates"] == sum(part["excluded"].values()) + part["prepared"]
        assert part["prepared"] == sum(part[state] for state in states)
    for name in ("candidates", "prepared", *states):
        assert document[name] == sum(e[name] for e in document["editions"].values())
