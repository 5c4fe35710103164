from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter import signup
from newsletter.jobs.models import Job
from subscribers import subscriptions, suppression
from subscribers.addresses import BadAddress
from subscribers.lists import UnknownList
from subscribers.models import ConsentWording, SignupRequest, SuppressionReason
from subscribers.preferences import BadLanguage
from subscribers.regions import AmbiguousRegion, UnknownRegion
from subscribers.roles import UnknownRole
from subscribers.senders import UnknownSender
from subscribers.tokens import Purpose, Signer
from subscribers.typed import BadLine
from tests.conftest import NOW
from tests.factories import ANNA, a_list, a_partner, a_reader

signer = Signer((b"a key",))

FORM = {
    "address": " Anna@Example.nl ",
    "list_slug": "buurtwijs",
    "region": "Zwolle",
    "roles": ["bewoner"],
    "partners": ["LPB"],
    "language": "nl",
    "name": "Anna",
    "source": "form",
    "now": NOW,
}


@pytest.fixture
def buurtwijs(session):
    a_partner(session)
    return a_list(session)


def sign_up(session, *, source, now, **typed):
    asked = signup.read_form(session, signup.FilledIn(**typed))
    return signup.request_subscription(session, asked, source=source, now=now)


def _request(session):
    return session.scalars(select(SignupRequest)).one()


def test_a_sign_up_is_written_down_with_a_job_to_confirm_it(session, buurtwijs):
    sign_up(session, **FORM)

    job = session.scalars(select(Job)).one()
    request = _request(session)
    assert (job.kind, job.payload) == ("confirmation", {"request": request.id})
    assert request.details["region"] == "GM0193"
    words = session.get_one(ConsentWording, request.wording_id).text
    assert words.startswith("Ja, mail mij Buurtwijs van Stichting Buurtwijs.")


def test_the_link_confirms_and_repeating_it_is_fine(session, buurtwijs):
    sign_up(session, **FORM)
    token = signer.sign(Purpose.CONFIRM, _request(session).id)

    first = signup.confirm(session, token, signer=signer, now=NOW)
    again = signup.confirm(session, token, signer=signer, now=NOW)

    assert first is again
    assert [s.slug for s in subscriptions.partners_of(session, first)] == ["lpb"]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        signer.sign(Purpose.CONFIRM, 999_999),
        signer.sign(Purpose.LEAVE, 1),
        signer.sign(Purpose.CONFIRM, 1, 2),
        signer.sign(Purpose.CONFIRM, 1, until=NOW),
    ],
)
def test_a_link_that_is_not_ours_confirms_nothing(session, buurtwijs, token):
    sign_up(session, **FORM)

    assert signup.confirm(session, token, signer=signer, now=NOW) is None


def _known(session, buurtwijs):
    a_reader(session, buurtwijs, ANNA)


def _left(session, buurtwijs):
    subscriptions.end_everything(session, a_reader(session, buurtwijs, ANNA), now=NOW)


def _suppressed(session, buurtwijs):
    suppression.suppress(
        session, address=ANNA, reason=SuppressionReason.COMPLAINED, now=NOW
    )


@pytest.mark.parametrize("before", [None, _known, _left, _suppressed])
def test_the_way_is_the_same_whoever_it_is(session, buurtwijs, before):
    if before is not None:
        before(session, buurtwijs)

    answer = sign_up(session, **FORM)

    assert answer is None
    assert session.scalar(select(func.count()).select_from(Job)) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"address": "anna"}, BadAddress),
        ({"list_slug": "nieuws"}, UnknownList),
        ({"region": "Atlantis"}, UnknownRegion),
        ({"region": "Bergen"}, AmbiguousRegion),
        ({"roles": ["burgemeester"]}, UnknownRole),
        ({"partners": ["niemand"]}, UnknownSender),
        # An organisation that sends a list of its own is no partner.
        ({"partners": ["stichting-buurtwijs"]}, UnknownSender),
        ({"language": "fr"}, BadLanguage),
        ({"name": "Anna\r\nBcc: ben@example.nl"}, BadLine),
    ],
)
def test_what_was_typed_wrongly_is_refused(session, buurtwijs, change, error):
    with pytest.raises(error):
        sign_up(session, **FORM | change)

    assert session.scalars(select(Job)).all() == []


def test_what_may_be_left_out(session, buurtwijs):
    bare = {"region": "", "roles": [], "partners": [], "language": "", "name": " "}

    sign_up(session, **FORM | bare)

    assert _request(session).details == {
        "name": None,
        "region": None,
        "roles": 0,
        "language": None,
        "partners": [],
    }


def test_a_form_cannot_fill_a_strangers_mailbox(session, buurtwijs):
    for _again in range(signup.MOST_AN_HOUR + 3):
        sign_up(session, **FORM)
    jobs = select(func.count()).select_from(Job)
    assert session.scalar(jobs) == signup.MOST_AN_HOUR

    later = NOW + timedelta(hours=1, seconds=1)
    sign_up(session, **FORM | {"now": later})
    assert session.scalar(jobs) == signup.MOST_AN_HOUR + 1
