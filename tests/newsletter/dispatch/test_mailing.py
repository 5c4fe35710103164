"""What a mailing writes: its plan, its ledger, each reader's mail, its receipt."""

from hashlib import sha256
from itertools import groupby, pairwise

import pytest
from sqlalchemy import select

from newsletter.dispatch.errors import NoMailing
from newsletter.dispatch.models import Chunk, Delivery, Variant
from newsletter.dispatch.receipt import planned
from newsletter.issues.compose import find_issue
from newsletter.rendering.merge import Slot
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village, check_sums
from tests.newsletter.issues.world import World


def test_the_plan_is_the_receipt_before_anything_is_written(village: Village) -> None:
    village.build("anna", "ben", friesian=("cleo",), lpb=("dirk",))
    with village.database.read() as session:
        issue = find_issue(session, 42)
        plan = planned(session, village.settings, issue, now=village.now)
        assert session.scalar(select(Delivery.seq)) is None

    village.start()
    started = village.receipt()

    check_sums(plan)
    assert plan["state"] == "planned"
    assert sum(variant["readers"] for variant in plan["variants"]) == plan["prepared"]
    for name in ("issue", "candidates", "excluded", "prepared", "waiting", "editions"):
        assert plan[name] == started[name]


def test_the_ledger_is_dense_and_ordered_by_variant(village: Village) -> None:
    village.build(*"abcdefg", friesian=("h", "i", "j", "k"), lpb=("l",))
    village.start()

    with village.database.read() as session:
        rows = session.execute(
            select(Delivery.seq, Delivery.variant_id, Delivery.subscriber_id).order_by(
                Delivery.seq
            )
        ).all()
        chunks = session.scalars(select(Chunk).order_by(Chunk.first_seq)).all()
    assert [row.seq for row in rows] == list(range(1, 13))
    for earlier, later in pairwise(rows):
        if earlier.variant_id == later.variant_id:
            assert earlier.subscriber_id < later.subscriber_id, "neighbours"
    assert len({row.variant_id for row in rows}) == 3
    covered = [seq for c in chunks for seq in range(c.first_seq, c.last_seq + 1)]
    assert covered == list(range(1, 13)), "each delivery is in exactly one chunk"
    by_seq = {row.seq: row.variant_id for row in rows}
    for chunk in chunks:
        assert chunk.last_seq - chunk.first_seq < 3
        assert by_seq[chunk.first_seq] == by_seq[chunk.last_seq] == chunk.variant_id


def test_a_list_in_the_order_of_its_domains_is_mixed(
    village: Village, scripted: Scripted
) -> None:
    domains, each = ("gmail", "ziggo"), 256

    def also(world: World) -> None:
        for domain in domains:
            for number in range(each):
                reader = world.reader(f"{domain}{number}")
                reader.address_hash = sha256(reader.address.encode()).digest()

    village.build(also=also)
    village.with_settings(BUURTPOST_CHUNK="128")
    village.start()
    village.work()

    assert sum(scripted.got.values()) == len(domains) * each
    for chunk in scripted.chunks:
        sent = [recipient.address[:5] for recipient in chunk.recipients]
        assert set(sent) == set(domains)
        assert max(len(list(run)) for _, run in groupby(sent)) < 16


def test_each_mail_has_what_is_the_readers_own(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.change("anna", lambda _session, anna: setattr(anna, "name", "Anna Ø"))
    mailing = village.start()
    village.work()

    anna, ben = scripted.mails["anna"], scripted.mails["ben"]
    assert anna.delivery.startswith(f"{mailing}-")
    assert (anna.values[Slot.NAME], ben.values[Slot.NAME]) == ("Anna Ø", "lezer")
    assert anna.values[Slot.SINCE] == "20 november 2026"
    assert anna.one_click_url == anna.values[Slot.LEAVE_URL]
    assert anna.values[Slot.LEAVE_URL].startswith(
        f"{village.settings.base_url}/unsubscribe/"
    )
    assert anna.values[Slot.LEAVE_URL] != anna.values[Slot.PREFERENCES_URL]
    (chunk,) = scripted.chunks
    headers = dict(chunk.message.headers)
    assert headers["List-Id"] == '"Buurtwijs" <buurtwijs.buurtwijs.example>'
    assert headers["Feedback-ID"] == f"42:buurtwijs:m{mailing}:buurtpost"
    assert chunk.message.folder == "42"


def test_what_was_never_started_has_no_receipt(village: Village) -> None:
    village.build("anna")

    with pytest.raises(NoMailing, match="mailings start 42"):
        village.receipt()


def test_the_archive_keeps_every_variant_as_it_was_mailed(village: Village) -> None:
    village.build("anna", friesian=("cleo",))
    village.start()

    with village.database.read() as session:
        variants = session.scalars(select(Variant).order_by(Variant.label)).all()
    assert variants[0].key == "base"
    assert all(len(variant.sha256) == 64 and variant.web for variant in variants)
