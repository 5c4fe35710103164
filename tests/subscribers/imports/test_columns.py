"""Which column holds what, in anybody's export."""

import pytest

from subscribers.imports.columns import BadMapping, guess, parse_mapping
from subscribers.imports.errors import BadFile
from tests.subscribers.imports.conftest import Intake

EXPORTS = [
    (
        "Buurtpost",
        "email,name,region,roles,partners,language,status,joined_at,frequency",
        "anna@example.nl,Anna de Vries,Zwolle,bewoner,lpb,nl,confirmed,2024-01-15",
    ),
    (
        "Laposta",
        "E-mailadres;Voornaam;Tussenvoegsel;Achternaam;Status;Aanmelddatum;Aanmeld-IP",
        "anna@example.nl;Anna;de;Vries;actief;15-01-2024 10:53:07;192.0.2.1",
    ),
    (
        "Mailchimp",
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID",
        'anna@example.nl,Anna,"de Vries",2,,"2024-01-15 10:53:07",1',
    ),
    (
        "Spotler",
        "externalId;email;firstName;infix;lastName;created;permissions",
        "17;anna@example.nl;Anna;de;Vries;2024-01-15T10:53:07+01:00;newsletter",
    ),
    (
        "listmonk",
        "uuid,email,name,attributes,status,created_at",
        'f,anna@example.nl,Anna de Vries,"{""a"": 1}",enabled,2024-01-15 10:53:07.5 +0000 UTC',  # noqa: E501 - a line of their file
    ),
    (
        "Substack",
        "email,active_subscription,expiry,plan,email_disabled,created_at,name",
        "anna@example.nl,false,,other,false,2024-01-15T10:53:07.000Z,Anna de Vries",
    ),
    ("plain", "Naam\tMail", "Anna de Vries\tanna@example.nl"),
]


@pytest.mark.parametrize(
    ("format_", "header", "row"), EXPORTS, ids=[e[0] for e in EXPORTS]
)
def test_an_export_is_recognised_by_its_columns(
    sqlite_intake: Intake, format_: str, header: str, row: str
) -> None:
    report = sqlite_intake.take(f"{header}\n{row}\n")

    anna = sqlite_intake.reader("anna")
    assert list(report.refused) == []
    assert anna is not None
    assert report.columns is not None
    assert report.columns.format == format_
    assert anna.name == "Anna de Vries"
    assert (anna.joined_at.year == 2024) == (format_ != "plain")
    assert sqlite_intake.states() == {"anna": "confirmed"}


@pytest.mark.parametrize(
    ("column", "state", "suppressed"),
    [("UNSUB_TIME", "ended", {}), ("CLEAN_TIME", "ended", {"anna": "bounced"})],
)
def test_an_export_without_a_status_can_still_say_who_left(
    sqlite_intake: Intake, column: str, state: str, suppressed: dict[str, str]
) -> None:
    sqlite_intake.take(
        f"Email Address,LEID,{column}\nanna@example.nl,1,2024-01-15 10:53:07\n"
    )

    assert sqlite_intake.states() == {"anna": state}
    assert sqlite_intake.suppressions("anna") == suppressed


@pytest.mark.parametrize(
    ("disabled", "state"),
    [("true", "ended"), ("TRUE", "ended"), ("false", "confirmed"), ("", "confirmed")],
)
def test_who_switched_mail_off_at_substack_left(
    sqlite_intake: Intake, disabled: str, state: str
) -> None:
    sqlite_intake.take(
        "email,active_subscription,email_disabled,created_at\n"
        f"anna@example.nl,true,{disabled},2024-01-15\n"
    )

    assert sqlite_intake.states() == {"anna": state}


def test_a_column_may_be_told() -> None:
    columns = guess(
        ["Adres", "Naam", "Gemeente"], {"email": "adres", "region": "", "name": "Naam"}
    )

    assert columns.places == {"email": 0, "name": 1}
    assert columns.unused == ["Gemeente"]


@pytest.mark.parametrize(
    ("header", "mapping", "error", "words"),
    [
        (["Adres"], {}, BadFile, "--map email=COLUMN"),
        (["Anna", "anna@example.nl"], {}, BadFile, "the file has no header"),
        ([], {}, BadFile, "among none"),
        ([f"kolom {n}" for n in range(900)], {}, BadFile, "and 892 more"),
        (["email"], {"shoe": "email"}, BadMapping, "Use one of: email, name"),
        (["email"], {"name": "Naam"}, BadMapping, "no column 'Naam' among 'email'"),
        (["Email", "e-mail"], {}, BadFile, "more than once"),
    ],
)
def test_what_cannot_be_found_is_said(
    header: list[str], mapping: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        guess(header, mapping)

    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("texts", "mapping"),
    [
        ([], {}),
        (["email=E-mail, name = Naam"], {"email": "E-mail", "name": "Naam"}),
        (["email=E-mail", "region="], {"email": "E-mail", "region": ""}),
    ],
)
def test_a_mapping_is_read(texts: list[str], mapping: dict[str, str]) -> None:
    assert parse_mapping(texts) == mapping


@pytest.mark.parametrize("text", ["email", "=Naam", "email=A,email=B"])
def test_a_mapping_that_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(BadMapping):
        parse_mapping([text])
