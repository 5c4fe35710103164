"""Who would be mailed stands beside the tables it follows from, and follows them."""

import random
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from database.session import Database
from subscribers import moving, preferences, readers, subscriptions, suppression
from subscribers.models import (
    ConsentRecord,
    MailingList,
    Reader,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.segments.audience import EXCLUSIONS
from tests.at_once import both_at_once
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_partner_sender, a_reader, a_sign_up

TODAY = NOW.date()
PEOPLE = [f"{name}@example.nl" for name in ("anna", "ben", "cleo", "dora", "els")]
Row = tuple[object, ...]

COLUMNS = Reader.__table__.columns


def held(session: Session) -> set[Row]:
    return {tuple(row) for row in session.execute(select(*COLUMNS))}


def source_of(name: str) -> ColumnElement[object]:
    source = Subscription if hasattr(Subscription, name) else Subscriber
    column: ColumnElement[object] = getattr(source, name)
    return column


def true(session: Session) -> set[Row]:
    """The same, worked out from the four tables by the reasons a freeze goes by."""
    rows: set[Row] = set()
    for mailing_list in session.scalars(select(MailingList)):
        reasons = [
            reason(mailing_list.id, TODAY)
            for name, reason in EXCLUSIONS
            if name in {"suppressed", "ended", "quarantined", "pending", "no_consent"}
        ]
        query = (
            select(*(source_of(column.name) for column in COLUMNS))
            .select_from(Subscriber)
            .join(Subscription)
            .where(
                Subscription.list_id == mailing_list.id,
                *(~reason for reason in reasons),
            )
        )
        rows |= {tuple(row) for row in session.execute(query)}
    return rows


class History:
    """What may happen to people, each drawn by chance."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session = session
        self.chance = chance
        self.lists = [a_list(session, "buurtwijs"), a_list(session, "elders")]
        self.partner = a_partner_sender(session)
        self.waiting: list[int] = []

    def step(self) -> str:
        happens: Callable[[], object] = self.chance.choice(
            [
                *[self.signs_up, self.confirms] * 8,
                *[self.is_let_back] * 2,
                self.changes_details,
                self.rests,
                self.chooses_how_often,
                self.chooses_an_edition,
                self.leaves_a_list,
                self.is_suppressed,
                self.is_quarantined,
                self.is_forgotten,
                self.moves,
                self.loses_a_consent,
                self.all_of_a_town_move,
            ]
        )
        happens()
        self.session.flush()
        return happens.__name__

    def someone(self) -> Subscriber | None:
        return self.session.scalar(
            select(Subscriber).where(Subscriber.address == self.chance.choice(PEOPLE))
        )

    def subscription(self) -> Subscription | None:
        known = self.session.scalars(select(Subscription)).all()
        return self.chance.choice(known) if known else None

    def signs_up(self) -> None:
        self.waiting.append(
            a_sign_up(
                self.session,
                self.chance.choice(self.lists),
                self.chance.choice(PEOPLE),
                region_code=self.chance.choice([None, "GM0193", "GM0080"]),
                role_mask=self.chance.choice([0, 1, 6]),
                partners=self.chance.choice([[], [self.partner]]),
            )
        )

    def confirms(self) -> None:
        if self.waiting:
            later = NOW + timedelta(minutes=self.chance.randrange(1000))
            subscriptions.confirm(
                self.session, self.chance.choice(self.waiting), now=later
            )

    def changes_details(self) -> None:
        if reader := self.someone():
            preferences.change_details(
                self.session,
                reader,
                name="Iemand",
                region=self.chance.choice([None, "Zwolle", "Leeuwarden"]),
                role_names=self.chance.choice([[], ["bewoner"]]),
                language=self.chance.choice([None, "nl", "en"]),
            )

    def rests(self) -> None:
        if reader := self.someone():
            until = self.chance.choice([None, TODAY + timedelta(days=9)])
            preferences.pause(self.session, reader, until=until, today=TODAY)

    def chooses_how_often(self) -> None:
        if reader := self.someone():
            often = self.chance.choice(["every", "monthly"])
            preferences.choose_frequency(self.session, reader, often)

    def chooses_an_edition(self) -> None:
        if subscription := self.subscription():
            subscription.edition_sender_id = self.chance.choice([None, self.partner.id])

    def leaves_a_list(self) -> None:
        if subscription := self.subscription():
            subscriptions.end(self.session, subscription, source="test", now=NOW)

    def is_suppressed(self) -> None:
        suppression.suppress(
            self.session,
            address=self.chance.choice(PEOPLE),
            reason=SuppressionReason.LEFT,
            now=NOW,
        )

    def is_let_back(self) -> None:
        address = self.chance.choice(PEOPLE)
        if suppression.reason_for(
            self.session, suppression.hash_of(self.session, address)
        ):
            suppression.lift(self.session, address=address, why="asked us to")

    def is_quarantined(self) -> None:
        if subscription := self.subscription():
            subscription.state = SubscriptionState.QUARANTINED

    def is_forgotten(self) -> None:
        if reader := self.someone():
            self.session.execute(delete(Subscriber).where(Subscriber.id == reader.id))
            self.session.expire_all()
            self.waiting = []

    def moves(self) -> None:
        if reader := self.someone():
            asked = moving.request(
                self.session,
                reader,
                address=self.chance.choice(PEOPLE),
                language="nl",
                now=NOW,
            )
            if asked is not None:
                subscriptions.confirm(self.session, asked.id, now=NOW)
                moving.finish(self.session, asked, now=NOW)
                self.waiting = []

    def loses_a_consent(self) -> None:
        known = self.session.scalars(select(ConsentRecord.id)).all()
        if known:
            self.session.execute(
                update(ConsentRecord)
                .where(ConsentRecord.id == self.chance.choice(known))
                .values(subscriber_id=None)
            )

    def all_of_a_town_move(self) -> None:
        self.session.execute(
            update(Subscriber)
            .where(Subscriber.region_code == "GM0080")
            .values(region_code="GM0193")
        )


def test_whatever_happens_the_table_of_readers_is_what_follows_from_it(
    session: Session,
) -> None:
    history = History(session, random.Random(1914))

    happened = []
    most = 0
    for _ in range(250):
        happened.append(history.step())
        found = held(session)
        most = max(most, len(found))
        assert found == true(session), happened[-5:]

    assert most > 3  # or it was never about anybody


def test_it_can_be_written_anew(session: Session) -> None:
    history = History(session, random.Random(8))
    for _ in range(60):
        history.step()
    before = held(session)
    session.execute(delete(Reader))

    readers.rebuild(session.connection())

    assert before
    assert held(session) == before


def test_who_confirms_in_the_instant_they_are_suppressed_is_out_by_the_morning(
    database: Database,
) -> None:
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_reader(session, mailing_list, BEN)
        request = a_sign_up(session, mailing_list, ANNA)

    def suppress(session: Session) -> None:
        suppression.suppress(
            session, address=ANNA, reason=SuppressionReason.BOUNCED, now=NOW
        )

    both_at_once(
        database,
        suppress,
        lambda session: subscriptions.confirm(session, request, now=NOW),
    )

    with database.write.begin() as session:
        readers.take_out_suppressed(session)
    with database.read() as session:
        assert held(session) == true(session)
        assert len(held(session)) == 1
