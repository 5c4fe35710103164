"""Why a row is refused, and in whose words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import typed
from subscribers.imports.columns import guess
from subscribers.imports.dates import read_moment
from subscribers.imports.defusing import restore
from subscribers.imports.errors import Refusal
from subscribers.imports.formats import FIELDS
from subscribers.imports.rows import Row, RowReader
from subscribers.lists import find_list
from subscribers.subscriptions import NAME_MOST
from tests.conftest import NOW
from tests.subscribers.imports.conftest import Intake, reasons


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("email", "", "is not an e-mail address"),
        ("email", "anna", "is not an e-mail address"),
        ("email", "anna@example", "not a domain"),
        ("email", "a nna@example.nl", "not well formed"),
        ("email", "anna@example.nl>", "not a domain"),
        ("region", "Atlantis", "There is no region 'Atlantis'"),
        ("region", "Bergen", "Bergen (NH.) (GM0373) or Bergen (L.) (GM0893)"),
        ("roles", "bewoner|tovenaar", "There is no role 'tovenaar'. Known are: wijk"),
        ("partners", "lpb|niemand", "Known are: elders, lpb, movisie"),
        ("language", "klingon", "Use one of: nl, en"),
        ("frequency", "wekelijks", "Use one of: every, monthly"),
        ("status", "misschien", "There is no status 'misschien'"),
        ("joined_at", "gisteren", "not a day somebody can have joined on"),
        ("joined_at", "2026-02-30", "not a day somebody can have joined on"),
        ("joined_at", "2031-01-01", "not a day somebody can have joined on"),
        ("joined_at", "01/02/2024", "not a day somebody can have joined on"),
        ("name", "A" * 101, "100 is the most"),
        ("name", "Anna\u2028Bcc: x", "control character"),
    ],
)
def test_a_refusal_names_line_column_value_and_reason(
    sqlite_intake: Intake, column: str, value: str, words: str
) -> None:
    cells = {"email": "ben@example.nl"} | {column: value}
    good = {"email": "anna@example.nl"}
    lines = [";".join(row.get(name, "") for name in cells) for row in (good, cells)]

    report = sqlite_intake.take("\n".join([";".join(cells), "", *lines]))

    assert report.taken == 1
    if value or len(cells) > 1:
        [refusal] = report.refused
        assert (refusal.line, refusal.column) == (4, column)
        assert refusal.value == (value if len(value) <= 100 else value[:99] + "…")
        assert words in refusal.reason


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("GM0193", "GM0193"),
        ("gm0193", "GM0193"),
        ("Zwolle", "GM0193"),
        ("den haag", "GM0518"),
        ("Utrecht", "GM0344"),
        ("provincie Utrecht", "PV26"),
        ("PV21", "PV21"),
        ("Friesland", "PV21"),
        ("Bergen (NH.)", "GM0373"),
        ("XX", "XX"),
    ],
)
def test_a_region_is_found_by_code_name_or_alias(
    sqlite_intake: Intake, region: str, code: str
) -> None:
    sqlite_intake.take(f"email,region\nanna@example.nl,{region}\n")

    anna = sqlite_intake.reader("anna")
    assert anna is not None
    assert anna.region_code == code


@pytest.mark.parametrize(
    ("language", "code"),
    [("nl", "nl"), ("NL", "nl"), ("nl-NL", "nl"), ("en_GB", "en"), ("Engels", "en"),
     ("Nederlands", "nl"), ("", None)],
)  # fmt: skip
def test_a_language_may_be_written_in_several_ways(
    sqlite_intake: Intake, language: str, code: str | None
) -> None:
    sqlite_intake.take(f"email,language\nanna@example.nl,{language}\n")

    anna = sqlite_intake.reader("anna")
    assert anna is not None
    assert anna.language == code


def test_a_second_row_with_the_same_address_names_the_first(
    sqlite_intake: Intake,
) -> None:
    report = sqlite_intake.take(
        "email,name\nanna@example.nl,Anna\nben@example.nl,Ben\nANNA@example.nl,Ander\n"
    )

    anna = sqlite_intake.reader("anna")
    assert reasons(report) == {4: "The same address stands on line 2 already."}
    assert anna is not None
    assert anna.name == "Anna"


def test_a_refused_row_does_not_stand_in_the_way_of_a_good_one(
    sqlite_intake: Intake,
) -> None:
    report = sqlite_intake.take(
        "email,region\nanna@example.nl,Atlantis\nanna@example.nl,Zwolle\n"
    )

    assert report.taken == 1
    assert list(reasons(report)) == [2]


AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["anna@example.nl", "Zwolle", "bewoner|", "lpb", "nl", "2024-01-15"]
    ),
)


def test_no_record_whatever_crashes_the_reader(sqlite_intake: Intake) -> None:
    columns = guess(FIELDS, {})
    with sqlite_intake.database.read() as session:
        reader = RowReader(
            session, columns, find_list(session, "wijs"), zone=AMSTERDAM, now=NOW
        )

    @given(st.lists(CELL, max_size=len(FIELDS) + 1))
    def reads(record: list[str]) -> None:
        read = reader.read(2, record)

        assert isinstance(read, Row | Refusal)
        assert isinstance(read, Row) or read.reason.endswith((".", "?"))

    reads()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-15", datetime(2024, 1, 14, 23, tzinfo=UTC)),
        ("2024-07-15", datetime(2024, 7, 14, 22, tzinfo=UTC)),
        ("15-01-2024", datetime(2024, 1, 14, 23, tzinfo=UTC)),
        ("2024-01-15 10:53:07", datetime(2024, 1, 15, 9, 53, 7, tzinfo=UTC)),
        ("2024-01-15T10:53Z", datetime(2024, 1, 15, 10, 53, tzinfo=UTC)),
        ("2024-01-15T10:53:07.123+02:00", datetime(2024, 1, 15, 8, 53, 7, tzinfo=UTC)),
        (
            "2024-01-15 10:53:07.5 +0000 UTC",
            datetime(2024, 1, 15, 10, 53, 7, tzinfo=UTC),
        ),
        ("2024/01/15", datetime(2024, 1, 14, 23, tzinfo=UTC)),
        ("15.01.2024", datetime(2024, 1, 14, 23, tzinfo=UTC)),
        ("15-1-2024 9:05", datetime(2024, 1, 15, 8, 5, tzinfo=UTC)),
        ("2024-13-01", None),
        ("2024-01-15 25:00", None),
        ("2024-01-15 10:53 +9900", None),
        ("0000-01-01", None),
        ("1969-12-31", None),
        ((NOW + timedelta(days=3)).date().isoformat(), None),
        ("1/2/2024", None),
        ("01/15/2024", None),
        ("15/01/2024", None),
        ("01-15-2024", None),
        ("2024-15-01", None),
        ("2024-01/15", None),
        ("2024-01-15 24:00:00", None),
        ("", None),
    ],
)
def test_a_moment_is_read_as_others_write_it(
    text: str, moment: datetime | None
) -> None:
    assert read_moment(text, zone=AMSTERDAM, now=NOW) == moment


SECONDS = st.integers(86_400, int(NOW.timestamp()))


@given(SECONDS, st.sampled_from("T "))
def test_a_moment_is_the_same_the_short_way_and_the_long(
    seconds: int, between: str
) -> None:
    when = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    short = when.isoformat(between)

    assert {
        read_moment(text, zone=AMSTERDAM, now=NOW) for text in (short, f"{short}.0")
    } == {when.replace(tzinfo=AMSTERDAM).astimezone(UTC)}


NAMES = st.text(st.sampled_from("aZé’'.-_ 1\u0301\u202e\n\t\0<=İ\u00a0ª"), max_size=9)


def test_a_name_is_the_same_the_short_way_and_the_long(sqlite_intake: Intake) -> None:
    columns = guess(["email", "name"], {})
    with sqlite_intake.database.read() as session:
        reader = RowReader(
            session, columns, find_list(session, "wijs"), zone=AMSTERDAM, now=NOW
        )

    @given(NAMES | NAMES.map(lambda name: name * 20))
    def reads(name: str) -> None:
        row = reader.read(2, ["anna@example.nl", name])
        try:
            known = typed.line_or_none(
                restore(name.strip()), what="name", most=NAME_MOST
            )
        except typed.BadLine as error:
            known = str(error)
        assert (row.name if isinstance(row, Row) else row.reason) == known

    reads()
