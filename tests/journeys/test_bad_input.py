"""Whatever is mistyped, broken or hostile: a sentence, exit 1, and nothing half done.

The command in processes of its own, on one home that is prepared once and copied.
"""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.home import Home
from tests.stand_ins.sendgrid import SendGridStandIn
from tests.stand_ins.smtp import SmtpStandIn

READERS = """email,name,region,roles
anna@buurt.example,Anna,Deventer,bewoner
ben@buurt.example,Ben,Den Haag,wijkambtenaar
cleo@buurt.example,Cleo,Súdwest-Fryslân,opbouwwerker|bewoner
"""
ISSUE: dict[str, Any] = {
    "number": 1,
    "list": "buurtwijs",
    "subject": "Aan tafel, {naam}",
    "preheader": "Waarom een tafel meer doet.",
    "language": "nl",
    "blocks": [
        {"kind": "foreword", "text": "Beste {naam},\n\ndit is het eerste nummer."},
        {"kind": "story", "story": "tafel", "size": "feature"},
        {"kind": "knowledge", "story": "tafel"},
        {"kind": "text", "text": "Voor jou.", "only": {"role": "wijkambtenaar"}},
    ],
}
REASONS = (
    *("suppressed", "ended", "quarantined", "pending"),
    *("no_consent", "resting", "bundled", "nothing_for_you"),
)
STATES = (
    *("waiting", "sending", "accepted", "delivered", "bounced"),
    *("complained", "refused", "cancelled", "in_doubt"),
)
NOBODY_LISTENS = "postgresql://buurtpost:geheim@127.0.0.1:1/buurtpost"


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a list, a linked story, three readers and one issue."""
    folder = tmp_path_factory.mktemp("village")
    home = Home(folder)
    (folder / "tafel.txt").write_text("De tafel op de stoep\n\nIedereen schuift aan.")
    (folder / "plekken.txt").write_text("Waarom vaste plekken werken\n\nOnderzoek.")
    (folder / "lezers.csv").write_text(READERS)
    (folder / "1.json").write_text(json.dumps(ISSUE))
    home.run("db", "upgrade")
    home.run(
        *("lists", "add", "buurtwijs", "--name", "Buurtwijs"),
        *("--sender", "Stichting Buurtwijs", "--from", "redactie@buurt.example"),
        *("--postal-address", "Postbus 1, 3500 AA Utrecht"),
    )
    home.run("library", "add", "tafel.txt")
    home.run("library", "add", "plekken.txt", "--kind", "research")
    home.run(
        *("library", "link", "tafel", "plekken"),
        *("--relation", "supports", "--why", "Een vaste plek helpt."),
    )
    home.run(
        *("subscribers", "import", "lezers.csv"),
        *("--list", "buurtwijs", "--proof", "Map 12"),
    )
    home.run("issues", "import", "1.json")
    return folder


@pytest.fixture
def home(village: Path, tmp_path: Path) -> Home:
    folder = tmp_path / "village"
    shutil.copytree(village, folder)
    return Home(folder)


@pytest.fixture(scope="session")
def looked_at(village: Path) -> Home:
    """The shared home itself, for what must change nothing anyway."""
    return Home(village)


def changed(**changes: object) -> dict[str, Any]:
    return {**ISSUE, **changes}


def with_blocks(*blocks: dict[str, Any]) -> dict[str, Any]:
    return changed(blocks=list(blocks))


def assert_it_adds_up(receipt: dict[str, Any]) -> None:
    for sums in (receipt, *receipt["editions"].values()):
        assert tuple(sums["excluded"]) == REASONS, "all eight, in the promised order"
        assert sums["prepared"] == sum(sums[state] for state in STATES)
        excluded = sum(sums["excluded"].values())
        assert sums["candidates"] == excluded + sums["prepared"]


WRONG_ISSUES = {
    "Block story-1: There is no piece 'stoel'": with_blocks(
        {"kind": "story", "story": "stoel"}
    ),
    "Block divider-1: only: There is no segment field 'shoe'": with_blocks(
        {"kind": "divider", "only": {"shoe": "43"}}
    ),
    "Block x: two blocks have this id": with_blocks(
        {"kind": "divider", "id": "x"}, {"kind": "divider", "id": "x"}
    ),
    "must be one line": changed(subject="Dag\r\nBcc: iedereen@buurt.example"),
}


def test_a_wrong_issue_changes_nothing(looked_at: Home, tmp_path: Path) -> None:
    before = looked_at.json("issues", "show", "1")

    for sentence, document in WRONG_ISSUES.items():
        path = tmp_path / "wrong.json"
        path.write_text(json.dumps(document))
        assert sentence in looked_at.refused("issues", "import", str(path))

    assert looked_at.json("issues", "show", "1") == before


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("issues", "show", "9" * 30), "There is no issue 999"),
        (("mailings", "receipt", "1"), "Issue 1 has no mailing yet"),
        (("mailings", "start", "1", "--at", ""), "'' is not a moment"),
        (("mailings", "start", "1", "--at", "2020-01-01T10:00"), "is past"),
        (("mailings", "start", "1", "--at", "2027-03-28T02:30"), "does not exist"),
        (("mailings", "test", "1", "--to", "a@b.nl\r\nBcc: c@d.nl"), "not an e-mail"),
        (("subscribers", "show", "👩‍👩‍👧"), "is not an e-mail address"),
        (("subscribers", "import", "home", "--list", "buurtwijs"), "is a folder"),
        (("library", "show", "\u202eיש"), "There is no piece '\\u202eיש'"),
        (
            ("library", "add", "home/secret.key"),
            "that end in .md, .html, .txt or .docx",
        ),
        (
            ("partners", "add", "base", *"--name B --colour #fff --logo x".split()),
            "base",
        ),
        (("segments", "count", "1.json", "--list", "buurtwijs"), "exactly one"),
    ],
)
def test_a_mistyped_command_is_one_sentence(
    looked_at: Home, command: tuple[str, ...], sentence: str
) -> None:
    done = looked_at.run(*command, expect=1)

    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_html_made_to_break_the_mail_only_becomes_text(home: Home) -> None:
    pieces = {
        "open.html": "<h1>Open</h1><p>een <b>twee <i>drie </mj-text></mjml> <!--",
        "code.md": "# {{ 7 * 7 }}\n\n{{ 7 * 7 }} {% raw %} {naam} </mj-raw>\n",
        "script.html": "<h1>Sluw</h1><script>alert(1)</script>"
        '<p onclick="alert(2)">veilig <a href="javascript:alert(3)">hier</a></p>',
    }
    for name, text in pieces.items():
        (home.folder / name).write_text(text)
        home.run("library", "add", name)
    (home.folder / "deep.html").write_text("<h1>Diep</h1>" + "<div>" * 10_000 + "x")
    assert "50 elements" in home.refused("library", "add", "deep.html")
    home.run(
        *("library", "link", "code", "plekken", "--relation", "supports"),
        *("--why", "{{ 7 * 7 }} </mj-text> <script>alert(4)</script>"),
    )
    stories = [
        {"kind": "story", "story": Path(name).stem, "size": "feature"}
        for name in pieces
    ]
    (home.folder / "2.json").write_text(
        json.dumps(
            changed(
                number=2,
                subject="{{ 7 * 7 }} </title> {naam}",
                preheader="</mj-preview> <script>alert(5)</script>",
                blocks=[*stories, {"kind": "knowledge", "story": "code"}],
            )
        )
    )
    home.run("issues", "import", "2.json")

    home.run("issues", "render", "2", "--to", "preview")

    html = (home.folder / "preview" / "base.html").read_text()
    text = (home.folder / "preview" / "base.txt").read_text()
    for trick in ("<script", "javascript:", "onclick", "</mj-", ">49<"):
        assert trick not in html
    for words in ("drie", "veilig", "{{ 7 * 7 }}", "{% raw %} {naam}"):
        assert words in html
        assert words in text


def test_a_messy_csv_gives_its_good_rows(home: Home) -> None:
    rows = (
        "email;name;region;roles",
        "dörte@buurt.example;Dörte;Zwolle;",
        "dorte@buurt.example;Dörte;Súdwest-Fryslân;bewoner",
        "DORTE@buurt.example ;Nog eens;;",
        "geen-adres;Eef;;",
        'eef@buurt.example;"Eef\r\nBcc: iedereen@buurt.example";;',
        "fien@buurt.example;Fien;Bergen;",
        "gijs@buurt.example;Gijs;;koning",
        "hans@buurt.example;Hans;provincie Utrecht;",
    )
    (home.folder / "rommel.csv").write_bytes("\r\n".join(rows).encode("cp1252"))

    done = home.run(
        *("subscribers", "import", "rommel.csv", "--list", "buurtwijs"),
        *("--proof", "Map 13", "--json"),
    )

    report = json.loads(done.stdout)
    assert tuple(report) == (
        *("rows", "taken", "updated", "unchanged", "quarantined", "refused"),
    )
    assert (report["rows"], report["taken"], len(report["refused"])) == (8, 2, 6)
    assert [(bad["line"], bad["column"]) for bad in report["refused"]] == [
        (2, "email"),
        (4, "email"),
        (5, "email"),
        (6, "name"),
        (8, "region"),
        (9, "roles"),
    ]
    assert "line 3" in report["refused"][1]["reason"]
    assert home.json("mailings", "plan", "1")["prepared"] == 5


def test_a_refused_key_pauses_and_the_right_one_goes_on(home: Home) -> None:
    with SendGridStandIn() as sendgrid:
        wrong = {
            "BUURTPOST_PROVIDER": "sendgrid",
            "SENDGRID_HOST": sendgrid.url,
            "SENDGRID_API_KEY": "SG.wrong",
        }
        home.run("mailings", "start", "1", **wrong)

        assert "SENDGRID_API_KEY" in home.refused("worker", "--once", **wrong)

        receipt = home.json("mailings", "receipt", "1")
        assert_it_adds_up(receipt)
        assert (receipt["state"], receipt["waiting"]) == ("paused", 3)
        assert "refuses the key" in receipt["reason"]

        right = {**wrong, "SENDGRID_API_KEY": sendgrid.key}
        home.run("mailings", "resume", "1", **right)
        home.run("worker", "--once", **right)
        receipt = home.json("mailings", "receipt", "1")
        assert_it_adds_up(receipt)
        assert (receipt["state"], receipt["accepted"]) == ("sent", 3)
        assert set(sendgrid.addressees().values()) == {1}


def test_a_refused_password_pauses_and_a_second_start_sends_nobody_twice(
    home: Home,
) -> None:
    with SmtpStandIn(user=("post", "goed")) as smtp:
        right = {"BUURTPOST_PROVIDER": "smtp", "BUURTPOST_SMTP_URL": smtp.url}
        wrong = {**right, "BUURTPOST_SMTP_URL": smtp.url.replace(":goed@", ":fout@")}
        home.run("mailings", "start", "1", **wrong)

        assert "BUURTPOST_SMTP_URL" in home.refused("worker", "--once", **wrong)

        assert "is paused" in home.refused("mailings", "start", "1", **right)
        home.run("mailings", "resume", "1", **right)
        home.run("worker", "--once", **right)
        assert "Nobody is mailed twice" in home.refused("mailings", "start", "1")
        home.run("worker", "--once", **right)
        assert "is sent" in home.refused("mailings", "cancel", "1")
        assert smtp.addressees() == Counter(
            {f"{name}@buurt.example": 1 for name in ("anna", "ben", "cleo")}
        )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"BUURTPOST_HOME": "nowhere"}, "There is no Buurtpost home at nowhere"),
        ({"BUURTPOST_DATABASE_URL": NOBODY_LISTENS}, "cannot be reached"),
        (
            {"BUURTPOST_DATABASE_URL": "sqlite:///nowhere.sqlite"},
            "There is no database",
        ),
        ({"BUURTPOST_DATABASE_URL": "sqlite:///lezers.csv"}, "cannot be reached"),
    ],
)
def test_a_database_that_is_not_there_is_not_made(
    looked_at: Home, environment: dict[str, str], sentence: str
) -> None:
    before = sorted(looked_at.folder.iterdir())

    said = looked_at.refused("worker", "--once", **environment)

    assert sentence in said
    assert "geheim" not in said

    assert sorted(looked_at.folder.iterdir()) == before


def test_all_wrong_settings_are_said_at_once(looked_at: Home) -> None:
    wrong = {
        "BUURTPOST_BASE_URL": "https://[::1",
        "BUURTPOST_CHUNK": "-5",
        "BUURTPOST_DATABASE_URL": "postgresql://u:geheim@host:port/x",
        "BUURTPOST_PROVIDER": "postduif",
        "BUURTPOST_TIMEZONE": "Mars/Olympus",
    }

    said = looked_at.refused("lists", "list", **wrong)

    assert all(name in said for name in wrong)
    assert "geheim" not in said
