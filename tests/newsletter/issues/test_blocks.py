from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.blocks import BLOCK_TYPES, Block, read_block, read_blocks
from newsletter.issues.errors import BadBlock

TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=40
).map(str.strip)
RULES = st.recursive(
    st.sampled_from(
        [{"role": "wijkambtenaar"}, {"region": "PV21"}, {"partner": "lpb"}]
    ),
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=4,
)
VALUES = {
    "line": TEXT,
    "markdown": TEXT,
    "link": st.sampled_from(["https://example.org/a?b=c", "http://example.org"]),
    "moment": st.datetimes().map(lambda moment: moment.isoformat()),
    "story": st.just("soep"),
    "partner": st.just("lpb"),
    "picture": st.none(),
    "number": st.integers(0, 40),
}


def documents(kind: type[Block]) -> st.SearchStrategy[dict[str, Any]]:
    required = {}
    optional: dict[str, Any] = {"only": RULES, "hidden": st.booleans()}
    for name, spec in kind.specs().items():
        strategy = (
            VALUES[spec.form.value]
            if spec.form.value in VALUES
            else st.sampled_from(spec.choices)
        )
        if spec.required or name == "url":
            required[name] = strategy
        else:
            optional[name] = strategy
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("kind", BLOCK_TYPES, ids=lambda kind: kind.kind)
@given(data=st.data())
def test_a_block_written_and_read_again_is_the_same(
    kind: type[Block], data: st.DataObject
) -> None:
    document = data.draw(documents(kind)) | {"kind": kind.kind}

    block = read_block(document, block_id="made-1")

    assert read_block(block.to_dict(), block_id="other") == block


@pytest.mark.parametrize("kind", BLOCK_TYPES, ids=lambda kind: kind.kind)
def test_every_kind_has_an_example_without_problems_and_a_name_in_both_languages(
    kind: type[Block],
) -> None:
    block = read_block({"kind": kind.kind, **kind.example}, block_id="made-1")

    assert list(block.problems()) == []
    assert set(kind.label) == {"nl", "en"}
    assert all(set(spec.label) == {"nl", "en"} for spec in kind.specs().values())


def test_kinds_are_listed_once() -> None:
    kinds = [kind.kind for kind in BLOCK_TYPES]

    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("text", 'must be an object such as {"kind": "divider"}'),
        ({}, "kind is missing. Use: foreword, story"),
        ({"kind": "storey"}, "no kind 'storey'. Did you mean story?"),
        ({"kind": ["story"]}, "there is no kind"),
        ({"kind": "text"}, "text is missing. A text block needs it."),
        ({"kind": "text", "text": "a", "txt": "b"}, "'txt'. Did you mean text?"),
        ({"kind": "text", "text": 3}, "text must be text in quotes, not 3."),
        ({"kind": "text", "text": None}, "text must be text in quotes, not None."),
        ({"kind": "text", "text": "a\x00"}, "the control character '\\x00'"),
        ({"kind": "text", "text": "\ud800"}, "control character"),
        ({"kind": "quotation", "text": "a", "who": "b\r\nc"}, "who must be one line"),
        (
            {"kind": "story", "story": "a", "size": "big"},
            "compact or feature, not 'big'",
        ),
        ({"kind": "button", "text": "a", "url": "javascript:alert(1)"}, "url must be"),
        ({"kind": "button", "text": "a", "url": 'https://a/"x'}, "url must be"),
        ({"kind": "button", "text": "a", "url": "https://[x"}, "url must be"),
        (
            {"kind": "event", "title": "a", "start": "morgen"},
            "such as 2027-01-15T19:30",
        ),
        ({"kind": "event", "title": "a", "start": "2027-01-15"}, "a date and time"),
        ({"kind": "image"}, "give either file or url."),
        ({"kind": "divider", "id": "A b"}, "id must be small letters"),
        ({"kind": "divider", "hidden": "yes"}, "hidden must be true or false"),
        ({"kind": "section", "title": "a", "most": 99}, "a whole number from 0 to 40"),
        ({"kind": "section", "title": "a", "least": True}, "a whole number from 0"),
        ({"kind": "divider", "id": 7}, "id must be small letters"),
        ({"kind": "divider", "only": {"shoe_size": "43"}}, "only: There is no segment"),
        ({"kind": "divider", "only": []}, "only: A rule is an object"),
    ],
)
def test_a_wrong_block_is_refused_with_a_sentence(
    document: object, sentence: str
) -> None:
    with pytest.raises(BadBlock) as refused:
        read_block(document, block_id="x-1")

    assert sentence in str(refused.value)
    assert str(refused.value).startswith("Block ")


def test_ids_are_made_of_kind_and_number_around_those_given() -> None:
    blocks = read_blocks(
        [
            {"kind": "divider"},
            {"kind": "divider", "id": "divider-2"},
            {"kind": "divider"},
            {"kind": "text", "text": "a"},
        ]
    )

    assert [block.id for block in blocks] == [
        "divider-1",
        "divider-2",
        "divider-3",
        "text-1",
    ]


def test_two_blocks_with_the_same_id_are_refused() -> None:
    with pytest.raises(BadBlock, match="two blocks have this id"):
        read_blocks([{"kind": "divider", "id": "a"}, {"kind": "divider", "id": "a"}])


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"kind": "text", "text": ""}, "Text is empty"),
        ({"kind": "quotation", "text": "a" * 401, "who": "b"}, "400 is the most"),
        ({"kind": "image", "url": "https://a.nl/b.png"}, "what the picture shows"),
        (
            {
                "kind": "event",
                "title": "a",
                "start": "2027-01-15T19:30",
                "end": "2027-01-15T18:30",
            },
            "end lies before the start",
        ),
        (
            {
                "kind": "event",
                "title": "a",
                "start": "2027-01-15T19:30",
                "end": "2027-01-15T21:30+01:00",
            },
            "both have an offset",
        ),
    ],
)
def test_what_is_whole_but_not_ready_is_a_problem(
    document: dict[str, Any], problem: str
) -> None:
    problems = list(read_block(document, block_id="x-1").problems())

    assert len(problems) == 1
    assert problem in problems[0]["en"]
    assert set(problems[0]) == {"nl", "en"}


def test_a_picture_of_decoration_is_decided() -> None:
    document = {"kind": "image", "url": "https://a.nl/b.png", "alt": ""}

    block = read_block(document, block_id="x-1")

    assert list(block.problems()) == []
    assert block.to_dict()["alt"] == ""
