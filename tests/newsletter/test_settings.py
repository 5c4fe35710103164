"""Settings: everything that is wrong is said at once, and nothing is guessed."""

import stat
from pathlib import Path

import pytest

from newsletter.settings import KeyMissing, SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BUURTPOST_BASE_URL", "ftp://post.example.nl"),
        ("BUURTPOST_BASE_URL", "https://"),
        ("BUURTPOST_BASE_URL", "https://[::1"),
        ("BUURTPOST_BASE_URL", "https://post.example.nl:99999"),
        ("BUURTPOST_BASE_URL", "https://post example.nl"),
        ("BUURTPOST_BASE_URL", "https://post.example.nl/?x=1"),
        ("BUURTPOST_DATABASE_URL", "mysql://host/name"),
        ("BUURTPOST_DATABASE_URL", "postgresql://user@host:port/name"),
        ("BUURTPOST_DATABASE_URL", "sqlite:"),
        ("BUURTPOST_DATABASE_URL", "sqlite://"),
        ("BUURTPOST_DATABASE_URL", "sqlite:///:memory:"),
        ("BUURTPOST_PROVIDER", "post"),
        ("BUURTPOST_BROKER_URL", "sqs://"),
        ("BUURTPOST_BROKER_URL", "localhost:5672"),
        ("BUURTPOST_BROKER_URL", "amqp:localhost"),
        ("BUURTPOST_BROKER_URL", "amqp://host:port//"),
        ("BUURTPOST_CHUNK", "0"),
        ("BUURTPOST_CHUNK", "-5"),
        ("BUURTPOST_CHUNK", "1001"),
        ("BUURTPOST_CHUNK", "5e2"),
        ("BUURTPOST_CHUNK", "٣"),
        ("BUURTPOST_PENDING_DAYS", "0"),
        ("BUURTPOST_SOFT_BOUNCES", "five"),
        ("BUURTPOST_SOFT_BOUNCES", "5"),
        ("BUURTPOST_SOFT_BOUNCES", "0/7d"),
        ("BUURTPOST_SOFT_BOUNCES", "5/7h"),
        ("BUURTPOST_SOFT_BOUNCES", "٥/7d"),
        ("BUURTPOST_TRUSTED_PROXIES", "one"),
        ("BUURTPOST_RATE", "0"),
        ("BUURTPOST_RATE", "-1"),
        ("BUURTPOST_RATE", "nan"),
        ("BUURTPOST_RATE", "1e3"),
        ("BUURTPOST_RATE", "0,5"),
        ("BUURTPOST_DOMAIN_RATES", "gmail.com"),
        ("BUURTPOST_DOMAIN_RATES", "gmail.com=0"),
        ("BUURTPOST_DOMAIN_RATES", "gmail=5"),
        ("BUURTPOST_DOMAIN_RATES", "gmail.com=5,Gmail.com=6"),
        ("BUURTPOST_RETRY_HOURS", "-1"),
        ("BUURTPOST_RETRY_HOURS", "169"),
        ("BUURTPOST_RETRY_HOURS", "two days"),
        ("BUURTPOST_SENDING_HOURS", "8-20"),
        ("BUURTPOST_SENDING_HOURS", "08:00"),
        ("BUURTPOST_SENDING_HOURS", "08:00-08:00"),
        ("BUURTPOST_SENDING_HOURS", "00:00-24:00"),
        ("BUURTPOST_SENDING_HOURS", "24:30-08:00"),
        ("BUURTPOST_SENDING_HOURS", "08:00-20:61"),
        ("BUURTPOST_TIMEZONE", "Mars/Olympus"),
        ("BUURTPOST_TIMEZONE", "../../etc/passwd"),
        ("BUURTPOST_FEEDBACK_SENDER_ID", "post"),
        ("BUURTPOST_FETCH_ALLOW", "127.0.0.0/8, home"),
        ("BUURTPOST_REPLY_TO", "nobody"),
        ("BUURTPOST_REPLY_TO", "anna@example.nl\r\nBcc: ben@example.nl"),
    ],
)
def test_a_wrong_setting_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: text})


def test_all_problems_are_reported_at_once() -> None:
    wrong = {
        "BUURTPOST_BASE_URL": "ftp://x",
        "BUURTPOST_CHUNK": "-5",
        "BUURTPOST_DOMAIN_RATES": "gmail.com=fast",
        "BUURTPOST_FETCH_ALLOW": "home",
        "BUURTPOST_PROVIDER": "post",
        "BUURTPOST_RATE": "fast",
        "BUURTPOST_REPLY_TO": "nobody",
        "BUURTPOST_RETRY_HOURS": "long",
        "BUURTPOST_SENDING_HOURS": "by day",
        "BUURTPOST_TIMEZONE": "Mars/Olympus",
    }

    with pytest.raises(SettingsError) as caught:
        read_settings(wrong)

    assert len(caught.value.problems) == len(wrong)
    assert all(name in str(caught.value) for name in wrong)


def test_a_wrong_database_address_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"BUURTPOST_DATABASE_URL": "postgresql://u:geheim@h:port/x"})

    assert "geheim" not in str(caught.value)


POSTGRESQL = "postgresql://user@host/name"


@pytest.mark.parametrize(
    "url",
    [
        "amqp://",
        "amqp://user:password@host:5672//",
        "amqps://host/",
        "redis://localhost:6379/0",
        "rediss://:password@host/1",
    ],
)
def test_a_broker_is_rabbitmq_or_redis(url: str) -> None:
    settings = read_settings(
        {"BUURTPOST_BROKER_URL": url, "BUURTPOST_DATABASE_URL": POSTGRESQL}
    )

    assert settings.broker_url == url


def test_without_a_broker_workers_find_their_work_by_themselves() -> None:
    assert read_settings({}).broker_url is None
    assert read_settings({"BUURTPOST_BROKER_URL": ""}).broker_url is None


def test_a_broker_is_refused_with_sqlite_for_machines_cannot_share_it() -> None:
    with pytest.raises(SettingsError, match=r"set BUURTPOST_DATABASE_URL") as caught:
        read_settings({"BUURTPOST_BROKER_URL": "amqp://u:geheim@host//"})

    assert len(caught.value.problems) == 1
    assert "geheim" not in str(caught.value)


def test_a_wrong_broker_address_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"BUURTPOST_BROKER_URL": "amqp://u:geheim@host:port//"})

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://post.example.nl/buurt/",
        "http://[::1]:8000",
        "https://post.example.nl:8443",
    ],
)
def test_links_may_point_into_a_folder_or_at_a_port(url: str) -> None:
    assert read_settings({"BUURTPOST_BASE_URL": url}).base_url == url.rstrip("/")


def test_a_new_home_is_its_owners_alone(tmp_path: Path) -> None:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "deep" / "home")})

    settings.make_home()

    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    key = settings.home / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_key_that_was_cut_off_as_it_was_made_signs_nothing(tmp_path: Path) -> None:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    key = settings.home / "secret.key"
    key.write_text("")  # the disk was full

    with pytest.raises(KeyMissing, match=r"secret\.key"):
        settings.signing_keys()

    settings.make_home()
    assert len(settings.signing_keys()[0]) > 40
