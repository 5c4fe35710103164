"""Front matter: read strictly, refused with line and key."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.library.errors import BadFrontMatter
from newsletter.library.frontmatter import FrontMatter, parse, split
from newsletter.library.models import ItemKind

KEYS = ("title", "date", "people", "summary", "alt", "kind")


def read(text: str) -> FrontMatter:
    lines, _ = split(f"---\n{text}\n---\n")
    assert lines is not None
    return parse(lines, KEYS)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("title: Soep", "Soep"),
        ("Title:   Soep  ", "Soep"),
        ("title: Presentie: er zijn", "Presentie: er zijn"),
        ('title: "Presentie: er \\"zijn\\""', 'Presentie: er "zijn"'),
        ("title: 'Zo''n tafel'", "Zo'n tafel"),
        ("title: 's Avonds' laat", None),
        ("title: 1984", "1984"),
        ("title: >\n  Soep\n  en brood", "Soep en brood"),
        ("title: |\n  Soep\n\n  Brood", "Soep\n\nBrood"),
        ("# a remark\n\ntitle: C#", "C#"),
        ("title:", None),
        ('title: ""', ""),
    ],
)
def test_a_text_is_read(text: str, title: str | None) -> None:
    if "'s Avonds" in text:
        with pytest.raises(BadFrontMatter, match="put quotes around"):
            read(text)
        return
    assert read(text).text("title") == title


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("people: Anna", ("Anna",)),
        ("people: Anna, Ben ,Cleo", ("Anna", "Ben", "Cleo")),
        ('people: "Haan, Femke"', ("Haan, Femke",)),
        ("people: [Anna, 'Ben, jr', \"Cleo\"]", ("Anna", "Ben, jr", "Cleo")),
        ("people: []", ()),
        ("people:\n  - Anna\n  - 'Ben'\nalt: x", ("Anna", "Ben")),
        ("people:\n- Anna", ("Anna",)),
        ("people:", ()),
        ("title: x", ()),
    ],
)
def test_a_list_is_read(text: str, people: tuple[str, ...]) -> None:
    assert read(text).texts("people") == people


def test_a_day_and_a_kind_are_read() -> None:
    facts = read("date: 2026-11-20\nkind: method")

    assert facts.day("date") == date(2026, 11, 20)
    assert facts.choice("kind", ItemKind) is ItemKind.METHOD
    assert facts.day("title") is None


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("title: Soep\nauthor: Anna", 3, "author"),
        ("title: Soep\n\ntitle: Brood", 4, "title"),
        ("just words", 2, ""),
        ("title: &a x", 2, "title"),
        ("title: *a", 2, "title"),
        ("title: !!python/object x", 2, "title"),
        ("title: {a: b}", 2, "title"),
        ("title: Soep # the best", 2, "title"),
        ('title: "open', 2, "title"),
        (r'title: "\x"', 2, "title"),
        ("people: [Anna", 2, "people"),
        ("people:\n  - Anna\n  - &b Ben", 4, "people"),
        ("title: - x\n  y: z", 3, ""),
    ],
)
def test_what_is_not_understood_is_refused_with_line_and_key(
    text: str, line: int, key: str
) -> None:
    with pytest.raises(BadFrontMatter) as refused:
        read(text)

    assert (refused.value.line, refused.value.key) == (line, key)
    assert str(refused.value).startswith(f"line {line}")


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("date: 30-02-2026", lambda facts: facts.day("date")),
        ("date: [2026-01-01]", lambda facts: facts.day("date")),
        ("kind: poem", lambda facts: facts.choice("kind", ItemKind)),
        ("title: [a, b]", lambda facts: facts.text("title")),
    ],
)
def test_a_value_of_the_wrong_sort_is_refused(text: str, ask: object) -> None:
    with pytest.raises(BadFrontMatter, match="line 2"):
        ask(read(text))  # type: ignore[operator]


def test_a_text_without_front_matter_is_all_text() -> None:
    assert split("# Soep\n---\nx") == (None, "# Soep\n---\nx")


def test_front_matter_without_end_is_refused() -> None:
    with pytest.raises(BadFrontMatter, match="has no end"):
        split("---\ntitle: Soep\n")


@given(value=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_whatever_stands_in_quotes_comes_back(value: str) -> None:
    quoted = json.dumps(value, ensure_ascii=False)
    single = "'" + value.replace("'", "''") + "'"

    assert read(f"title: {quoted}").text("title") == value
    assert read(f"title: {single}").text("title") == value
    assert read(f"people: [{quoted}, Anna]").entries["people"].value == [value, "Anna"]


@given(text=st.text(st.sampled_from("title:ab \n-[]{}'\"\\,#&|>"), max_size=60))
def test_any_lines_are_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        facts = parse(text.split("\n"), KEYS)
    except BadFrontMatter as refused:
        assert str(refused).startswith("line ")  # noqa: PT017 - refusing is one of two good ends
    else:
        assert set(facts.entries) <= set(KEYS)
