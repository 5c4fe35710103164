"""``bounces read``, ``bounces fetch`` and ``events apply`` as a person types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from database.session import Database
from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.providers.smtp.verp import Verp
from tests.newsletter.dispatch.returns.reports import (
    come_in,
    delivery_id,
    report,
    state_of,
)
from tests.newsletter.dispatch.village import Village
from tests.newsletter.providers.bounces.mails import mail
from tests.stand_ins.imap import MailboxServer


@pytest.fixture
def village(sqlite_database: Database, tmp_path: Path) -> Village:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna", "ben", editions=())
    village.start()
    village.work()
    return village


def run(
    village: Village, *words: object, typed: bytes | None = None, **environment: str
) -> Result:
    door = Door(environment={**village.settings.environment, **environment})
    door.database = village.database  # it has compiled the statements already
    arguments = [str(word) for word in words]
    return CliRunner().invoke(main, arguments, obj=door, input=typed)


def to_anna(village: Village, name: str) -> bytes:
    key = village.settings.signing_keys()[0]
    delivery = delivery_id(village, "anna")
    return mail(name, to=Verp(key).address(delivery, domain="buurtwijs.example"))


@pytest.fixture
def folder(village: Village, tmp_path: Path) -> Path:
    """Three mails, one of them in a folder below."""
    folder = tmp_path / "bounces"
    (folder / "new").mkdir(parents=True)
    (folder / "a.eml").write_bytes(to_anna(village, "dsn-unknown-user"))
    (folder / "b.eml").write_bytes(to_anna(village, "away-nl"))
    (folder / "new" / "c").write_bytes(mail("arf-abuse", to="x@example.nl"))
    (folder / ".index").write_bytes(b"\0\0")
    return folder


def test_each_mail_is_one_line_of_json(village: Village, folder: Path) -> None:
    result = run(village, "bounces", "read", folder, "--json")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [bounce["kind"] for bounce in found] == ["hard", "auto_reply", "complaint"]
    assert found[0] == {
        "file": str(folder / "a.eml"),
        "kind": "hard",
        "address": "anna@example.nl",
        "status": "5.1.1",
        "diagnostic": "smtp; 550 5.1.1 <anna@example.nl>: user unknown",
        "delivery": delivery_id(village, "anna"),
    }
    assert found[2]["delivery"] is None


def test_reading_alone_changes_nothing(village: Village, folder: Path) -> None:
    result = run(village, "bounces", "read", folder)

    assert len(result.stdout.splitlines()) == 3
    assert state_of(village, "anna") == "accepted"


def test_applying_moves_the_delivery_as_often_as_one_likes(
    village: Village, folder: Path
) -> None:
    for _ in range(3):
        result = run(village, "bounces", "read", folder, "--apply")

        assert result.exit_code == 0
        assert [line.endswith("(applied)") for line in result.stdout.splitlines()] == [
            True,
            False,
            False,
        ]
        assert state_of(village, "anna") == "bounced"


def test_a_forged_bounce_is_read_and_not_acted_upon(village: Village) -> None:
    forged = mail(
        "dsn-unknown-user", to="bounce+1-1-aaaaaaaaaaaaaaaa@buurtwijs.example"
    )

    result = run(village, "bounces", "read", "-", "--apply", typed=forged)

    assert "hard" in result.stdout
    assert "applied" not in result.stdout
    assert state_of(village, "anna") == "accepted"


def test_a_mail_piped_in_by_the_mail_server(village: Village) -> None:
    piped = b"From MAILER-DAEMON  Fri Nov 20 09:30:00 2026\n" + to_anna(
        village, "dsn-mailbox-full"
    )

    result = run(village, "bounces", "read", "-", "--apply", "--json", typed=piped)

    found = json.loads(result.stdout)
    assert (found["file"], found["kind"]) == ("-", "soft")
    assert state_of(village, "anna") == "bounced"


def test_a_mailbox_file_holds_several(village: Village, tmp_path: Path) -> None:
    line = b"From MAILER-DAEMON Fri Nov 20 09:30:00 2026\n"
    names = ("dsn-unknown-user", "prose-qmail", "away-en")
    mbox = tmp_path / "bounces.mbox"
    mbox.write_bytes(
        b"\n".join(line + mail(name).replace(b"\r\n", b"\n") for name in names)
    )

    result = run(village, "bounces", "read", mbox, "--json")

    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines()]
    assert kinds == ["hard", "hard", "auto_reply"]


def test_a_hostile_file_is_named_and_the_others_are_read(
    village: Village, folder: Path
) -> None:
    (folder / "aa.bin").write_bytes(bytes(range(256)))

    result = run(village, "bounces", "read", folder, "--apply")

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 3
    assert "aa.bin is left out: it is not a mail" in result.stderr
    assert state_of(village, "anna") == "bounced"


def test_a_file_that_is_not_there_is_a_sentence(village: Village) -> None:
    result = run(village, "bounces", "read", "nowhere.eml")

    assert result.exit_code == 1
    assert "nowhere.eml" in result.stderr


def test_fetching_applies_what_is_in_the_mailbox(village: Village) -> None:
    mails = {1: to_anna(village, "arf-redacted"), 2: b"\0", 3: mail("away-en")}
    with MailboxServer(mails).running() as server:
        url = server.url()
        first = run(village, "bounces", "fetch", BUURTPOST_BOUNCE_MAILBOX_URL=url)
        again = run(village, "bounces", "fetch", BUURTPOST_BOUNCE_MAILBOX_URL=url)

    assert first.exit_code == 1
    assert "INBOX/2 is left out" in first.stderr
    assert state_of(village, "anna") == "complained"
    assert (again.exit_code, again.stdout) == (0, "")


def test_fetching_without_a_mailbox_says_which_setting(village: Village) -> None:
    result = run(village, "bounces", "fetch")

    assert result.exit_code == 1
    assert "BUURTPOST_BOUNCE_MAILBOX_URL is not set" in result.stderr


def test_events_are_applied_by_hand_too(village: Village) -> None:
    come_in(village, report(village, "ben", "delivered"))

    result = run(village, "events", "apply")

    assert result.stdout == "1 reports applied, 0 wait.\n"
    assert state_of(village, "ben") == "delivered"


def test_settling_with_nobody_in_doubt_is_refused(village: Village) -> None:
    for outcome in ("sent", "again", "leave"):
        result = run(village, "mailings", "settle", "42", "--outcome", outcome)
        assert result.exit_code == 1
        assert "Nobody is in doubt" in result.stderr

    assert run(village, "mailings", "settle", "42").exit_code == 2
    assert run(village, "mailings", "settle", "42", "--outcome", "x").exit_code == 2
