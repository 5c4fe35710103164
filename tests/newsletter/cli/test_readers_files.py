"""``subscribers import|export`` and ``segments``, as a person types them."""

import csv
import json
from pathlib import Path

import pytest

from database.session import open_database
from newsletter.settings import Settings
from tests.factories import audit_lines
from tests.newsletter.cli.conftest import Command

GOOD = "email,name,region,roles\nanna@example.nl,Anna,Zwolle,bewoner\n"
MIXED = f"{GOOD}ben@,Ben,,\ncleo@example.nl,Cleo,Bergen,\nANNA@example.nl,,,\n"


@pytest.fixture
def village(buurtpost: Command, tmp_path: Path) -> Path:
    """A home with the list *wijs*, and a folder for files."""
    added = buurtpost(
        "lists", "add", "wijs", "--name=Wijs", "--sender=Buurtwijs",
        "--from=post@example.nl", "--postal-address=Postbus 1, Utrecht",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    return tmp_path


def file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_good_rows_are_taken_and_bad_ones_listed(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", MIXED)

    result = buurtpost(
        "subscribers", "import", readers, "--list=wijs", "--proof=Laposta", "--json"
    )

    report = json.loads(result.stdout)
    refused = report.pop("refused")
    assert result.exit_code == 0
    assert report == {
        "rows": 4, "taken": 1, "updated": 0, "unchanged": 0, "quarantined": 0,
    }  # fmt: skip
    assert [(row["line"], row["column"], row["value"]) for row in refused] == [
        (3, "email", "ben@"),
        (4, "region", "Bergen"),
        (5, "email", "anna@example.nl"),
    ]
    assert all(row["reason"].endswith(".") for row in refused)


def test_a_person_reads_how_the_file_was_read_and_what_became_of_it(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", "E-mail;Schoenmaat\nanna@example.nl;42\n")

    said = buurtpost("subscribers", "import", readers, "--list=wijs").output

    assert "email from 'E-mail'" in said
    assert "not used: 'Schoenmaat'" in said
    assert "1 rows: 1 taken (0 updated, 0 unchanged, 1 quarantined), 0 refused." in said
    assert "not mailed until they sign up and confirm" in said


def test_a_dry_run_writes_nothing(buurtpost: Command, village: Path) -> None:
    readers = file(village, "readers.csv", GOOD)

    result = buurtpost("subscribers", "import", readers, "--list=wijs", "--dry-run")

    assert result.exit_code == 0
    assert "1 would be taken" in result.output
    assert buurtpost("subscribers", "export", "--list=wijs").output.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("email\nben@\n", [], "Nobody was taken"),
        ("email\n", [], "it holds no rows"),
        ("name\nBen\n", [], "no column for email"),
        (GOOD, ["--map=email=Adres"], "There is no column 'Adres'"),
        (GOOD, ["--map=emial=email"], "There is no field 'emial'"),
        (GOOD, ["--list=nowhere"], "There is no mailing list 'nowhere'"),
    ],
)
def test_nobody_taken_is_exit_1_and_a_sentence(
    buurtpost: Command, village: Path, content: str, options: list[str], words: str
) -> None:
    readers = file(village, "readers.csv", content)

    result = buurtpost("subscribers", "import", readers, "--list=wijs", *options)

    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["gone.csv", "."])
def test_a_file_that_is_not_there_is_a_sentence(
    buurtpost: Command, village: Path, name: str
) -> None:
    result = buurtpost("subscribers", "import", village / name, "--list=wijs")

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_a_refused_file_is_still_one_json_document(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", "email\n")

    result = buurtpost("subscribers", "import", readers, "--list=wijs", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == []


def test_what_is_exported_is_what_was_imported(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", GOOD)
    buurtpost("subscribers", "import", readers, "--list=wijs", "--proof=Laposta")
    rule = file(village, "rule.json", '{"region": "PV21"}')
    buurtpost("segments", "add", "Friezen", rule)

    everybody = buurtpost("subscribers", "export", "--list=wijs").output
    nobody = buurtpost(
        "subscribers", "export", "--list=wijs", "--segment=friezen"
    ).output

    assert "anna@example.nl,Anna,GM0193,bewoner,,,confirmed," in everybody
    assert nobody.count("\n") == 1


def test_a_segment_is_kept_said_and_counted(buurtpost: Command, village: Path) -> None:
    readers = file(village, "readers.csv", GOOD)
    buurtpost("subscribers", "import", readers, "--list=wijs", "--proof=Laposta")
    rule = file(
        village, "rule.json", '{"all": [{"region": "PV23"}, {"role": "bewoner"}]}'
    )

    assert buurtpost("segments", "add", "Sallanders", rule).exit_code == 0

    assert "bewoner in Overijssel" in buurtpost("segments", "list").output
    for segment in ("sallanders", rule):
        result = buurtpost("segments", "count", segment, "--list=wijs", "--json")
        assert json.loads(result.output) == {"count": 1}


def test_a_kept_rule_is_replaced_only_when_asked(
    buurtpost: Command, village: Path
) -> None:
    rule = file(village, "rule.json", '{"region": "PV23"}')
    buurtpost("segments", "add", "Buren", rule)
    rule.write_text('{"region": "PV21"}')

    refused = buurtpost("segments", "add", "Buren", rule)
    replaced = buurtpost("segments", "add", "Buren", rule, "--replace")

    assert (refused.exit_code, replaced.exit_code) == (1, 0)
    assert "in Fryslân" in buurtpost("segments", "list").output


def test_a_segment_tells_what_it_said_and_shows_some_of_its_readers(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", GOOD)
    buurtpost("subscribers", "import", readers, "--list=wijs", "--proof=Laposta")
    rule = file(village, "rule.json", '{"region": "PV21"}')
    buurtpost("segments", "add", "Buren", rule)
    rule.write_text('{"region": "GM0193"}')
    buurtpost("segments", "add", "Buren", rule, "--replace")

    history = json.loads(buurtpost("segments", "history", "buren", "--json").output)
    shown = buurtpost("segments", "count", "buren", "--list=wijs", "--sample").output
    as_data = json.loads(
        buurtpost("segments", "count", rule, "--list=wijs", "--sample", "--json").output
    )

    assert [one["say"]["nl"] for one in history["versions"]] == [
        "in Zwolle",
        "in Fryslân",
    ]
    assert [one["version"] for one in history["versions"]] == [2, 1]
    assert "2  " in buurtpost("segments", "history", "Buren").output
    assert shown.startswith("1 readers: in Zwolle\n  Anna, GM0193, bewoner, since ")
    assert as_data["count"] == len(as_data["sample"]) == 1
    assert "anna@" not in shown + json.dumps(as_data)


def test_what_a_rule_can_be_put_together_from_is_data(
    buurtpost: Command, village: Path
) -> None:
    document = json.loads(buurtpost("segments", "fields", "--language=nl").output)

    fields = {field["field"]: field for field in document["fields"]}
    assert list(fields) == ["role", "region", "partner", "list", "language",
                            "joined_before", "joined_after", "frequency"]  # fmt: skip
    assert fields["region"]["label"] == "Streek"
    assert {"value": "PV26", "label": "provincie Utrecht"} in fields["region"][
        "choices"
    ]
    assert {"value": "bewoner", "label": "Bewoner"} in fields["role"]["choices"]
    assert fields["joined_after"]["choices"] is None
    assert [one["value"] for one in fields["frequency"]["choices"]] == [
        "every",
        "monthly",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"shoe": "42"}', "There is no segment field 'shoe'"),
        ('{"region": "GM9999"}', "There is no region 'GM9999'"),
        ('{"role": "a", "role": "b"}', "twice"),
        ('{"role": ', "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"not":' * 1_000 + '{"role": "bewoner"}' + "}" * 1_000, "nested"),
        ('{"not":' * 30 + '{"role": "bewoner"}' + "}" * 30, "deeper than 20 levels"),
        ("\xff\xfe", "is not JSON"),
    ],
)
def test_a_rule_that_cannot_be_used_is_a_sentence(
    buurtpost: Command, village: Path, content: str, words: str
) -> None:
    rule = village / "rule.json"
    rule.write_bytes(content.encode("latin-1"))

    for arguments in (["add", "Stuk", rule], ["count", rule, "--list=wijs"]):
        result = buurtpost("segments", *arguments)
        assert result.exit_code == 1
        assert words in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["nobody", "gone.json"])
def test_an_unknown_segment_is_a_sentence(
    buurtpost: Command, village: Path, name: str
) -> None:
    result = buurtpost("segments", "count", name, "--list=wijs")

    assert result.exit_code == 1
    assert name in result.stderr


def test_a_file_of_readers_in_or_out_is_in_the_audit_log(
    buurtpost: Command, village: Path, settings: Settings
) -> None:
    readers = file(village, "readers.csv", MIXED)

    buurtpost("subscribers", "import", readers, "--list=wijs", "--dry-run")
    buurtpost("subscribers", "import", readers, "--list=wijs")
    buurtpost("subscribers", "export", "--list=wijs")

    database = open_database(settings.database_url)
    with database.read() as session:
        lines = [
            (line.by, line.act, line.note) for line in audit_lines(session, "list wijs")
        ]
    database.close()
    assert lines == [
        ("operator", "subscribers.import", "1 of 4 rows taken"),
        ("operator", "subscribers.export", "1 readers"),
    ]


def test_whoever_is_named_must_be_allowed_to_touch_readers(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", GOOD)
    buurtpost("staff", "add", "eva@example.nl", "--role=editor")

    for by in ("eva@example.nl", "nobody@example.nl"):
        result = buurtpost(
            "subscribers", "import", readers, "--list=wijs", f"--by={by}"
        )
        assert result.exit_code == 1
        assert by in result.stderr
    assert buurtpost("subscribers", "import", readers, "--list=wijs").exit_code == 0


def test_the_refused_lines_are_written_as_csv_that_no_spreadsheet_runs(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", f"{GOOD}=1+1,Ben,,\n")
    never = file(village, "never.csv", "cleo@example.nl\ndora@\n")
    refused = village / "refused.csv"

    result = buurtpost(
        "subscribers", "import", readers, "--list=wijs",
        f"--suppressions={never}", f"--refused={refused}",
    )  # fmt: skip

    rows = list(csv.DictReader(refused.read_text().splitlines()))
    assert result.exit_code == 0
    assert [
        (row["line"], row["column"], row["value"], row["file"]) for row in rows
    ] == [
        ("2", "column 1", "dora@", "never.csv"),
        ("3", "email", "'=1+1", "readers.csv"),
    ]
    assert all("is not an e-mail address" in row["reason"] for row in rows)


def test_a_suppression_list_goes_before_the_readers(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", GOOD)
    never = file(village, "never.csv", "anna@example.nl\n")
    import_ = ("subscribers", "import", readers, "--list=wijs", "--proof=Laposta")

    dry = buurtpost(*import_, f"--suppressions={never}", "--dry-run")
    real = buurtpost(*import_, f"--suppressions={never}", "--json")

    assert "never.csv: 1 rows: 1 would be never mailed, 0 refused." in dry.output
    assert json.loads(real.stdout)["suppressed"] == 1
    exported = buurtpost("subscribers", "export", "--list=wijs").output
    assert "anna@example.nl,Anna,GM0193,bewoner,,,suppressed," in exported


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--refused=/nowhere/refused.csv", "Choose another file."),
        ("--suppressions=gone.csv", "There is no file 'gone.csv'"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anybody_is_taken(
    buurtpost: Command, village: Path, option: str, words: str
) -> None:
    readers = file(village, "readers.csv", GOOD)

    result = buurtpost("subscribers", "import", readers, "--list=wijs", option)

    assert result.exit_code == 1
    assert words in result.stderr
    assert buurtpost("subscribers", "export", "--list=wijs").output.count("\n") == 1


def test_readers_go_out_in_another_systems_shape(
    buurtpost: Command, village: Path
) -> None:
    readers = file(village, "readers.csv", GOOD)
    buurtpost("subscribers", "import", readers, "--list=wijs", "--proof=Laposta")
    export = ("subscribers", "export", "--list=wijs")

    known = buurtpost(*export, "--shape=Laposta")
    unknown = buurtpost(*export, "--shape=outlook")

    assert known.output.startswith("E-mailadres;Voornaam;")
    assert "anna@example.nl;Anna;" in known.output
    assert unknown.exit_code == 1
    assert "There is no shape 'outlook'" in unknown.stderr
