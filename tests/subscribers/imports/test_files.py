"""Files as they really come: encodings, separators, quotes, and hostile ones."""

import contextlib
import csv
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.imports.errors import BadFile
from subscribers.imports.intake import import_readers
from subscribers.imports.lines import NEVER_CLOSED, TOO_LONG, UNREADABLE
from subscribers.imports.reading import open_sheet
from tests.conftest import NOW
from tests.subscribers.imports.conftest import Intake, reasons

ZOE = "email;name;region\nzoe@example.nl;Zoë Brûlé;Súdwest-Fryslân\n"

QUOTED_ZOE = '"email","name","region"\n"zoe@example.nl","Zoë Brûlé","Súdwest-Fryslân"'


@pytest.mark.parametrize(
    "content",
    [
        ZOE.encode(),
        ZOE.encode("utf-8-sig"),
        ZOE.encode("windows-1252"),
        ZOE.encode("utf-16"),
        ZOE.replace(";", ",").encode(),
        ZOE.replace(";", "\t").encode("windows-1252"),
        ZOE.replace("\n", "\r\n").encode(),
        ZOE.replace("\n", "\r").encode(),
        ZOE.rstrip("\n").encode(),
        f"\n\nsep=;\n{ZOE}".encode(),
        QUOTED_ZOE.encode(),
        ZOE.replace("region", "region;;").encode(),
        f"{ZOE}\n;;\n\n".encode(),
    ],
    ids=[
        "utf-8", "utf-8 with mark", "windows-1252", "utf-16", "commas", "tabs",
        "windows line ends", "old mac line ends", "no last line end",
        "excel's separator line", "everything quoted", "empty columns", "empty lines",
    ],
)  # fmt: skip
def test_a_file_is_read_whatever_wrote_it(
    sqlite_intake: Intake, content: bytes
) -> None:
    report = sqlite_intake.take(content)

    zoe = sqlite_intake.reader("zoe")
    assert reasons(report) == {}
    assert report.rows == report.taken == 1
    assert zoe is not None
    assert (zoe.name, zoe.region_code) == ("Zoë Brûlé", "GM1900")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "holds no lines"),
        (b"name,region\nAnna,Zwolle\n", "no column for email among 'name', 'region'"),
        (b"email,Email\na@example.nl,b@example.nl\n", "more than once"),
        (b"email,email\na@example.nl,b@example.nl\n", "more than once"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x00\x01\x02\x03binary\n", "not a text file"),
        (b"email,na\x00me\na@example.nl,x\n", "not a text file"),
        (b"\xff\xfe\x00", "not a text file"),
        (bytes(range(1, 256)) * 40, "no column for email"),
        (b'"email,name\na@example.nl,Anna\n', "never closed"),
        (("x," * 9_999 + "email\n").encode(), "has 10,000 columns"),
        (b"x" * 3_000_000, "its first line has no end"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_short_sentence(
    sqlite_intake: Intake, content: bytes, words: str
) -> None:
    with pytest.raises(BadFile) as raised:
        sqlite_intake.take(content)

    assert words in str(raised.value)
    assert len(str(raised.value)) < 700
    assert str(raised.value).isprintable()


def test_a_header_alone_takes_nobody(sqlite_intake: Intake) -> None:
    report = sqlite_intake.take("email,name\n")

    assert (report.rows, report.taken) == (0, 0)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("x" * 5_000_000, TOO_LONG),
        ('"Anna,anna@example.nl', NEVER_CLOSED),
        ("Anna\rPiet,anna@example.nl", "line break"),
        ('"Anna\nBcc: x@y.nl",anna@example.nl', "line break"),
        ("Anna\0Piet,anna@example.nl", "control character"),
        ("Anna,anna@example.nl,one,too,many", "5 values where the header has 2"),
        ("A" * 5_000 + ",anna@example.nl", "longer than 2000"),
        ('"' + "A" * 200_000 + '",anna@example.nl', UNREADABLE),
        ("Anna", "is not an e-mail address"),
    ],
    ids=lambda value: value[:20].encode("unicode_escape").decode(),
)
def test_one_broken_line_costs_itself_alone(
    sqlite_intake: Intake, bad: str, reason: str
) -> None:
    good = [f"Lezer,reader{number}@example.nl" for number in range(30)]

    report = sqlite_intake.take("\n".join(["name,email", good[0], bad, *good[1:]]))

    assert report.taken == 30
    assert list(reasons(report)) == [3]
    assert reason in reasons(report)[3]


def test_a_record_over_several_lines_is_counted_from_its_first(
    sqlite_intake: Intake,
) -> None:
    report = sqlite_intake.take(
        'name,email,remark\nAnna,anna@example.nl,"two\nlines"\nBen,ben@,\n'
    )

    assert report.taken == 1
    assert list(reasons(report)) == [4]


def test_an_unused_byte_of_windows_1252_refuses_its_row(sqlite_intake: Intake) -> None:
    report = sqlite_intake.take(
        b"email,name\nanna@example.nl,Zo\xeb\nb@example.nl,B\x81n\n"
    )

    assert report.taken == 1
    assert reasons(report) == {3: "The name holds a character we cannot read."}


def test_a_pipe_is_read_like_a_file(sqlite_intake: Intake, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(ZOE,))
    writer.start()

    report = import_readers(
        sqlite_intake.database,
        pipe,
        mailing_list="wijs",
        proof=None,
        mapping={},
        dry_run=True,
        now=NOW,
    )

    writer.join()
    assert report.taken == 1


@given(st.binary(max_size=400))
def test_no_bytes_whatever_crash_the_reader(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "some.csv"
    path.write_bytes(content)

    with contextlib.suppress(BadFile), open_sheet(path) as sheet:
        list(sheet.records)


CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8
)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("rows") / "some.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerows([["email", "name", "remark"], *rows])

    with open_sheet(path) as sheet:
        read = [fields for _, fields in sheet.records]

    assert read == [row for row in rows if any(row)]
