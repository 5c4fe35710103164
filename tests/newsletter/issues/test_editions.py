from typing import Any

import pytest

from newsletter.issues.composition import Composition
from newsletter.issues.errors import BadBlock, BadEdition

FOREWORD = {"kind": "foreword", "text": "Beste lezer"}
SOEP = {"kind": "story", "story": "soep"}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"kind": "text", "text": words, **more}


def composed(base: list[Any], edition: dict[str, Any]) -> list[str]:
    composition = Composition.read(base, [{"partner": "lpb", **edition}])
    return [block.id for block in composition.blocks_of("lpb")]


@pytest.mark.parametrize(
    ("base", "edition", "order"),
    [
        ([FOREWORD, SOEP], {}, ["foreword-1", "story-1"]),
        (
            [FOREWORD, SOEP],
            {"blocks": [{"after": None, "block": text("a")}]},
            ["text-1", "foreword-1", "story-1"],
        ),
        (
            [FOREWORD, SOEP],
            {"blocks": [{"after": "foreword-1", "block": text("a", id="mine")}]},
            ["foreword-1", "mine", "story-1"],
        ),
        (
            [SOEP],
            {
                "blocks": [
                    {"after": "story-1", "block": text("a")},
                    {"after": "story-1", "block": text("b")},
                    {"after": "text-1", "block": text("c")},
                ]
            },
            ["story-1", "text-1", "text-3", "text-2"],
        ),
        ([SOEP], {"foreword": "Dag"}, ["foreword-lpb", "story-1"]),
        (
            [SOEP],
            {"foreword": "Dag", "blocks": [{"after": None, "block": text("a")}]},
            ["foreword-lpb", "text-1", "story-1"],
        ),
        ([SOEP, FOREWORD], {"foreword": "Dag"}, ["story-1", "foreword-1"]),
    ],
)
def test_an_edition_lies_over_the_base(
    base: list[Any], edition: dict[str, Any], order: list[str]
) -> None:
    assert composed(base, edition) == order


def test_an_edition_replaces_the_first_foreword_for_all_its_readers() -> None:
    ruled = {**FOREWORD, "only": {"role": "bewoner"}}
    composition = Composition.read(
        [ruled, FOREWORD], [{"partner": "lpb", "foreword": "Dag"}]
    )

    first, second = composition.blocks_of("lpb")

    assert (first.to_dict()["text"], first.only) == ("Dag", None)
    assert second.to_dict()["text"] == "Beste lezer"
    assert composition.blocks_of("base")[0].only == {"role": "bewoner"}


def test_made_ids_are_unique_over_base_and_editions() -> None:
    composition = Composition.read(
        [text("a"), text("b", id="text-3")],
        [
            {"partner": "lpb", "blocks": [{"after": None, "block": text("c")}]},
            {"region": "pv21", "blocks": [{"after": None, "block": text("d")}]},
        ],
    )

    ids = [block.id for block in composition.every_block()]
    assert ids == ["text-1", "text-3", "text-2", "text-4"]
    assert [edition.key for edition in composition.editions] == ["lpb", "PV21"]


@pytest.mark.parametrize(
    ("edition", "sentence"),
    [
        ("lpb", "number 1: must be an object"),
        ({}, 'number 1: needs either "partner" or "region"'),
        ({"partner": "lpb", "region": "PV21"}, 'needs either "partner" or "region"'),
        ({"partner": 3}, "partner must be text"),
        ({"partner": "l\0pb"}, "partner holds the control character"),
        ({"partner": "base"}, "is the name of the issue itself"),
        ({"partner": "lpb", "forword": "a"}, "Did you mean foreword?"),
        ({"partner": "lpb", "foreword": 3}, "foreword must be text"),
        ({"partner": "lpb", "subject": "a\nb"}, "subject must be one line"),
        ({"partner": "lpb", "subject": "a" * 201}, "subject has 201 characters"),
        (
            {"partner": "lpb", "audience": {"shoe": "43"}},
            "audience: There is no segment",
        ),
        ({"partner": "lpb", "blocks": {}}, "blocks must be a list"),
        ({"partner": "lpb", "blocks": [{"block": 1, "at": 2}]}, "an extra block is"),
        (
            {"partner": "lpb", "blocks": [{"after": "x", "block": text("a")}]},
            "there is no block 'x' to stand after. Use: story-1",
        ),
    ],
)
def test_a_wrong_edition_is_refused_with_a_sentence(
    edition: object, sentence: str
) -> None:
    with pytest.raises(BadEdition) as refused:
        Composition.read([SOEP], [edition])

    assert sentence in str(refused.value)


def test_two_editions_of_one_partner_are_refused() -> None:
    with pytest.raises(BadEdition, match="there are two of it"):
        Composition.read([SOEP], [{"partner": "lpb"}, {"partner": "lpb"}])


@pytest.mark.parametrize("block_id", ["story-1", "foreword-lpb"])
def test_an_edition_cannot_take_an_id_that_is_in_use(block_id: str) -> None:
    extra = {"after": None, "block": text("a", id=block_id)}

    with pytest.raises(BadBlock):
        Composition.read(
            [SOEP], [{"partner": "lpb", "foreword": "Dag", "blocks": [extra]}]
        )
