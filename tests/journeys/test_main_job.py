"""The main job, end to end: two stories, 2,500 readers, two providers, everyone leaves.

Runs the installed command for the first issue and processes of their own for the rest,
against a real SMTP server and a SendGrid stand-in on loopback, with the real web server
behind the links.
"""

import email
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parseaddr
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from newsletter.demo.pictures import PICTURES
from tests.journeys.home import Home, free_port
from tests.journeys.village import Person, people, write_csv
from tests.stand_ins.sendgrid import Mail as SendGridMail
from tests.stand_ins.sendgrid import SendGridStandIn
from tests.stand_ins.smtp import SmtpStandIn

STORY = """De brug die niemand wilde

Drie jaar stond de brug op de agenda. Niemand wilde hem, tot we er gingen staan.

Op een zaterdag zetten we twee stoelen op de kade en vroegen wie er langs moest.
Na een middag wisten we meer dan na drie jaar vergaderen.
"""
PARTNER_STORY = """Een dag mee met de wijkambtenaar

Om acht uur staat ze al bij de school. Niet om te praten, maar om te kijken.

Tussen de middag belt ze terug. Alles wat ze belooft, schrijft ze op haar hand.
"""
KNOWLEDGE = """Kijken voor je praat

Wie eerst kijkt waar mensen vanzelf komen, kiest betere plekken om iets te vragen.
"""
WHY = "Twee stoelen op de kade doen precies wat dit onderzoek aanraadt."
MARKS = {  # the words that show a ruled block was in the mail
    "for-wijkambtenaren": "Dit stukje is alleen voor wijkambtenaren",
    "for-fryslan": "Dit stukje is alleen voor Fryslân",
}
FOREWORDS = {
    "base": "Dit is het voorwoord voor iedereen",
    "lpb": "Dit is het voorwoord voor LPB",
}


@dataclass(frozen=True)
class Mail:
    """What one person received, whoever carried it."""

    address: str
    text: str
    html: str
    one_click: str


def issue(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "list": "buurtwijs",
        "subject": f"Nummer {number}: eerst kijken",
        "preheader": "Twee stoelen op de kade, en wat we daar al over wisten.",
        "language": "nl",
        "blocks": [
            {"kind": "foreword", "text": f"Beste {{naam}},\n\n{FOREWORDS['base']}."},
            {"kind": "story", "story": "brug", "size": "feature"},
            {"kind": "knowledge", "story": "brug"},
            {"kind": "story", "story": "dag-mee"},
            {
                "kind": "text",
                "id": "for-wijkambtenaren",
                "text": MARKS["for-wijkambtenaren"],
                "only": {"role": "wijkambtenaar"},
            },
            {
                "kind": "text",
                "id": "for-fryslan",
                "text": MARKS["for-fryslan"],
                "only": {"region": "PV21"},
            },
        ],
        "editions": [
            {
                "partner": "lpb",
                "audience": {"partner": "lpb"},
                "foreword": f"Beste {{naam}},\n\n{FOREWORDS['lpb']}.",
            }
        ],
    }


def prepare(home: Home, everyone: list[Person]) -> None:
    """Everything up to the first issue, by the commands an editor would type."""
    folder = home.folder
    (folder / "lpb.png").write_bytes(PICTURES["lpb.png"]())
    (folder / "brug.txt").write_text(STORY)
    (folder / "dag-mee.txt").write_text(PARTNER_STORY)
    (folder / "kijken.txt").write_text(KNOWLEDGE)
    write_csv(folder / "lezers.csv", everyone)

    home.run("db", "upgrade")
    home.run(
        *("lists", "add", "buurtwijs", "--name", "Buurtwijs"),
        *("--sender", "Stichting Buurtwijs", "--from", "redactie@buurt.example"),
        *("--postal-address", "Postbus 1, 3500 AA Utrecht"),
    )
    home.run(
        *("partners", "add", "lpb", "--name", "LPB"),
        *("--logo", "lpb.png", "--colour", "#0b5c85"),
    )
    home.run("library", "add", "brug.txt")
    home.run("library", "add", "dag-mee.txt", "--partner", "lpb")
    home.run("library", "add", "kijken.txt", "--kind", "research")
    home.run(
        *("library", "link", "brug", "kijken"),
        *("--relation", "illustrates", "--why", WHY),
    )
    report = home.json(
        *("subscribers", "import", "lezers.csv", "--list", "buurtwijs"),
        *("--proof", "Inschrijfkaarten 2024, map 3"),
    )
    assert report["rows"] == len(everyone)
    assert report["refused"] == []


def start(home: Home, number: int, **provider: str) -> dict[str, Any]:
    """Import, start and mail an issue; the receipt."""
    path = home.folder / f"{number}.json"
    path.write_text(json.dumps(issue(number)))
    home.run("issues", "import", str(path))
    home.run("mailings", "start", str(number), **provider)
    home.run("worker", "--once", **provider)
    receipt: dict[str, Any] = home.json("mailings", "receipt", str(number))
    return receipt


def assert_sums_hold(receipt: dict[str, Any], everyone: list[Person]) -> None:
    assert receipt["candidates"] == len(everyone)
    assert receipt["candidates"] == (
        sum(receipt["excluded"].values()) + receipt["prepared"]
    )
    assert receipt["prepared"] == sum(
        receipt[state]
        for state in (
            *("waiting", "sending", "accepted", "delivered", "bounced"),
            *("complained", "refused", "cancelled", "in_doubt"),
        )
    )


def assert_everyone_got_theirs(mails: list[Mail], everyone: list[Person]) -> None:
    """Every mailable reader exactly one mail, the right variant; nobody else any."""
    received = Counter(mail.address for mail in mails)
    assert received == Counter(person.address for person in everyone if person.mailable)
    by_address = {person.address: person for person in everyone}
    for mail in mails:
        person = by_address[mail.address]
        for body in (mail.text, mail.html):
            shown = {name for name, words in MARKS.items() if words in body}
            assert shown == person.sees, person
            assert FOREWORDS[person.edition] in body, person
            assert "De brug die niemand wilde" in body
            assert "Een dag mee met de wijkambtenaar" in body
            assert f"Beste {person.name or 'lezer'}," in body, person
        assert WHY in " ".join(mail.text.split())
        other = "base" if person.edition == "lpb" else "lpb"
        assert FOREWORDS[other] not in mail.text


def parse(data: bytes) -> Mail:
    # By the older policy: email.policy.default takes all the headers of each part to
    # pieces, and with thousands of mails that was a tenth of this test.
    message = email.message_from_bytes(data)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"]
    assert message["Feedback-ID"]
    bodies = {
        part.get_content_type(): part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for part in message.walk()
        if not part.is_multipart()
    }
    return Mail(
        address=parseaddr(message["To"])[1],
        text=bodies["text/plain"].replace("\r\n", "\n"),
        html=bodies["text/html"].replace("\r\n", "\n"),
        one_click=message["List-Unsubscribe"].strip("<>"),
    )


def from_sendgrid(mail: SendGridMail) -> Mail:
    return Mail(
        address=mail.address,
        text=mail.text,
        html=mail.html,
        one_click=mail.headers["List-Unsubscribe"].strip("<>"),
    )


class MailPrograms:
    """Many at once, each asking for a link and never following a redirect (RFC 8058).

    Their connections stay open: a new one for each of thousands of links takes longer
    than the answer.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._own = threading.local()  # of threads that live as long as one pool
        self._open: list[HTTPConnection] = []

    def statuses(self, links: list[str], *, body: bytes | None = None) -> set[int]:
        try:
            with ThreadPoolExecutor(8) as pool:
                return set(pool.map(lambda link: self._ask(link, body), links))
        finally:
            while self._open:
                self._open.pop().close()

    def _ask(self, link: str, body: bytes | None) -> int:
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._open.append(self._own.connection)
        connection: HTTPConnection = self._own.connection
        base, path = link.split("/unsubscribe/")
        assert base == f"http://127.0.0.1:{self._port}"
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(
            "POST" if body else "GET", f"/unsubscribe/{path}", body=body, headers=form
        )
        with connection.getresponse() as answer:
            answer.read()
            return answer.status


def test_the_main_job_from_two_stories_to_everyone_gone(tmp_path: Path):
    everyone = people()
    mailable = sum(person.mailable for person in everyone)
    port = free_port()
    home = Home(
        tmp_path, {"BUURTPOST_BASE_URL": f"http://127.0.0.1:{port}"}, installed=True
    )
    prepare(home, everyone)

    # First by a real mail protocol.
    with SmtpStandIn() as smtp:
        receipt = start(
            home,
            42,
            BUURTPOST_PROVIDER="smtp",
            BUURTPOST_SMTP_URL=smtp.url,
        )
        by_smtp = [parse(accepted.mail) for accepted in smtp.accepted]
    assert_sums_hold(receipt, everyone)
    assert receipt["accepted"] == mailable
    left_out = {why: count for why, count in receipt["excluded"].items() if count}
    assert left_out == {"suppressed": 100, "pending": 50}
    assert receipt["editions"]["lpb"]["accepted"] == sum(
        person.mailable and person.lpb for person in everyone
    )
    assert_everyone_got_theirs(by_smtp, everyone)

    # The same issue again sends nobody twice.
    sentence = home.refused("mailings", "start", "42")
    assert "42" in sentence

    # Then the next one by SendGrid.
    home.installed = False
    with SendGridStandIn() as sendgrid:
        receipt = start(
            home,
            43,
            BUURTPOST_PROVIDER="sendgrid",
            SENDGRID_API_KEY=sendgrid.key,
            SENDGRID_HOST=sendgrid.url,
        )
        by_sendgrid = [from_sendgrid(mail) for mail in sendgrid.mails]
    assert_sums_hold(receipt, everyone)
    assert_everyone_got_theirs(by_sendgrid, everyone)

    # Scanners follow links: nobody is gone.
    links = [mail.one_click for mail in (*by_smtp, *by_sendgrid)]
    assert len(set(links)) == 2 * mailable
    # Everybody has two mails; some leave by the first and some by the second.
    later = {mail.address: mail.one_click for mail in by_sendgrid}
    leaving = [
        mail.one_click if place % 2 else later[mail.address]
        for place, mail in enumerate(by_smtp)
    ]
    path = tmp_path / "44.json"
    path.write_text(json.dumps(issue(44)))
    home.run("issues", "import", str(path))
    programs = MailPrograms(port)
    with home.serving(port):
        assert programs.statuses(links[::7]) == {200}
        assert home.json("mailings", "plan", "44")["prepared"] == mailable

        # Then every reader's mail program asks to stop: nobody is left. Asking again,
        # by whichever mail, is no mistake.
        one_click = b"List-Unsubscribe=One-Click"
        assert programs.statuses(leaving, body=one_click) == {200}
        assert programs.statuses(links[::7], body=one_click) == {200}
    plan = home.json("mailings", "plan", "44")
    assert plan["prepared"] == 0
    assert plan["excluded"]["ended"] == mailable

    with SmtpStandIn() as smtp:
        home.run(
            *("mailings", "start", "44"),
            BUURTPOST_PROVIDER="smtp",
            BUURTPOST_SMTP_URL=smtp.url,
        )
        home.run(
            *("worker", "--once"),
            BUURTPOST_PROVIDER="smtp",
            BUURTPOST_SMTP_URL=smtp.url,
        )
        assert smtp.accepted == []

    # Nobody's address is in what all of that logged.
    assert "@buurt.example" not in "".join(home.log)
