"""A list, its sender and a partner, and files to take in."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from database.session import Database
from subscribers import senders
from subscribers.imports.intake import ImportReport, import_readers
from subscribers.lists import add_list
from subscribers.models import (
    ConsentRecord,
    PartnerConsent,
    Sender,
    Subscriber,
    Subscription,
    Suppression,
)
from subscribers.suppression import hash_of
from tests.conftest import NOW

PROOF = "Laposta, export of 1 November 2026"


@dataclass
class Intake:
    """Takes files into the list *wijs* and looks at what became of them."""

    database: Database
    folder: Path

    def take(
        self,
        content: str | bytes,
        *,
        proof: str | None = PROOF,
        mapping: dict[str, str] | None = None,
        dry_run: bool = False,
        into: str = "wijs",
    ) -> ImportReport:
        path = self.folder / "readers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_readers(
            self.database,
            path,
            mailing_list=into,
            proof=proof,
            mapping=mapping or {},
            dry_run=dry_run,
            now=NOW,
        )

    def reader(self, name: str) -> Subscriber | None:
        with self.database.read() as session:
            return session.scalar(
                select(Subscriber).where(Subscriber.address == f"{name}@example.nl")
            )

    def states(self) -> dict[str, str]:
        """The state of each subscription, by the name before the @."""
        with self.database.read() as session:
            query = select(Subscriber.address, Subscription.state).join(Subscription)
            return {
                address.split("@")[0]: state.value
                for address, state in session.execute(query)
            }

    def partners(self) -> dict[str, set[str]]:
        with self.database.read() as session:
            query = (
                select(Subscriber.address, Sender.slug)
                .join(PartnerConsent, PartnerConsent.subscriber_id == Subscriber.id)
                .join(Sender, Sender.id == PartnerConsent.sender_id)
            )
            found: dict[str, set[str]] = {}
            for address, slug in session.execute(query):
                found.setdefault(address.split("@")[0], set()).add(slug)
            return found

    def suppressions(self, *names: str) -> dict[str, str]:
        with self.database.read() as session:
            reasons = {
                name: session.get(Suppression, hash_of(session, f"{name}@example.nl"))
                for name in names
            }
            return {name: row.reason.value for name, row in reasons.items() if row}

    def ledger(self) -> list[tuple[str, str, str, str]]:
        """Who, what, for whom and on what proof, in order."""
        with self.database.read() as session:
            query = (
                select(
                    ConsentRecord.address,
                    ConsentRecord.act,
                    Sender.slug,
                    ConsentRecord.source,
                    ConsentRecord.proof,
                )
                .join(Sender, Sender.id == ConsentRecord.sender_id)
                .order_by(ConsentRecord.seq)
            )
            return [
                (address.split("@")[0], act.value, slug, f"{source}: {proof}")
                for address, act, slug, source, proof in session.execute(query)
            ]


def reasons(report: ImportReport) -> dict[int, str]:
    """Why each refused line was, by its number."""
    return {refusal.line: refusal.reason for refusal in report.refused}


def counts(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    """Rows, taken, updated, unchanged, quarantined, refused."""
    return (
        report.rows,
        report.taken,
        report.updated,
        report.unchanged,
        report.quarantined,
        len(report.refused),
    )


def prepare(database: Database, folder: Path) -> Intake:
    with database.write.begin() as session:
        for slug, name in [("wijs", "Buurtwijs"), ("elders", "Elders")]:
            add_list(
                session,
                slug=slug,
                name=name,
                sender=name,
                from_address="redactie@example.nl",
                postal_address="Postbus 1, Utrecht",
                now=NOW,
            )
        senders.add_sender(session, slug="lpb", name="LPB Netwerk", postal_address="")
        senders.add_sender(session, slug="movisie", name="Movisie", postal_address="")
    return Intake(database, folder)


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    return prepare(database, tmp_path)


@pytest.fixture
def sqlite_intake(sqlite_database: Database, tmp_path: Path) -> Intake:
    """The same on SQLite alone, where the file is what is tested."""
    return prepare(sqlite_database, tmp_path)
