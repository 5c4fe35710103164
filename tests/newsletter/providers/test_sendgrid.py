"""SendGrid that refuses, stalls, stumbles and changes its mind."""

import logging
import time
from collections.abc import Callable, Iterator

import pytest

from newsletter.providers import open_provider
from newsletter.providers.base import Chunk, ProviderBusy, ProviderMisconfigured
from newsletter.providers.sendgrid.options import Options
from newsletter.providers.sendgrid.provider import SendGridProvider
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import (
    ANNA,
    BEN,
    CLEO,
    Journal,
    chunk,
    crowd,
    message,
    never,
    recipient,
)
from tests.stand_ins.sendgrid import Body, Reply, Rule, SendGridStandIn

Opener = Callable[..., SendGridProvider]


@pytest.fixture
def open_to() -> Iterator[Opener]:
    """Opens providers, and closes them when the test is over."""
    opened: list[SendGridProvider] = []

    def open_to(
        server: SendGridStandIn | str,
        *,
        key: str = SendGridStandIn.key,
        connections: int = 4,
        timeout: float = 10,
    ) -> SendGridProvider:
        host = server if isinstance(server, str) else server.url
        options = Options(tuple(key.split(", ")), host, connections)
        opened.append(SendGridProvider(options, chunk_size=1000, timeout=timeout))
        return opened[-1]

    yield open_to
    for provider in opened:
        provider.close()


def always(reply: Reply) -> Rule:
    return lambda _number, _body: reply


def first(reply: Reply) -> Rule:
    return lambda number, _body: reply if number == 1 else None


def to_whom(body: Body) -> list[str]:
    return [person["to"][0]["email"] for person in body["personalizations"]]


def bad_address(address: str) -> Rule:
    """The whole request is refused when one address in it is bad."""

    def rule(_number: int, body: Body) -> Reply | None:
        if address not in to_whom(body):
            return None
        where = f"personalizations.{to_whom(body).index(address)}.to.0.email"
        return Reply(400, f"Does not contain a valid address: {address}", where)

    return rule


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_one_chunk_is_one_request_with_a_personalization_each_in_order(
    open_to, journal
):
    with SendGridStandIn() as server:
        open_to(server).send(chunk(), marks=journal, until=never)

    (body,) = server.requests
    assert to_whom(body) == [ANNA, BEN, CLEO]


def test_the_request_tracks_nobody_and_names_people_by_nothing_but_an_opaque_id(
    open_to,
    journal,
):
    with SendGridStandIn() as server:
        open_to(server).send(chunk([ANNA]), marks=journal, until=never)

    (body,) = server.requests
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }
    assert "asm" not in body
    assert "categories" not in body
    assert body["personalizations"][0]["custom_args"] == {"bw_delivery": "12-1"}


def test_the_request_as_a_whole(open_to, journal):
    with SendGridStandIn() as server:
        open_to(server).send(chunk([ANNA]), marks=journal, until=never)

    (body,) = server.requests
    assert body["from"] == {
        "email": "nieuws@post.example.nl",
        "name": "Buurtwijs, nieuws uit de wijk",
    }
    assert body["reply_to"] == {"email": "redactie@example.nl"}
    assert body["headers"] == {
        "List-Id": "Buurtwijs <buurtwijs.post.example.nl>",
        "Feedback-ID": "42:base:buurtwijs:buurtpost",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Language": "nl",
    }
    (person,) = body["personalizations"]
    assert person["to"] == [{"email": ANNA, "name": "Anna de Vries"}]
    assert person["headers"] == {
        "List-Unsubscribe": f"<{recipient(ANNA).one_click_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert sorted(person["substitutions"].values()) == sorted(
        [
            "Anna de Vries",  # the subject's, the text's and the HTML's own
            "Anna de Vries",
            "Anna de Vries",
            recipient(ANNA).one_click_url,
            recipient(ANNA).one_click_url,
        ]
    )


def test_the_html_part_gets_values_escaped_and_the_text_part_gets_them_plain(
    open_to, journal
):
    letter = Chunk(message(), (recipient(ANNA, name="<b>Anna & co</b>"),))
    with SendGridStandIn() as server:
        open_to(server).send(letter, marks=journal, until=never)

    (mail,) = server.mails
    assert "Dag &lt;b&gt;Anna &amp; co&lt;/b&gt;," in mail.html
    assert "Dag <b>Anna & co</b>," in mail.text


def test_a_name_that_looks_like_a_tag_stays_a_name(open_to, journal):
    with SendGridStandIn() as server:
        provider = open_to(server)
        provider.send(chunk([ANNA]), marks=journal, until=never)
        (tag, *_) = server.requests[0]["personalizations"][0]["substitutions"]
        letter = Chunk(message(), (recipient(BEN, name=tag),))
        provider.send(letter, marks=Journal(), until=never)

    assert f"Dag {tag}," in server.mails[1].text


def test_the_reference_is_that_of_the_request(open_to, journal):
    with SendGridStandIn() as server:
        open_to(server).send(chunk(), marks=journal, until=never)

    assert journal.words == dict.fromkeys(range(3), "message-1")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_pauses_and_leaves_nobody_in_doubt(open_to, journal, status):
    with (
        SendGridStandIn(always(Reply(status, "No."))) as server,
        pytest.raises(ProviderMisconfigured, match="refuses the key"),
    ):
        open_to(server).send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_with_several_keys_the_next_is_tried(open_to, journal):
    with SendGridStandIn() as server:
        provider = open_to(server, key=f"SG.old, {server.key}")
        provider.send(chunk(), marks=journal, until=never)
        provider.send(chunk([BEN]), marks=Journal(), until=never)

    assert journal.outcome == dict.fromkeys(range(3), "accepted")
    assert len(server.requests) == 3


def test_a_bad_recipient_is_found_by_halving_and_harms_nobody_else(open_to, journal):
    with SendGridStandIn(bad_address("reader17@example.nl")) as server:
        open_to(server).send(crowd(40), marks=journal, until=never)

    assert journal.outcome.pop(17) == "refused"
    assert journal.words[17] == "400 Does not contain a valid address: <address>"
    assert set(journal.outcome.values()) == {"accepted"}
    assert server.addressees().total() == 39


def test_a_mistake_in_the_mail_itself_pauses_instead_of_refusing_everybody(
    open_to, journal
):
    wrong = Reply(400, "The from address is not verified.", "from.email")
    with (
        SendGridStandIn(always(wrong)) as server,
        pytest.raises(ProviderMisconfigured, match="not verified"),
    ):
        open_to(server).send(crowd(40), marks=journal, until=never)

    assert len(server.requests) == 1
    assert journal.outcome == {}


def test_a_request_that_is_too_large_is_cut(open_to, journal):
    def too_large(_number: int, body: Body) -> Reply | None:
        return Reply(413) if len(body["personalizations"]) > 10 else None

    with SendGridStandIn(too_large) as server:
        open_to(server).send(crowd(40), marks=journal, until=never)

    assert set(journal.outcome.values()) == {"accepted"}
    assert server.addressees().total() == 40


def test_a_limit_says_how_long_to_wait(open_to, journal):
    reset = str(int(time.time()) + 30)
    slow = Reply(429, "Too many", headers=(("X-RateLimit-Reset", reset),))
    with (
        SendGridStandIn(always(slow)) as server,
        pytest.raises(ProviderBusy, match="asks us to wait") as busy,
    ):
        open_to(server).send(chunk(), marks=journal, until=never)

    assert 25 < busy.value.seconds <= 30
    assert journal.outcome == {}


@pytest.mark.parametrize(
    "headers", [(), (("X-RateLimit-Reset", "soon"),), (("X-RateLimit-Reset", "1"),)]
)
def test_a_limit_that_does_not_say_how_long_is_waited_for_all_the_same(
    open_to, journal, headers
):
    with (
        SendGridStandIn(always(Reply(429, headers=headers))) as server,
        pytest.raises(ProviderBusy) as busy,
    ):
        open_to(server).send(chunk(), marks=journal, until=never)

    assert busy.value.seconds >= 1


@pytest.mark.parametrize("after_taking", [True, False])
@pytest.mark.parametrize("status", [500, 502, 503, 0, 408])
def test_no_clear_answer_leaves_the_request_in_doubt_and_sends_it_once(
    open_to, journal, status, after_taking
):
    with (
        SendGridStandIn(always(Reply(status, after_taking=after_taking))) as server,
        pytest.raises(ProviderBusy, match="did not answer"),
    ):
        open_to(server).send(chunk(), marks=journal, until=never)

    assert journal.outcome == dict.fromkeys(range(3), "handed over")
    assert len(server.requests) == 1


def test_an_answer_that_comes_too_late_is_doubt(open_to, journal):
    with SendGridStandIn(always(Reply(202, after_taking=True, seconds=0.6))) as server:
        provider = open_to(server, timeout=0.2)
        with pytest.raises(ProviderBusy):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == dict.fromkeys(range(3), "handed over")


@pytest.mark.parametrize("status", [200, 201])
def test_any_success_but_202_is_doubt(open_to, journal, status):
    with (
        SendGridStandIn(always(Reply(status))) as server,
        pytest.raises(ProviderBusy, match="not 202"),
    ):
        open_to(server).send(chunk(), marks=journal, until=never)

    assert journal.outcome == dict.fromkeys(range(3), "handed over")


def test_a_redirect_is_not_followed_and_pauses(open_to, journal):
    with SendGridStandIn() as other:
        away = Reply(302, headers=(("Location", other.url),))
        with (
            SendGridStandIn(always(away)) as server,
            pytest.raises(ProviderMisconfigured),
        ):
            open_to(server).send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}
    assert other.requests == []


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "http://nowhere.invalid"])
def test_a_sendgrid_that_cannot_be_reached_touches_nobody(open_to, journal, host):
    provider = open_to(host)

    with pytest.raises(ProviderBusy, match="cannot be reached"):
        provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_trouble_in_a_later_part_leaves_only_that_part_in_doubt(open_to, journal):
    def rule(number: int, _body: Body) -> Reply | None:
        return {1: Reply(413), 2: None, 3: Reply(500)}[number]

    with SendGridStandIn(rule) as server, pytest.raises(ProviderBusy):
        open_to(server).send(crowd(4), marks=journal, until=never)

    assert journal.outcome == {
        0: "accepted",
        1: "accepted",
        2: "handed over",
        3: "handed over",
    }


def test_told_to_stop_between_parts_the_rest_is_put_back_not_in_doubt(open_to, journal):
    with SendGridStandIn(first(Reply(413))) as server:
        open_to(server).send(
            crowd(4), marks=journal, until=lambda: len(server.requests) >= 2
        )

    assert journal.outcome == {0: "accepted", 1: "accepted"}


def test_the_same_address_twice_goes_in_two_requests(open_to, journal):
    with SendGridStandIn() as server:
        letter = chunk([ANNA, BEN, "Anna@Example.nl"])
        open_to(server).send(letter, marks=journal, until=never)

    assert [to_whom(body) for body in server.requests] == [
        [ANNA, BEN],
        ["Anna@Example.nl"],
    ]


def test_neither_key_nor_mail_is_ever_logged(open_to, journal, caplog):
    caplog.set_level(logging.DEBUG)
    with SendGridStandIn() as server:
        open_to(server).send(chunk(), marks=journal, until=never)

    assert server.key not in caplog.text
    assert ANNA not in caplog.text


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "SENDGRID_API_KEY is not set"),
        ({"SENDGRID_API_KEY": " , "}, "SENDGRID_API_KEY is not set"),
        ({"SENDGRID_API_KEY": "SG.é"}, "a character that no key has"),
        (
            {"SENDGRID_API_KEY": "SG.x", "SENDGRID_HOST": "api.sendgrid.com"},
            "SENDGRID_HOST must begin with https://",
        ),
        (
            {"SENDGRID_API_KEY": "SG.x", "SENDGRID_HOST": "https://[::1"},
            "SENDGRID_HOST must begin with https://",
        ),
        *(
            (
                {"SENDGRID_API_KEY": "SG.x", "SENDGRID_CONNECTIONS": number},
                f"SENDGRID_CONNECTIONS must be a number from 1 to 32, not '{number}'",
            )
            for number in ("0", "33", "-1", "four", "²", "9" * 30)
        ),
    ],
)
def test_wrong_settings_are_one_sentence(environment, says):
    settings = read_settings({"BUURTPOST_PROVIDER": "sendgrid", **environment})

    with pytest.raises(ProviderMisconfigured, match=says):
        open_provider(settings)
