"""Files that were made to do harm: refused with line and reason, in flat memory."""

import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from database.base import Base
from subscribers.imports import reading
from subscribers.imports.errors import BadFile
from subscribers.imports.formats import FIELDS
from subscribers.imports.lines import TOO_LONG
from subscribers.imports.reading import open_sheet
from subscribers.models import Subscriber
from tests.subscribers.imports.conftest import Intake, reasons

MIB = 1 << 20
FLAT_MIB = 24  # more than is ever held of a file, far less than the file


@contextmanager
def flat_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < FLAT_MIB * MIB, f"{most / MIB:.0f} MiB"


@contextmanager
def stream(folder: Path, start: bytes, block: bytes, most: int) -> Iterator[Path]:
    """A pipe with ``start`` and then ``block`` over and over, stored nowhere."""
    import os

    pipe = folder / "stream"
    os.mkfifo(pipe)
    written = [0]

    def write() -> None:
        try:
            with pipe.open("wb", buffering=0) as out:
                out.write(start)
                while written[0] < most:
                    written[0] += out.write(block)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    yield pipe
    writer.join(timeout=10)
    assert not writer.is_alive()
    assert written[0] < most, "all of it was read"


def test_a_stream_of_two_gigabytes_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES_MOST", 64 * MIB)
    rows = b"anna@example.nl,Anna\n" * 50_000

    with (
        stream(tmp_path, b"email,name\n", rows, 2_048 * MIB) as pipe,
        flat_memory(),
        pytest.raises(BadFile, match=r"larger than 64 MiB.* Cut it into several"),
        open_sheet(pipe),
    ):
        pass


def test_a_file_over_the_limit_is_not_read_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"email\n")
        file.truncate(reading.BYTES_MOST + 1)  # a hole: it takes no room

    with (
        flat_memory(),
        pytest.raises(BadFile, match="larger than 1,024 MiB"),
        open_sheet(path),
    ):
        pass


def test_a_line_of_a_hundred_megabytes_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"email,name\nanna@example.nl,Anna\nben@example.nl,")
        for _ in range(100):
            file.write(b"x" * MIB)
        file.write(b"\ncleo@example.nl,Cleo\n")

    with flat_memory(), open_sheet(path) as sheet:
        records = list(sheet.records)

    assert records == [
        (2, ["anna@example.nl", "Anna"]),
        (3, TOO_LONG),
        (4, ["cleo@example.nl", "Cleo"]),
    ]


def test_a_line_of_ten_thousand_values_is_refused(sqlite_intake: Intake) -> None:
    many = "ben@example.nl" + ",x" * 9_999

    report = sqlite_intake.take(f"email,name\nanna@example.nl,Anna\n{many}\n")

    assert report.taken == 1
    assert "10000 values where the header has 2 columns" in reasons(report)[3]


NAMES_IN_TWO = [
    ("Zoë".encode(), "utf-8"),
    ("Renée".encode("windows-1252"), "windows-1252"),
]


@pytest.mark.parametrize("most", [0, 1], ids=["utf-8", "windows-1252"])
def test_a_line_in_another_encoding_is_refused_not_read_as_gibberish(
    sqlite_intake: Intake, most: int
) -> None:
    (usual, encoding), (other, _) = NAMES_IN_TWO[most], NAMES_IN_TWO[1 - most]
    lines = [b"anna@example.nl," + usual, b"ben@example.nl," + other]
    lines += [b"cleo@example.nl," + usual, b'dora@example.nl,"' + other + b'"']
    lines += [b"eva@example.nl," + usual]

    report = sqlite_intake.take(b"\n".join([b"email,name", *lines]))

    refused = reasons(report)
    anna = sqlite_intake.reader("anna")
    assert report.encoding == encoding
    assert report.taken == 3
    assert list(refused) == [3, 5]
    assert all("Save it all as UTF-8." in reason for reason in refused.values())
    assert anna is not None
    assert anna.name == usual.decode(encoding)


def test_a_header_in_another_encoding_is_said(sqlite_intake: Intake) -> None:
    header = "email,provincië\n".encode("windows-1252")
    rows = "anna@example.nl,Fryslân\nben@example.nl,Fryslân\n".encode()

    with pytest.raises(BadFile, match="line 1: The letters on this line"):
        sqlite_intake.take(header + rows)


INJECTIONS = [
    "'); DROP TABLE subscriber;--",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '=HYPERLINK("http://x.example","klik")',
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd",
    "{{ 7 * 7 }}%s%n\\",
]
# What a name may hold is anybody's business: it is kept as text, and shown as text.
READ_STRICTLY = (
    "email",
    "region",
    "roles",
    "partners",
    "language",
    "status",
    "joined_at",
    "frequency",
)


@pytest.mark.parametrize("field", READ_STRICTLY)
def test_an_injection_in_any_field_is_refused_and_nothing_of_its_row_stored(
    sqlite_intake: Intake, field: str
) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    header = ["email", field] if field != "email" else ["email"]
    lines = []
    for number, injection in enumerate(INJECTIONS):
        cells = {"email": f"reader{number}@example.nl", field: injection}
        lines.append(",".join(quoted(cells[name]) for name in header))

    report = sqlite_intake.take("\n".join([",".join(header), *lines]))

    assert (report.rows, report.taken) == (len(INJECTIONS), 0)
    for refusal, (line, injection) in zip(
        report.refused, enumerate(INJECTIONS, start=2), strict=True
    ):
        assert (refusal.line, refusal.column) == (line, field)
        assert refusal.value == injection
        assert refusal.reason
    with sqlite_intake.database.read() as session:
        for table in ("subscriber", "subscription", "consent_record", "suppression"):
            counted = select(func.count()).select_from(Base.metadata.tables[table])
            assert session.scalar(counted) == 0


@pytest.mark.parametrize("injection", INJECTIONS)
def test_an_injection_in_a_name_is_kept_as_the_text_it_is(
    sqlite_intake: Intake, injection: str
) -> None:
    quoted = injection.replace('"', '""')

    report = sqlite_intake.take(f'email,name\nanna@example.nl,"{quoted}"\n')

    anna = sqlite_intake.reader("anna")
    assert report.taken == 1
    assert anna is not None
    assert anna.name == injection


def test_every_column_at_once_may_be_hostile(sqlite_intake: Intake) -> None:
    header = ",".join(FIELDS)
    row = ",".join(["=1+1\0<b>'"] * len(FIELDS))

    report = sqlite_intake.take(f"{header}\n{row}\n")

    assert report.taken == 0
    with sqlite_intake.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


@pytest.mark.parametrize(
    "address",
    [
        "a" * 380 + "@example.nl.example",
        "anna@" + "a" * 390 + ".nl",
        "anna@gm\u0430il.com",  # a Cyrillic a
        "anna@\u0430\u0440\u0440\u04cf\u0435.com",  # all Cyrillic, reads as apple
        "anna@xn--gmil-63d.com",  # the first as its A-label
        "anna\0@example.nl",
        "\ufeffanna@example.nl",
        "anna@example.nl\u202e",
    ],
    ids=ascii,
)
def test_an_address_made_to_mislead_is_refused(
    sqlite_intake: Intake, address: str
) -> None:
    report = sqlite_intake.take(f"email\nben@example.nl\n{address}\n")

    assert report.taken == 1
    assert list(reasons(report)) == [3]
