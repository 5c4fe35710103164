import json

import pytest
from sqlalchemy import select, update

from database.session import open_database
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind, MailingState
from newsletter.staff.models import AuditLine
from subscribers import consent
from subscribers.models import ConsentRecord, MailingList, Subscriber
from tests.conftest import NOW
from tests.factories import ANNA, a_mailing_to, a_reader, a_sign_up

ADD = (
    "lists",
    "add",
    "buurtwijs",
    "--name=Buurtwijs",
    "--sender=Stichting Buurtwijs",
    "--from=post@buurtwijs.example",
)
DORP = "--postal-address=Dorpsstraat 1, Dorp"


@pytest.fixture
def write(settings):
    """A session that commits, to arrange what a command will meet."""
    database = open_database(settings.database_url)
    yield database.write.begin
    database.close()


@pytest.fixture
def anna(buurtpost, write):
    assert buurtpost(*ADD, DORP).exit_code == 0
    with write() as session:
        a_reader(session, session.scalars(select(MailingList)).one(), name="Anna")


def test_a_list_is_added_and_shown(buurtpost):
    assert buurtpost(*ADD, DORP).output == "buurtwijs\n"

    (shown,) = json.loads(buurtpost("lists", "list", "--json").output)
    assert shown["sender"] == "Stichting Buurtwijs"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*ADD, DORP), "There is a mailing list 'buurtwijs' already"),
        (
            ("lists", "add", "agenda", *ADD[3:], "--postal-address=Elders 2"),
            "with the postal address 'Dorpsstraat 1, Dorp'",
        ),
        (("subscribers", "show", "nobody@example.nl"), "There is no subscriber"),
        (("subscribers", "show", "nobody"), "is not an e-mail address"),
        (("subscribers", "forget", "nobody@example.nl"), "There is no subscriber"),
        (
            ("subscribers", "unsuppress", "nobody@example.nl", "--why=belde"),
            "is not suppressed",
        ),
        (
            ("subscribers", "suppress", ANNA, "--by=nobody@example.nl"),
            "nobody@example.nl",
        ),
        (("roles", "add", "Bewoner"), "There is a role 'Bewoner' already"),
        (("regions", "load", "nowhere.csv"), "nowhere.csv: No such file"),
        (("regions", "find", "Bergen"), "Bergen (L.) (GM0893)"),
    ],
)
def test_a_command_refuses_with_one_sentence(buurtpost, arguments, says):
    buurtpost(*ADD, DORP)

    refused = buurtpost(*arguments)

    assert refused.exit_code == 1
    assert says in refused.stderr
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1


def test_a_lift_without_a_why_is_wrong_usage(buurtpost):
    assert buurtpost("subscribers", "unsuppress", ANNA).exit_code == 2


def test_roles_and_regions_are_shown(buurtpost):
    assert buurtpost("roles", "add", "Wethouder").output == "wethouder\n"
    assert "wethouder\tWethouder" in buurtpost("roles", "list").output
    assert buurtpost("regions", "find", "den haag").output == "GM0518\t's-Gravenhage\n"
    found = json.loads(buurtpost("regions", "find", "friesland", "--json").output)
    assert found == {"code": "PV21", "name": "Fryslân", "kind": "province"}
    assert "GM0193\tZwolle" in buurtpost("regions", "search", "zwo").output


def test_a_newer_list_of_municipalities_is_loaded(buurtpost, tmp_path):
    newer = tmp_path / "newer.csv"
    newer.write_text("code,name,province\nGM9999,Nieuwstad,PV23\n")

    assert buurtpost("regions", "load", newer).output == "1 municipalities read.\n"
    assert buurtpost("regions", "find", "nieuwstad").output == "GM9999\tNieuwstad\n"


def test_a_list_by_which_a_municipality_has_ended_says_so(buurtpost, tmp_path):
    newer = tmp_path / "newer.csv"
    newer.write_text(
        "code,name,province,valid_to,successor\n"
        "GM0402,Hilversum,PV27,,\n"
        "GM1696,Wijdemeren,PV27,2026-01-01,GM0402\n"
    )

    said = buurtpost("regions", "load", newer).output

    assert "0 began, 1 ended, 0 readers moved along." in said
    assert "GM0402" in buurtpost("regions", "find", "Wijdemeren").output


def test_a_person_is_shown_as_text_and_as_json(buurtpost, anna):
    text = buurtpost("subscribers", "show", ANNA).output
    held = json.loads(buurtpost("subscribers", "show", ANNA, "--json").output)

    assert "name: Anna" in text
    assert "list buurtwijs, state confirmed" in text
    assert held["subscriptions"][0]["state"] == "confirmed"


def test_a_person_is_forgotten_and_the_ledger_still_verifies(buurtpost, anna, write):
    assert buurtpost("subscribers", "forget", ANNA).output == "Forgotten.\n"

    assert buurtpost("subscribers", "show", ANNA).exit_code == 1
    assert buurtpost("consent", "verify").exit_code == 0
    with write() as session:
        line = session.scalars(select(AuditLine)).one()
        assert (line.act, line.by) == ("subscriber.forget", "operator")
        assert "@" not in line.subject


def test_an_address_is_suppressed_and_let_in_again(buurtpost):
    assert buurtpost("subscribers", "suppress", "Anna@Example.NL").exit_code == 0

    lifted = buurtpost("subscribers", "unsuppress", ANNA, "--why=belde ons")

    assert lifted.output == "Lifted; it was suppressed as staff.\n"


def test_verify_names_the_line_that_was_changed(buurtpost, anna, write):
    with write() as session:
        session.execute(
            update(ConsentRecord).where(ConsentRecord.seq == 2).values(source="import")
        )

    refused = buurtpost("consent", "verify")

    assert refused.exit_code == 1
    assert refused.stderr == (
        "The consent ledger of buurtwijs, line 2: what it says was changed.\n"
    )


def test_the_head_in_a_correction_does_not_stand_in_for_the_issues(
    buurtpost, anna, write
):
    with write() as session:
        issue = session.get_one(
            Mailing, a_mailing_to(session, session.scalars(select(Subscriber)).one())
        )
        issue.consent_head = b"another ledger's head".ljust(32)
        session.add(
            Mailing(
                issue_id=issue.issue_id,
                kind=MailingKind.CORRECTION,
                state=MailingState.SENT,
                started_by="operator",
                created_at=NOW,
                consent_head=consent.head(session, issue.issue.list_id),
            )
        )

    refused = buurtpost("consent", "verify")

    assert "no longer holds what the receipt of issue 42 was sealed" in refused.stderr


def test_retention_forgets_who_never_confirmed(buurtpost, write):
    buurtpost(*ADD, DORP)
    with write() as session:
        mailing_list = session.scalars(select(MailingList)).one()
        a_sign_up(session, mailing_list, now=NOW.replace(year=2020))

    done = buurtpost("retention", "run").output

    assert "1 subscriptions never confirmed, 1 people" in done
