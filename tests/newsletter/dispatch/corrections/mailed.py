"""An issue that went out, and what is put right in it afterwards."""

from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.known import find_correction
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.corrections.send import correct
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.compose import find_issue
from subscribers.models import Subscriber
from tests.newsletter.dispatch.village import BY, Village, check_sums

TEXT = "Het was **donderdag**, niet dinsdag."


@dataclass
class Mailed(Village):
    """A village whose issue can be corrected."""

    def go_out(self) -> None:
        self.start()
        self.work()

    def correct(self, item: str = "soep", text: str = TEXT, **more: Any) -> int:
        values: dict[str, Any] = {"by": BY, "now": self.now, **more}
        return correct(self.database, self.settings, 42, item, text=text, **values)

    def correction(self, session: Session, number: int = 1) -> Correction:
        return find_correction(session, find_issue(session, 42), number)

    def corrected(self, number: int = 1) -> dict[str, EmailMessage]:
        """Who has the correction in the outbox, and their mail."""
        with self.database.read() as session:
            mailing_id = self.correction(session, number).mailing_id
        found: dict[str, EmailMessage] = {}
        for path in (self.settings.outbox / "42").glob(f"{mailing_id}-*.eml"):
            mail = message_from_string(path.read_text(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            name = mail["To"].addresses[0].username
            assert name not in found, "nobody twice"
            found[name] = mail
        return found

    def sums(self, number: int = 1) -> dict[str, Any]:
        """The receipt of a correction; its sums hold."""
        sums: dict[str, Any] = self.receipt()["corrections"][number - 1]
        check_sums(sums)
        return sums

    def became(self, name: str, state: DeliveryState) -> None:
        """What an event, or an answer, made of somebody's issue."""
        with self.database.write.begin() as session:
            whose = select(Subscriber.id).where(
                Subscriber.address == f"{name}@example.nl"
            )
            session.execute(
                update(Delivery)
                .where(Delivery.subscriber_id == whose.scalar_subquery())
                .values(state=state)
            )
