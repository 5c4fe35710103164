"""What is reported while a mailing is being sent can stop it; a person decides."""

from datetime import timedelta

import pytest

from newsletter.dispatch.models import Mailing
from newsletter.dispatch.returns.apply import apply_waiting
from newsletter.dispatch.states import MailingState
from newsletter.reasons import Code, read_reason
from tests.conftest import Begin
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.returns.reports import come_in, report
from tests.newsletter.dispatch.village import Village, check_sums

READERS = [f"reader{number:02}" for number in range(60)]
LATE = "zoe"  # the relay puts her off: the mailing goes on


@pytest.fixture
def under_way(village: Village, scripted: Scripted, begin: Begin) -> Village:
    def send() -> None:
        village.build(*READERS, LATE, editions=())
        village.start()
        village.work()

    village.with_settings(BUURTPOST_CHUNK="100")
    scripted.answers[LATE] = "later"
    begin("all_but_one_sent", village.home, send)
    assert village.receipt()["state"] == "sending"
    return village


def reported(village: Village, kind: str, *names: str) -> None:
    come_in(village, *(report(village, name, kind) for name in names))
    apply_waiting(village.database, village.settings.soft_bounces, now=village.now)


def why(village: Village) -> Code | None:
    with village.database.read() as session:
        mailing = session.query(Mailing).one()
        found = read_reason(mailing.reason)
        assert (mailing.state is MailingState.PAUSED) == (found is not None)
        return found.code if found else None


@pytest.mark.parametrize(
    ("kind", "few", "many", "code"),
    [
        ("complaint", 4, 5, Code.MANY_COMPLAINTS),
        ("hard_bounce", 9, 10, Code.MANY_BOUNCED),
        ("soft_bounce", 9, 10, Code.MANY_BOUNCED),
    ],
)
def test_too_many_reports_pause_a_mailing_and_say_why(
    under_way: Village, kind: str, few: int, many: int, code: Code
) -> None:
    reported(under_way, kind, *READERS[:few])
    assert why(under_way) is None

    reported(under_way, kind, *READERS[few:many])

    assert why(under_way) is code
    check_sums(under_way.receipt())


def test_a_resumed_mailing_is_not_stopped_by_the_same_reports(
    under_way: Village,
) -> None:
    reported(under_way, "complaint", *READERS[:5])
    under_way.now += timedelta(minutes=1)
    under_way.resume()

    under_way.now += timedelta(minutes=1)
    reported(under_way, "complaint", READERS[5])
    assert why(under_way) is None

    reported(under_way, "complaint", *READERS[6:10])
    assert why(under_way) is Code.MANY_COMPLAINTS


def test_a_mailing_that_is_over_is_left_alone(
    village: Village, scripted: Scripted
) -> None:
    village.build(*READERS, editions=())
    village.start()
    village.work()

    reported(village, "complaint", *READERS[:20])

    assert village.receipt()["state"] == "sent"
