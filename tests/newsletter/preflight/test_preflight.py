"""The whole of it: links looked at once a day, findings in three levels, the gate."""

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner

from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.elsewhere.looking import look_at
from newsletter.fetching import NoAnswer, NotAllowed, Private, Unreachable
from newsletter.issues.compose import find_issue
from newsletter.preflight import check_issue, look_at_links
from newsletter.preflight.findings import Finding, Findings, Level
from newsletter.preflight.reading import Image, read_mail
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.outside_world import Web
from tests.newsletter.preflight.looked_over import HELLO

LINK = "https://buurt.example/dag"


@pytest.mark.parametrize(
    ("answers", "status", "asked"),
    [
        ([200], 200, ["HEAD"]),
        ([405, 200], 200, ["HEAD", "GET"]),
        ([404, 200], 200, ["HEAD", "GET"]),
        ([404, 404], 404, ["HEAD", "GET"]),
        ([NoAnswer("Hung up."), 200], 200, ["HEAD", "GET"]),
        ([NoAnswer("Hung up."), NoAnswer("Hung up.")], None, ["HEAD", "GET"]),
        ([Unreachable("No name.")], None, ["HEAD"]),
        ([NotAllowed("No web.")], None, ["HEAD"]),
        ([Private("Private.")], None, ["HEAD"]),
    ],
)
def test_head_is_asked_first_and_get_when_it_says_no(answers, status, asked):
    web = Web(*answers)

    seen = look_at([LINK], web)

    assert seen[LINK].status == status
    assert [method for method, _ in web.asked] == asked


@pytest.fixture
def issue_number(database, settings) -> int:
    with database.write.begin() as session:
        world = World(session, settings)
        world.reader("anna")
        world.issue(HELLO, preheader="Soep")
    return 42


def test_a_link_is_looked_at_once_a_day(database, settings, issue_number):
    web = Web(200)

    for hours in (0, 1, 23, 25):
        later = NOW + timedelta(hours=hours)
        look_at_links(database, settings, issue_number, now=later, fetch=web)

    assert len(web.asked) == 2


def test_what_was_seen_is_believed_without_asking_again(
    database, settings, issue_number
):
    look_at_links(database, settings, issue_number, now=NOW, fetch=Web(404))

    silent = Web(AssertionError("nobody is asked"))
    with database.read() as session:
        issue = find_issue(session, issue_number)
        findings = check_issue(session, settings, issue, now=NOW, fetch=silent)

    assert [one.check for one in findings.blocking] == ["link"]
    assert silent.asked == []


def test_a_link_that_was_mended_is_seen_the_next_day(database, settings, issue_number):
    later = NOW + timedelta(hours=25)
    look_at_links(database, settings, issue_number, now=NOW, fetch=Web(404))
    look_at_links(database, settings, issue_number, now=later, fetch=Web(200))

    with database.read() as session:
        issue = find_issue(session, issue_number)
        findings = check_issue(session, settings, issue, now=later, fetch=Web(500))

    assert findings.blocking == ()


def test_a_link_too_long_to_remember_is_still_looked_at(
    database, settings, issue_number
):
    # Nothing in it repeats, so that no index can make it small.
    long = f"{LINK}?{secrets.token_hex(4000)}"
    with database.write.begin() as session:
        issue = find_issue(session, issue_number)
        block = {"kind": "text", "id": "long", "text": f"[Soep]({long})"}
        issue.blocks = [*issue.blocks, block]

    web = Web(200)
    look_at_links(database, settings, issue_number, now=NOW, fetch=web)

    assert ("HEAD", long) in web.asked


def test_nobody_looked_yet_so_the_check_looks_itself(session, world):
    world.reader("anna")
    issue = world.issue(HELLO, preheader="Soep")

    findings = check_issue(session, world.settings, issue, now=NOW, fetch=Web(410))

    assert [one.check for one in findings.blocking] == ["link"]


def test_the_same_finding_in_every_version_is_said_once():
    found = [
        Finding("link", Level.BLOCKING, "Gone.", variant="base"),
        Finding("link", Level.BLOCKING, "Gone.", variant="lpb"),
        Finding("size", Level.WARNING, "Large."),
    ]

    document = Findings.of(found).to_document()

    assert document == {
        "blocking": [
            {"check": "link", "variant": "base", "block": None, "message": "Gone."}
        ],
        "warning": [
            {"check": "size", "variant": None, "block": None, "message": "Large."}
        ],
        "advice": [],
    }


def test_a_mail_is_read_back_as_its_reader_sees_it():
    mail = read_mail(
        "<head><title>Titel</title><style>p{}</style></head><body>"
        '<p>Dag &amp; welkom</p><a href="https://a.nl/?b&amp;c">'
        '<img src="x" alt="Logo"></a><img src="y"><img src="z" alt></body>'
    )

    assert mail.text == "Dag & welkom"
    assert [(link.url, link.text) for link in mail.links] == [
        ("https://a.nl/?b&c", "Logo")
    ]
    assert mail.images == [Image("x", "Logo"), Image("y", None), Image("z", "")]


class TestCommand:
    """``buurtpost issues check``."""

    @pytest.fixture
    def door(self, database, settings) -> Iterator[Door]:
        door = Door(
            {
                "BUURTPOST_HOME": str(settings.home),
                "BUURTPOST_DATABASE_URL": database.engine.url.render_as_string(
                    hide_password=False
                ),
            }
        )
        yield door
        door.database.close()

    def test_an_issue_without_findings_is_ready(self, database, settings, door):
        with database.write.begin() as session:
            world = World(session, settings)
            world.reader("anna")
            world.issue(
                {"kind": "text", "text": "Dag"},
                preheader="Soep, en wat we daar al over wisten.",
            )

        ran = CliRunner().invoke(main, ["issues", "check", "42"], obj=door)

        assert (ran.exit_code, ran.stdout) == (0, "Issue 42 is ready.\n")

    def test_what_blocks_is_exit_1_with_the_findings_as_json(
        self, database, settings, door
    ):
        with database.write.begin() as session:
            world = World(session, settings)
            world.issue({"kind": "knowledge", "story": "soep"})

        ran = CliRunner().invoke(main, ["issues", "check", "42", "--json"], obj=door)

        document = json.loads(ran.stdout)
        assert ran.exit_code == 1
        assert [one["check"] for one in document["blocking"]] == ["empty"]
        assert {one["check"] for one in document["warning"]} == {"preheader", "readers"}
        assert "Issue 42 cannot start" in ran.stderr

    def test_an_unknown_issue_is_one_sentence(self, door):
        ran = CliRunner().invoke(main, ["issues", "check", "7"], obj=door)

        assert ran.exit_code == 1
        assert "There is no issue 7" in ran.stderr
