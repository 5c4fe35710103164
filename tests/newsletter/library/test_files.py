"""Text files as drafts."""

from datetime import date
from pathlib import Path

import pytest

from newsletter.library.bodies import Format
from newsletter.library.errors import BadFile
from newsletter.library.files import Draft, read_file
from newsletter.library.models import ItemKind

MARKDOWN = """---
title: De buurttafel
url: https://buurtwijs.example/tafel
date: 2026-09-14
people: Marjan Odink
regions: [Deventer, GM0193]
themes: ontmoeten, zelf beginnen
summary: Elke donderdag soep.
image: beeld/tafel.png
alt: ""
kind: column
partner: lpb
language: fy
---
Het begon met *soep*.
"""


def draft_of(folder: Path, name: str, text: str | bytes) -> Draft:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path)


def test_the_first_line_of_a_text_is_its_title(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "De Tafel (3).txt", "\n\n De  tafel \nSoep.\n\nBrood.")

    assert draft == Draft("de-tafel-3", Format.TEXT, "De tafel", "Soep.\n\nBrood.")


@pytest.mark.parametrize(
    ("encoding", "line_end"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\r\n"), ("utf-16", "\n")],
)
def test_a_text_is_read_in_the_encodings_people_have(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    text = f"Café ‘De €’{line_end}{line_end}Naïef – ja."

    draft = draft_of(tmp_path, "cafe.txt", text.encode(encoding))

    assert (draft.title, draft.body) == ("Café ‘De €’", "\nNaïef – ja.")


def test_markdown_brings_its_front_matter(tmp_path: Path) -> None:
    (tmp_path / "beeld").mkdir()
    (tmp_path / "beeld" / "tafel.png").touch()

    assert draft_of(tmp_path, "tafel.md", MARKDOWN) == Draft(
        slug="tafel",
        format=Format.MARKDOWN,
        title="De buurttafel",
        body="Het begon met *soep*.\n",
        summary="Elke donderdag soep.",
        url="https://buurtwijs.example/tafel",
        published_on=date(2026, 9, 14),
        people=("Marjan Odink",),
        regions=("Deventer", "GM0193"),
        themes=("ontmoeten", "zelf beginnen"),
        image=tmp_path / "beeld" / "tafel.png",
        alt="",
        kind=ItemKind.COLUMN,
        partner="lpb",
        language="fy",
    )


@pytest.mark.parametrize(
    "text",
    [
        "# De tafel\nSoep.",
        "\nDe tafel\nSoep.",
        "---\ndate:\n---\n## De tafel ##\nSoep.",
    ],
)
def test_markdown_without_a_title_has_its_first_line(tmp_path: Path, text: str) -> None:
    draft = draft_of(tmp_path, "x.md", text)

    assert (draft.title, draft.body.strip()) == ("De tafel", "Soep.")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>De tafel | LPB</title><h1>De <b>tafel</b></h1><p>x", "De tafel"),
        ("<head><title>De tafel &amp; ik</title></head><p>x</p>", "De tafel & ik"),
        ("<h1>De tafel<p>Soep", "De tafel"),
        ("<TITLE>\nDe\n tafel</TITLE>", "De tafel"),
        ("<h1> </h1><title>De tafel</title>", "De tafel"),
        ("<title><script>x</script></title>", "<script>x</script>"),
    ],
)
def test_html_has_its_heading_or_title_as_title(
    tmp_path: Path, html: str, title: str
) -> None:
    assert draft_of(tmp_path, "x.html", html).title == title


def test_html_tells_its_summary_and_where_it_was_published_first(
    tmp_path: Path,
) -> None:
    draft = draft_of(
        tmp_path,
        "x.HTM",
        "<title>T</title><meta content='Soep &quot;en&quot; brood' name=description>"
        "<link href='https://lpb.example/a?b=1&amp;c=2' rel=canonical>",
    )

    assert draft.summary == 'Soep "en" brood'
    assert draft.url == "https://lpb.example/a?b=1&c=2"


@pytest.mark.parametrize(
    "head",
    [
        "<link rel=canonical href='/tafel'><meta name=description content=' '>",
        "<link rel=canonical href='javascript:alert(1)'>",
        f"<meta name=description content='{'woord ' * 100}'>",
        "<meta name=description><link rel=canonical>",
    ],
)
def test_what_html_tells_about_itself_is_passed_over_when_it_is_no_use(
    tmp_path: Path, head: str
) -> None:
    draft = draft_of(tmp_path, "x.html", f"<title>T</title>{head}<p>Soep.")

    assert (draft.summary, draft.url) == (None, None)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.pdf", b"%PDF", "cannot be read"),
        ("x", b"Titel", "cannot be read"),
        ("x.txt", b"\x89PNG\0\0", "is not a text"),
        ("x.txt", b"Titel \x81\x8d", "is not a text"),
        ("x.txt", b" \n ", "no title"),
        ("x.html", b"<p>Zonder titel", "no title"),
        ("x.md", b"---\ntitle: x\n---", None),
        ("x.md", b"---\nimage: ../geheim.png\n---\nx", "outside the folder"),
        ("x.md", b"---\nimage: /etc/hostname\n---\nx", "outside the folder"),
        ("x.md", b"---\nimage: geen.png\n---\nx", "no file 'geen.png'"),
        ("x.md", b"---\ntitel: x\n---\nx", "line 2, titel"),
    ],
)
def test_what_cannot_be_read_is_refused_naming_the_file(
    tmp_path: Path, name: str, text: bytes, words: str | None
) -> None:
    if words is None:
        assert draft_of(tmp_path, name, text).title == "x"
        return
    with pytest.raises(BadFile, match=words) as refused:
        draft_of(tmp_path, name, text)

    assert str(refused.value).startswith(str(tmp_path / name))


def test_an_image_beside_the_folder_needs_a_wider_root(tmp_path: Path) -> None:
    (tmp_path / "verhalen").mkdir()
    (tmp_path / "tafel.png").touch()
    path = tmp_path / "verhalen" / "x.md"
    path.write_text("---\ntitle: x\nimage: ../tafel.png\n---\n")

    with pytest.raises(BadFile):
        read_file(path)

    assert read_file(path, root=tmp_path).image == tmp_path / "tafel.png"


def test_a_page_that_word_wrote_is_read_as_if_it_were_pasted(tmp_path: Path) -> None:
    path = tmp_path / "tafel.html"
    path.write_text(
        "<html><head><style>p.MsoNormal {margin:0}</style></head><body>"
        "<h1>De tafel</h1><p class=MsoNormal><span lang=NL>Soep.<o:p></o:p></span></p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>"
        "<![if !supportLists]><span>·</span><![endif]>Brood</p></body></html>"
    )

    draft = read_file(path)

    assert draft.title == "De tafel"
    assert "<ul><li>Brood</li></ul>" in draft.body
    assert "·" not in draft.body
