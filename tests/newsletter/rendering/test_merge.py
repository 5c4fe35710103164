"""Cut once, fill per reader: each value lands escaped where its slot stood."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.merge import (
    MergeTemplate,
    Slot,
    as_is,
    in_html,
    marker,
    without_markers,
)

PIECES = st.lists(st.text(max_size=20).map(without_markers), min_size=1, max_size=6)
VALUES = st.fixed_dictionaries({slot: st.text(max_size=20) for slot in Slot})


@given(PIECES, st.lists(st.sampled_from(Slot), max_size=5), VALUES)
def test_filling_a_cut_template_is_replacing_each_marker(
    pieces: list[str], slots: list[Slot], values: dict[Slot, str]
) -> None:
    pairs = list(zip(slots, pieces[1:], strict=False))
    # A space, so that no piece and marker together make another marker.
    text = pieces[0] + "".join(f" {marker(slot)} {piece}" for slot, piece in pairs)
    expected = pieces[0] + "".join(f" {values[slot]} {piece}" for slot, piece in pairs)

    template = MergeTemplate.cut(text, escape=as_is)

    assert template.fill(values) == expected
    assert template.slots == tuple(slot for slot, _ in pairs)


@pytest.mark.parametrize("between", ["", "-", "-en-", "end"])
def test_slots_side_by_side_are_two(between: str) -> None:
    text = f"{marker(Slot.NAME)}{between}{marker(Slot.LEAVE_URL)}"

    template = MergeTemplate.cut(text, escape=as_is)

    assert template.slots == (Slot.NAME, Slot.LEAVE_URL)
    assert template.pieces == ("", between, "")


@given(st.text())
def test_a_value_in_html_reads_back_as_itself(value: str) -> None:
    template = MergeTemplate.cut(f'<a title="{marker(Slot.NAME)}">', escape=in_html)

    filled = template.fill({Slot.NAME: value})

    inside = filled.removeprefix('<a title="').removesuffix('">')
    assert not set('<>"') & set(inside)
    assert html.unescape(inside) == html.unescape(html.escape(value))


@given(st.text())
def test_a_value_is_never_cut_itself(value: str) -> None:
    template = MergeTemplate.cut(marker(Slot.NAME), escape=as_is)
    posing = value + marker(Slot.LEAVE_URL)

    assert template.fill({Slot.NAME: posing}) == posing


@pytest.mark.parametrize(
    "posing",
    [
        marker(Slot.LEAVE_URL),
        marker(Slot.NAME) * 2,
        "buurtpost-slot-onbekend-end",
        "buurtpost-slot-" + marker(Slot.NAME),
        "buurtpost-slot-a-slot-b-end-end",
    ],
)
def test_text_from_outside_cannot_pose_as_a_slot(posing: str) -> None:
    text = without_markers(posing)

    assert MergeTemplate.cut(text, escape=as_is).slots == ()


def test_a_slot_without_a_value_is_an_error() -> None:
    template = MergeTemplate.cut(marker(Slot.SINCE), escape=as_is)

    with pytest.raises(KeyError):
        template.fill({Slot.NAME: "Anna"})
