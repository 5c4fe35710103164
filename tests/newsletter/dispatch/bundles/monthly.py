"""A village in which some want one mail a month, and a year that goes by."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from newsletter.dispatch import mailings
from newsletter.dispatch.bundles.known import find_bundle
from newsletter.dispatch.bundles.months import Month
from newsletter.dispatch.bundles.send import make_bundle
from newsletter.dispatch.receipt import planned_bundle, receipt
from newsletter.issues.compose import find_issue
from newsletter.issues.files import import_issue
from newsletter.worker import run_once
from subscribers.lists import find_list
from subscribers.models import Frequency
from tests.newsletter.dispatch.village import BLOCKS, BY, LPB, Village
from tests.newsletter.issues.world import World

NOVEMBER = Month(2026, 11)
DECEMBER = Month(2026, 12)


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


class Monthly(Village):
    """``build`` makes issue 42; everybody named in ``monthly`` gets the bundle."""

    def people(
        self,
        *names: str,
        monthly: tuple[str, ...] = (),
        friesian: tuple[str, ...] = (),
        lpb: tuple[str, ...] = (),
        also: Callable[[World], None] = lambda _world: None,
    ) -> None:
        """Two of ``names`` may be in the other groups as well."""

        def once_a_month(world: World) -> None:
            for name in monthly:
                world.reader(
                    name,
                    region="PV21" if name in friesian else None,
                    partners=[world.lpb] if name in lpb else (),
                ).frequency = Frequency.MONTHLY
            world.story("brood", "Brood op straat", regions=["GM0150"])
            also(world)

        self.build(*names, also=once_a_month)

    def mail(self, number: int, on: datetime, **more: Any) -> None:
        """An issue, to whoever gets every one."""
        self.now = on
        if number != 42:
            document = {
                "number": number,
                "list": "buurtwijs",
                "subject": f"Nummer {number}",
                "blocks": list(BLOCKS),
                "editions": [LPB],
                **more,
            }
            with self.database.write.begin() as session:
                import_issue(session, self.settings, document, now=on)
        mailings.start_now_or_at(
            self.database, self.settings, number, by=BY, at=None, now=on
        )
        run_once(self.context)

    def make(self, month: Month = NOVEMBER, *, on: datetime | None = None) -> str:
        self.now = on or month.after.begins(UTC)
        with self.database.read() as session:
            list_id = find_list(session, "buurtwijs").id
        return make_bundle(
            self.database, self.settings, list_id, month, by=BY, now=self.now
        )

    def sent(self, number: str = "2026-11") -> dict[str, str]:
        """Who got the bundle, and its text as one line; the worker does it first."""
        run_once(self.context)
        return {
            name: " ".join(text.split()) for name, text in self.outbox(number).items()
        }

    def sums(self, number: str = "2026-11") -> dict[str, Any]:
        with self.database.read() as session:
            return receipt(session, find_bundle(session, number))

    def plan(self, number: str = "2026-11") -> dict[str, Any]:
        with self.database.read() as session:
            return planned_bundle(session, self.settings, number, now=self.now)

    def called_off(self, number: int) -> None:
        with self.database.write.begin() as session:
            issue = find_issue(session, number)
            mailings.cancel(session, issue, by=BY, now=self.now)
