"""An import killed at any moment is started again: nobody twice, nobody missing."""

import subprocess
import sys
import time

from sqlalchemy import func, select

from database.session import Database
from subscribers import verification
from subscribers.models import ConsentRecord, Subscriber, Subscription
from tests.subscribers.imports.conftest import PROOF, Intake

READERS = 1_200
# The command in batches of forty, so that there is much to be killed between.
IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from database.session import open_database
from subscribers.imports import intake
intake.BATCH_ROWS = 40
intake.import_readers(
    open_database(sys.argv[1]), Path(sys.argv[2]), mailing_list="wijs",
    proof=sys.argv[3], mapping={}, dry_run=False, now=datetime.now(UTC),
)
"""


def count(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_after_a_kill_the_rest_is_taken_and_nobody_twice(intake: Intake) -> None:
    file = intake.folder / "many.csv"
    lines = [f"reader{number}@example.nl,lpb" for number in range(READERS)]
    file.write_text("\n".join(["email,partners", *lines]))
    url = intake.database.engine.url.render_as_string(hide_password=False)
    running = subprocess.Popen([sys.executable, "-c", IMPORT, url, file, PROOF])
    while count(intake.database, Subscriber) < 80:
        assert running.poll() is None
        time.sleep(0.005)
    running.kill()  # SIGKILL: it cannot be caught
    running.wait()

    report = intake.take(file.read_bytes())

    assert (report.rows, report.taken, report.updated) == (READERS, READERS, 0)
    assert 80 <= report.unchanged < READERS
    assert count(intake.database, Subscriber) == READERS
    assert count(intake.database, Subscription) == READERS
    assert count(intake.database, ConsentRecord) == 2 * READERS
    with intake.database.read() as session:
        assert verification.verify(session) == []
