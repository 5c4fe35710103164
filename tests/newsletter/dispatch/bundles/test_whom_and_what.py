"""A bundle tells each reader of what they would have got, and of nothing else."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from newsletter import privacy
from newsletter.cli.consent import heads_in_receipts
from newsletter.dispatch import departures
from newsletter.dispatch.bundles.errors import NothingToBundle
from newsletter.dispatch.bundles.known import find_bundle
from subscribers import consent, partner_consents
from subscribers.models import Frequency, Subscriber, SubscriptionState
from tests.newsletter.dispatch.bundles.monthly import NOVEMBER, Monthly, day
from tests.newsletter.dispatch.village import LPB, check_sums, end

SOEP, BALIE, BROOD = "De buurttafel", "Tussen balie en buurt", "Brood op straat"
GREETING = {"kind": "story", "id": "van-lpb", "story": "brood"}
WITH_ITS_OWN = {**LPB, "blocks": [{"after": None, "block": GREETING}]}


def test_it_holds_the_months_issues_in_the_version_each_reader_would_have_had(
    monthly: Monthly,
) -> None:
    monthly.people(
        "anna", monthly=("ben", "cleo", "dirk"), friesian=("cleo",), lpb=("dirk",)
    )
    monthly.mail(42, day(11, 5))
    monthly.mail(43, day(11, 19), editions=[WITH_ITS_OWN])
    assert monthly.receipt()["excluded"]["bundled"] == 3

    assert monthly.make() == "2026-11"
    mails = monthly.sent()

    assert set(mails) == {"ben", "cleo", "dirk"}
    for name, stories in {
        "ben": {SOEP},
        "cleo": {SOEP, BALIE},
        "dirk": {SOEP, BROOD},
    }.items():
        told = {story for story in (SOEP, BALIE, BROOD) if story in mails[name]}
        assert told == stories, name
        assert mails[name].index("Beginnen zonder plan") < mails[name].index(
            "Nummer 43"
        )
    assert "/issues/42/base " in mails["ben"]
    assert "/issues/43/lpb " in mails["dirk"]
    assert "LPB-editie" in mails["dirk"]
    assert "LPB-editie" not in mails["ben"]

    document = monthly.sums()
    check_sums(document)
    assert (document["issue"], document["state"]) == ("2026-11", "sent")
    assert (document["candidates"], document["prepared"], document["accepted"]) == (
        4, 3, 3,
    )  # fmt: skip
    assert document["excluded"]["nothing_for_you"] == 1  # Anna had every issue
    assert document["editions"]["lpb"]["accepted"] == 1
    with monthly.database.read() as session:
        assert document["consent_head"] == consent.head(session, 1).hex()


def test_the_plan_is_the_receipt_before_anything_is_written(village: Monthly) -> None:
    village.people("anna", monthly=("ben", "dirk"), lpb=("dirk",))
    village.mail(42, day(11, 5))

    village.now = day(12, 1)
    plan = village.plan()
    village.make()

    sums = village.sums()
    assert (plan["state"], sums["state"]) == ("planned", "sending")
    for name in ("issue", "candidates", "excluded", "prepared", "waiting", "editions"):
        assert plan[name] == sums[name]
    assert [one["readers"] for one in plan["variants"]] == [1, 1]
    assert plan["variants"][0] == {
        "key": "base", "edition": "base", "readers": 1, "blocks": ["issue-42"],
    }  # fmt: skip


def test_who_left_rests_or_is_suppressed_meanwhile_gets_nothing(
    village: Monthly,
) -> None:
    village.people(monthly=("ben", "cleo", "dirk"))
    village.mail(42, day(11, 5))
    village.change("ben", end)
    village.change(
        "cleo", lambda _s, reader: setattr(reader, "paused_until", day(12, 9).date())
    )

    village.make()

    assert set(village.sent()) == {"dirk"}
    excluded = village.sums()["excluded"]
    assert (excluded["ended"], excluded["resting"], excluded["bundled"]) == (1, 1, 0)


def test_who_leaves_between_the_freeze_and_the_claim_gets_nothing(
    village: Monthly,
) -> None:
    village.people(monthly=("ben", "dirk"), lpb=("dirk",))
    village.mail(42, day(11, 5))
    village.make()
    village.change("ben", end)
    village.change("dirk", no_more_lpb)

    assert village.sent() == {}
    assert village.sums()["cancelled"] == 2


def no_more_lpb(session: Session, reader: Subscriber) -> None:
    (subscription,) = reader.subscriptions
    for partner in partner_consents.partners_of(session, subscription):
        partner_consents.withdraw_partner(
            session, reader, subscription.mailing_list, partner, now=day(11, 25)
        )


def test_who_took_a_partners_consent_back_is_told_of_the_issue_without_its_pieces(
    monthly: Monthly,
) -> None:
    monthly.people(monthly=("dirk",), lpb=("dirk",))
    monthly.mail(43, day(11, 19), editions=[WITH_ITS_OWN])
    monthly.change("dirk", no_more_lpb)

    monthly.make()

    mail = monthly.sent()["dirk"]
    assert SOEP in mail
    assert BROOD not in mail
    assert "LPB" not in mail
    assert "/issues/43/base " in mail


def choose(frequency: Frequency) -> Callable[[Session, Subscriber], None]:
    return lambda _session, reader: setattr(reader, "frequency", frequency)


def test_who_chooses_it_in_mid_month_is_told_of_what_came_after(
    village: Monthly,
) -> None:
    village.people("anna")
    village.mail(42, day(11, 5))
    village.change("anna", choose(Frequency.MONTHLY))
    village.mail(43, day(11, 19))

    village.make()

    mail = village.sent()["anna"]
    assert "Nummer 43" in mail
    assert "Beginnen zonder plan" not in mail  # she had that


def test_who_wants_every_issue_again_still_gets_what_was_kept_back(
    village: Monthly,
) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.change("ben", choose(Frequency.EVERY))
    village.mail(43, day(11, 19))

    village.make()

    assert "Nummer 43" not in village.sent()["ben"]
    assert "Beginnen zonder plan" in village.sent()["ben"]


def test_who_chooses_it_between_freeze_and_claim_finds_the_issue_in_it(
    monthly: Monthly,
) -> None:
    monthly.people("anna")
    monthly.now = day(11, 5)
    monthly.start()
    monthly.change("anna", choose(Frequency.MONTHLY))
    monthly.work()
    assert monthly.outbox() == {}

    monthly.make()

    assert "Beginnen zonder plan" in monthly.sent()["anna"]


def test_an_issue_whose_bundle_was_made_already_goes_out_all_the_same(
    village: Monthly,
) -> None:
    village.people("anna", monthly=("ben",))
    village.now = day(11, 5)
    village.start()
    village.pause()
    village.make()
    village.change("anna", choose(Frequency.MONTHLY))

    village.resume()

    assert set(village.sent()) == {"ben"}
    assert set(village.outbox()) == {"anna"}  # no bundle would tell her of it any more


def test_an_issue_that_was_called_off_is_in_no_bundle(village: Monthly) -> None:
    village.people("anna", monthly=("ben",))
    village.now = day(11, 5)
    village.start()
    village.called_off(42)

    with pytest.raises(NothingToBundle, match="Nobody waits for bundle 2026-11"):
        village.make()


def test_what_nobody_waits_for_is_not_made(village: Monthly) -> None:
    village.people("anna")
    village.mail(42, day(11, 5))

    with pytest.raises(NothingToBundle):
        village.make(NOVEMBER)


def test_too_many_versions_become_what_everybody_had(
    village: Monthly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.dispatch.bundles.contents.MOST_VARIANTS", 1)
    village.people(monthly=("ben", "cleo"), friesian=("cleo",))
    village.mail(42, day(11, 5))

    village.make()

    mails = village.sent()
    assert [BALIE in mail for mail in mails.values()] == [False, False]
    assert [SOEP in mail for mail in mails.values()] == [True, True]


def test_the_links_in_it_leave_and_lead_to_ones_own_page(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.make()
    assert "/unsubscribe/" in village.sent()["ben"]

    with village.database.write.begin() as session:
        bundle = find_bundle(session, "2026-11")
        subscription = departures.subscription_of(session, bundle.mailing_id, 1)
        assert subscription is not None
        assert subscription.subscriber.address == "ben@example.nl"
        assert departures.leave(session, bundle.mailing_id, 1, now=village.now)
        assert subscription.state is SubscriptionState.ENDED


def test_a_reader_is_shown_what_of_it_they_got(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.make()
    village.sent()

    def shown(session: Session, reader: Subscriber) -> None:
        held = privacy.export(session, reader)["deliveries"]
        told = [(one["issue"], one["mailing"], one["excluded"]) for one in held]
        assert told == [(42, "issue", "bundled"), ("2026-11", "bundle", None)]

    village.change("ben", shown)


def test_it_is_a_witness_of_the_consent_ledger_too(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.make()

    with village.database.read() as session:
        assert set(heads_in_receipts(session)["buurtwijs"]) == {
            "the receipt of issue 42", "the receipt of bundle 2026-11",
        }  # fmt: skip
