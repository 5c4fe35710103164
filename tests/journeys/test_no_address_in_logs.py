"""A whole run in which much goes wrong, and not one address in what was logged.

What servers and workers write to standard error is kept for weeks by whoever operates
them, and no erasure reaches it.
"""

import json
import re
import sqlite3
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from subscribers.tokens import Purpose, Signer
from tests.journeys.home import Home, free_port
from tests.stand_ins.smtp import Misbehaviour, SmtpStandIn

# Also as it stands in the address of a page.
ADDRESS = re.compile(r"[\w.+-]+(@|%40)[\w-]+\.[\w.-]+", re.I)
READERS = ("anna", "ben", "cleo", "dora")
KEY = "a key for this test"
ISSUE = {
    "number": 1,
    "list": "buurtwijs",
    "subject": "Aan tafel",
    "preheader": "Waarom een tafel meer doet dan een vergadering.",
    "language": "nl",
    "blocks": [{"kind": "text", "text": "Een tafel op de stoep."}],
}


def prepare(folder: Path, port: int, smtp: SmtpStandIn) -> Home:
    """A list, four readers and an issue whose mailing is to go out."""
    home = Home(
        folder,
        {
            "BUURTPOST_BASE_URL": f"http://127.0.0.1:{port}",
            "BUURTPOST_SECRET_KEY": KEY,
            "BUURTPOST_PROVIDER": "smtp",
            "BUURTPOST_SMTP_URL": smtp.url,
        },
    )
    rows = "".join(f"{name}@example.nl,{name.title()},Deventer\n" for name in READERS)
    (folder / "readers.csv").write_text(f"email,name,region\n{rows}anna,x,Atlantis\n")
    (folder / "1.json").write_text(json.dumps(ISSUE))
    home.run("db", "upgrade")
    home.run(
        *("lists", "add", "buurtwijs", "--name", "Buurtwijs"),
        *("--sender", "Stichting Buurtwijs", "--from", "post@buurt.example"),
        *("--postal-address", "Postbus 1, 3500 AA Utrecht"),
    )
    home.run(
        *("subscribers", "import", "readers.csv", "--list", "buurtwijs"),
        *("--proof", "Kaarten 2024"),
    )
    home.run("issues", "import", "1.json")
    home.run("mailings", "start", "1")
    return home


def trouble(address: str) -> str | None:
    """What the mail server says, with the address in it as they do."""
    if address.startswith("ben"):
        return f"550 5.1.1 <{address}>: no such user"
    return f"451 4.2.1 <{address}> is busy" if address.startswith("cleo") else None


def visit(port: int) -> None:
    """Everything a visitor types an address into, right and wrong."""
    signer = Signer((KEY.encode(),))
    links = {
        purpose: signer.sign(purpose, 1, seq)
        for seq, purpose in enumerate((Purpose.LEAVE, Purpose.PREFERENCES), start=1)
    }
    for email in ("eva@example.nl", "eva@gmial.com", "zoë@example.nl", "eva@", ""):
        ask(port, "/subscribe", {"email": email, "list": "buurtwijs"})
        ask(port, "/subscribe/embed", {"email": email, "region": "Atlantis"})
    for path in (
        "/nowhere/eva@example.nl",
        "/subscribe?email=eva%40example.nl",
        "/confirm/eva@example.nl",
        f"/preferences/{links[Purpose.PREFERENCES]}",
    ):
        ask(port, path)
    ask(port, "/confirm/" + signer.sign(Purpose.CONFIRM, 1), {})
    ask(port, f"/unsubscribe/{links[Purpose.LEAVE]}", {"email": "anna@example.nl"})
    ask(
        port,
        f"/preferences/{links[Purpose.PREFERENCES]}",
        {"do": "mail-link", "wish": "erase"},
    )
    ask(port, "/desk/sign-in", {"email": "eva@example.nl"})


def ask(port: int, path: str, fields: dict[str, str] | None = None) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        if fields is None:
            connection.request("GET", path)
        else:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(fields), form)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def test_no_address_is_in_the_log_of_a_whole_run(tmp_path: Path) -> None:
    port = free_port()
    with SmtpStandIn(Misbehaviour(at_rcpt=trouble, at_data=trouble)) as smtp:
        home = prepare(tmp_path, port, smtp)
        with home.serving(port):
            home.run("worker", "--once")
            visit(port)
            home.run("worker", "--once")
            # And a defect: the log tells of it at length.
            database = tmp_path / "home" / "buurtpost.sqlite"
            with closing(sqlite3.connect(database)) as broken, broken:
                broken.execute("ALTER TABLE signup_request RENAME TO elsewhere")
            assert ask(port, "/subscribe", {"email": "eva@example.nl"}) >= 500
            with closing(sqlite3.connect(database)) as broken, broken:
                broken.execute("ALTER TABLE elsewhere RENAME TO signup_request")
        home.run("subscribers", "forget", "anna@example.nl")
        home.run("retention", "run")
        home.run("worker", "--once")
        assert {one.recipient[:3] for one in smtp.accepted} >= {"ann", "dor", "eva"}

    log = "\n".join(home.log)
    assert "path=" in log, "the defect is in it"
    assert ADDRESS.findall(log) == []
    with closing(sqlite3.connect(database)) as rows:
        for column in ("payload", "error"):
            kept = rows.execute(f"SELECT {column} FROM job").fetchall()
            assert not any(ADDRESS.search(str(row[0])) for row in kept), column
        erased = rows.execute(
            "SELECT count(*) FROM subscriber WHERE address LIKE 'an%'"
        )
        assert erased.fetchone() == (0,)
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file() and "sqlite" not in file.name:
            assert not ADDRESS.search(file.read_text(errors="replace")), file
