"""Whatever a feed does from one poll to the next, no piece is lost or doubled."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.exchange.matching import Known, match
from newsletter.exchange.reading import SourceEntry


def entry(guid: int, url: int, title: int) -> SourceEntry:
    return SourceEntry(
        guid=f"g{guid}",
        url=f"https://a.example/{url}" if url else None,
        title=f"t{title}",
        summary="",
        body="",
        published_on=None,
        people=(),
        themes=(),
        language="nl",
        image=None,
    )


entries = st.lists(st.builds(entry, *[st.integers(0, 4)] * 3), max_size=8)


@given(entries, entries)
def test_every_entry_is_one_piece_and_every_piece_one_entry_or_missing(first, second):
    known: list[Known] = []
    for document in (first, second):
        matched = match(document, known)
        assert [one.entry for one in matched.found] == document
        met = [one.known.id for one in matched.found if one.known]
        assert len(set(met)) == len(met)
        keys = [one.key for one in matched.found]
        assert len(set(keys)) == len(keys)
        missing = [*matched.gone, *matched.doubtful, *matched.out_of_view]
        assert not {one.id for one in missing} & set(met)
        if document and known:
            assert len(met) + len(missing) == len(known)
        known = [
            Known(number, one.key, one.entry, one.position, is_gone=False)
            for number, one in enumerate(matched.found)
        ]


@given(entries)
def test_a_feed_without_changes_changes_nothing(document):
    found = match(document, []).found
    known = [
        Known(number, one.key, one.entry, one.position, is_gone=False)
        for number, one in enumerate(found)
    ]

    again = match(document, known)

    assert [one.known and one.known.id for one in again.found] == [
        one.id for one in known
    ]
    assert again.gone + again.doubtful + again.out_of_view == ()
