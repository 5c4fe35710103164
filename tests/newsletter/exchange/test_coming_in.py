"""What a partner shares, poll after poll: nothing doubled, lost or overwritten."""

from datetime import timedelta

import pytest

from newsletter.exchange import changes, withdrawing
from newsletter.exchange.errors import NothingChanged
from newsletter.exchange.intake import RESTLESS
from newsletter.exchange.models import SourceState
from newsletter.library.terms import is_shown
from newsletter.library.versions import history
from tests.conftest import NOW
from tests.newsletter.exchange.conftest import Exchange, item, text
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import picture
from tests.stand_ins.web import Reply


def test_new_pieces_are_the_partners_stories_in_the_library(on_both: Exchange):
    assert on_both.brings(item(1), item(2)) == {"new": 2}
    assert on_both.brings(item(3), item(1), item(2)) == {"new": 1, "same": 2}

    with on_both.database.read() as session:
        first, *_ = on_both.items(session)
        assert (first.slug, first.kind, first.url) == (
            "verhaal-1",
            "story",
            "https://lpb.example/1",
        )
        assert first.partner is not None
        assert first.partner.slug == "lpb"
    assert on_both.titles() == ["Verhaal 1", "Verhaal 2", "Verhaal 3"]


def test_a_change_nobody_waits_for_is_followed(on_both: Exchange):
    on_both.brings(item(1))

    assert on_both.brings(item(1, title="Beter")) == {"followed": 1}
    assert on_both.titles() == ["Beter"]


def test_a_field_an_editor_changed_stays_and_the_others_wait(exchange: Exchange):
    exchange.brings(item(1))
    exchange.change("verhaal-1", lambda _, one: setattr(one, "title", "Van ons"))

    assert exchange.brings(item(1, title="Beter")) == {"changed": 1}
    assert exchange.titles() == ["Van ons"]
    # What we did not touch goes on following.
    exchange.brings(item(2, title="Twee"))
    with exchange.database.read() as session:
        (row,) = changes.undecided(session)
        (title,) = changes.differences(row)
        assert (title.field, title.ours, title.ours_changed) == (
            "title",
            "Van ons",
            True,
        )
        assert [(piece.kind, piece.text) for piece in title.pieces] == [
            ("gone", "Verhaal 1"),
            ("new", "Beter"),
        ]


def test_a_change_in_a_text_we_did_not_touch_is_followed_beside_our_title(exchange):
    exchange.brings(item(1))
    exchange.change("verhaal-1", lambda _, one: setattr(one, "title", "Van ons"))

    assert exchange.brings(item(1, body=text(1) + "<p>Meer.</p>")) == {"followed": 1}
    with exchange.database.read() as session:
        (piece,) = exchange.items(session)
        assert piece.title == "Van ons"
        assert piece.body.endswith("<p>Meer.</p>")


def test_a_piece_in_an_issue_never_changes_by_itself(exchange: Exchange):
    exchange.brings(item(1))
    in_issue(exchange, "verhaal-1")

    assert exchange.brings(item(1, title="Beter")) == {"changed": 1}
    assert exchange.titles() == ["Verhaal 1"]


def in_issue(exchange: Exchange, slug: str) -> None:
    with exchange.database.write.begin() as session:
        world = World.__new__(World)
        world.session, world.settings = session, exchange.settings
        world.issue({"kind": "story", "story": slug})


@pytest.mark.parametrize(
    ("decide", "title"), [("take_over", "Beter"), ("keep_ours", "Van ons")]
)
def test_an_editor_takes_over_or_keeps_ours(exchange: Exchange, decide, title):
    exchange.brings(item(1))
    exchange.change("verhaal-1", lambda _, one: setattr(one, "title", "Van ons"))
    exchange.brings(item(1, title="Beter"))

    def act(session, one):
        if decide == "take_over":
            changes.take_over(session, exchange.settings, one, by="anna", now=NOW)
        else:
            changes.keep_ours(session, one)

    exchange.change("verhaal-1", act)

    assert exchange.titles() == [title]
    with exchange.database.write.begin() as session:
        assert not changes.undecided(session)
        with pytest.raises(NothingChanged):
            changes.keep_ours(session, exchange.items(session)[0])
    assert exchange.brings(item(1, title="Beter")) == {}
    # Asked again only when the source changes once more.
    expected = "followed" if decide == "take_over" else "changed"
    assert exchange.brings(item(1, title="Nog beter")) == {expected: 1}


def test_a_source_that_goes_back_to_what_we_have_asks_nothing(exchange: Exchange):
    exchange.brings(item(1))
    in_issue(exchange, "verhaal-1")
    exchange.brings(item(1, title="Beter"))
    exchange.brings(item(1))

    with exchange.database.read() as session:
        assert not changes.undecided(session)


def test_a_piece_that_changes_at_each_poll_is_asked_about_until_somebody_keeps_ours(
    exchange: Exchange,
):
    exchange.brings(item(1))
    in_issue(exchange, "verhaal-1")
    for number in range(RESTLESS):
        exchange.brings(item(1, title=f"Gelezen: {number}"))
    exchange.change("verhaal-1", lambda session, one: changes.keep_ours(session, one))

    assert exchange.brings(item(1, title="Gelezen: 99")) == {"kept": 1}
    assert exchange.brings(item(1, title="Gelezen: 100")) == {"kept": 1}
    # Once it rests, the next change counts again.
    exchange.says(item(1, title="Gelezen: 100"), item(2))
    exchange.poll()
    assert exchange.brings(item(1, title="Nieuw"), item(2))["changed"] == 1


def test_what_was_taken_out_of_the_feed_is_withdrawn_and_comes_back(on_both: Exchange):
    on_both.brings(item(1), item(2), item(3))

    assert on_both.brings(item(1), item(3)) == {"same": 2, "withdrawn": 1}
    with on_both.database.read() as session:
        shown = [is_shown(one, day=NOW.date()) for one in on_both.items(session)]
        assert shown == [True, False, True]

    assert on_both.brings(item(1), item(2), item(3)) == {"same": 3, "back": 1}
    with on_both.database.read() as session:
        assert all(is_shown(one, day=NOW.date()) for one in on_both.items(session))


def test_what_new_pieces_pushed_out_of_the_feed_is_not_withdrawn(exchange: Exchange):
    exchange.brings(item(1), item(2), item(3))

    assert exchange.brings(item(5), item(4), item(1)) == {"new": 2, "same": 1}


@pytest.mark.parametrize(("status", "withdrawn"), [(200, 0), (404, 1), (410, 1)])
def test_the_end_of_a_feed_that_became_shorter_is_asked_for_itself(
    exchange: Exchange, status, withdrawn
):
    exchange.web.pages["/9"] = Reply(status)
    exchange.brings(item(1), item(9, url=f"{exchange.web.url}/9"))

    assert exchange.brings(item(1)).get("withdrawn", 0) == withdrawn


def test_a_partners_piece_that_comes_back_by_our_own_pages_is_not_doubled(
    on_both: Exchange,
):
    on_both.brings(item(1))
    page = "https://post.example.nl/stories/verhaal-1"

    back = item(2, url=page, body="<p>Korter.</p>")
    assert on_both.brings(back, item(1)) == {"double": 1, "same": 1}
    assert on_both.titles() == ["Verhaal 1"]


def test_a_page_that_gives_no_answer_is_asked_for_again(exchange: Exchange):
    """Our own line may be down at the moment a feed becomes shorter."""
    exchange.web.pages["/9"] = Reply(200, hang_up=True)
    exchange.brings(item(1), item(9, url=f"{exchange.web.url}/9"))
    assert exchange.brings(item(1)) == {"same": 1}

    exchange.web.pages["/9"] = Reply(410)
    assert exchange.brings(item(1, title="Anders"))["withdrawn"] == 1


def test_a_source_can_say_that_a_piece_is_withdrawn(exchange: Exchange):
    exchange.brings(item(1), item(2))
    gone = (
        '<x:deleted-entry xmlns:x="http://purl.org/atompub/tombstones/1.0" '
        'ref="lpb-2" when="2026-11-20T00:00:00Z"/>'
    )

    assert exchange.brings(gone, item(3), item(1))["withdrawn"] == 1


def test_what_a_person_withdrew_stays_so_until_a_person_gives_it_back(exchange):
    exchange.brings(item(1), item(2))
    later = NOW + timedelta(hours=1)
    exchange.change("verhaal-1", lambda _, one: withdrawing.withdraw(one, now=later))
    exchange.brings(item(1), item(2), item(3))
    with exchange.database.read() as session:
        assert [one.slug for one in withdrawing.withdrawn_pieces(session)] == [
            "verhaal-1"
        ]

    exchange.change("verhaal-1", lambda _, one: withdrawing.give_back(one))
    with exchange.database.read() as session:
        assert not withdrawing.withdrawn_pieces(session)


@pytest.mark.parametrize(
    "back",
    [
        item(1, url="https://post.example.nl/stories/tafel?utm_source=lpb"),
        item(1, guid="https://post.example.nl/stories/tafel"),
        item(1, url="http://www.buurtwijs.example/tafel/"),
        item(1, body=f"<p>Dit stond eerder op Buurtwijs.</p>{text(77)}"),
        item(1, title="De tafel", body=f"<p>{text(77).split('</p>')[0]}"),
    ],
    ids=["address", "guid", "where it stood first", "text", "teaser"],
)
def test_a_story_of_ours_that_comes_back_is_recognised(exchange: Exchange, back):
    with exchange.database.write.begin() as session:
        world = World.__new__(World)
        world.session, world.settings = session, exchange.settings
        world.story(
            "tafel",
            "De tafel",
            body=text(77),
            format="html",
            url="https://buurtwijs.example/tafel",
        )

    assert exchange.brings(back, item(2)) == {"own": 1, "new": 1}
    assert exchange.titles() == ["Verhaal 2"]
    with exchange.database.read() as session:
        states = {row.state for row in exchange.feed_rows(session)}
        assert states == {SourceState.OWN, SourceState.TAKEN}


def test_a_piece_added_by_hand_does_not_come_in_again(exchange: Exchange):
    with exchange.database.write.begin() as session:
        world = World.__new__(World)
        world.session, world.settings = session, exchange.settings
        world.story("hand", "Met de hand", url="https://lpb.example/1", partner="lpb")

    assert exchange.brings(item(1), item(2)) == {"double": 1, "new": 1}


def test_a_guid_used_for_every_entry_loses_none(exchange: Exchange):
    items = [item(number, guid="altijd") for number in range(5)]

    assert exchange.brings(*items)["new"] == 5
    assert exchange.brings(item(9, guid="altijd"), *items[:-1]) == {
        "new": 1,
        "same": 4,
        "reused_guid": 1,
    }
    assert len(exchange.titles()) == 6


def test_an_old_guid_on_a_new_piece_does_not_overwrite_the_old_one(exchange):
    exchange.brings(item(1), item(2))
    brought = exchange.brings(item(8, guid="lpb-1"), item(2))

    assert (brought["new"], brought["reused_guid"]) == (1, 1)
    assert exchange.titles() == ["Verhaal 1", "Verhaal 2", "Verhaal 8"]


def test_new_guids_on_old_pieces_double_nothing(exchange: Exchange):
    exchange.brings(item(1), item(2))

    assert exchange.brings(item(1, guid="a"), item(2, guid="b")) == {"same": 2}


def test_a_picture_is_copied_to_us_and_one_that_cannot_be_is_no_harm(exchange):
    exchange.web.pages["/a.png"] = Reply(200, picture())
    with_picture = f'{text(1)}<img src="{exchange.web.url}/a.png">'
    broken = f'{text(2)}<img src="{exchange.web.url}/nowhere.png">'
    exchange.brings(item(1, body=with_picture), item(2, body=broken))

    with exchange.database.read() as session:
        first, second = exchange.items(session)
        assert first.image is not None
        assert (exchange.settings.media / first.image).is_file()
        assert second.image is None


def test_the_history_of_a_piece_says_whether_a_feed_or_a_person_changed_it(exchange):
    exchange.brings(item(1))
    exchange.brings(item(1, title="Beter"))
    in_issue(exchange, "verhaal-1")
    exchange.brings(item(1, title="Nog beter"))

    def take(session, one):
        changes.take_over(session, exchange.settings, one, by="anna", now=NOW)

    exchange.change("verhaal-1", take)

    with exchange.database.read() as session:
        (piece,) = exchange.items(session)
        said = [one.version.by for one in history(session, piece)]
        assert said == ["anna", "feed lpb", "feed lpb"]


def test_a_sentence_behind_the_last_one_leaves_that_as_it_was():
    pieces = changes.compare("Soep is op.\nKlaar.", "Soep is op.\nKlaar.\nNog iets.")

    assert [(one.kind, one.text) for one in pieces] == [
        ("same", "Soep is op.\nKlaar."),
        ("new", "\nNog iets."),
    ]
