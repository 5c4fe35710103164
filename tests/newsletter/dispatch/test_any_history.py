"""Whatever people and providers do, in whatever order: the sums hold, nobody twice."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.session import open_database
from database.urls import sqlite_url
from newsletter.dispatch.errors import MailingError
from newsletter.providers import PROVIDERS
from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.worker import WorkerTrouble
from tests.newsletter.dispatch.fakes import Killed, Scripted
from tests.newsletter.dispatch.village import Village, check_sums, end

NAMES = tuple("abcdefg")
ANSWERS = ("accept", "refuse", "later", "silence", "killed", "busy", "misconfigured")


def history() -> st.SearchStrategy[list[tuple[str, str, str]]]:
    """Steps: what happens, to whom, and what the provider says of them from now on."""
    act = st.sampled_from(
        ("answer", "work", "wait", "pause", "resume", "cancel", "retry", "leave")
    )
    likely = st.sampled_from(("answer", "work", "wait", "resume", "retry"))
    step = st.tuples(
        st.one_of(likely, act), st.sampled_from(NAMES), st.sampled_from(ANSWERS)
    )
    return st.lists(step, min_size=4, max_size=25)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with a mailing that was started, to copy for each history."""
    folder = tmp_path_factory.mktemp("started")
    shutil.copy(sqlite_template, folder / "buurtpost.sqlite")
    database = open_database(sqlite_url(folder / "buurtpost.sqlite"))
    village = Village(database, folder / "home")
    village.build(*NAMES[:5], lpb=NAMES[5:])
    village.start()
    database.close()
    return folder


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=history())
def test_the_sums_hold_and_nobody_is_mailed_twice(
    started: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        shutil.copytree(started, folder)
        database = open_database(sqlite_url(folder / "buurtpost.sqlite"))
        village, provider = Village(database, folder / "home"), Scripted()
        monkeypatch.setitem(PROVIDERS, "outbox", lambda _settings: provider)
        for act, who, answer in steps:
            live(village, provider, act, who, answer)
            document = village.receipt()
            check_sums(document)
            assert document["prepared"] == len(NAMES)
            assert max(provider.got.values(), default=0) <= 1, "nobody twice"
        provider.answers, provider.fails = {}, {}
        live(village, provider, "resume", "a", "")
        for _ in range(70):
            live(village, provider, "work", "a", "")
            village.now += timedelta(hours=1)
        document = village.receipt()
        check_sums(document)
        assert document["state"] in {"sent", "cancelled"}
        assert document["waiting"] == document["sending"] == 0, "nobody forgotten"
        assert document["accepted"] == sum(provider.got.values())
        database.close()


def live(village: Village, provider: Scripted, act: str, who: str, answer: str) -> None:
    if act == "answer":
        provider.answers.pop(who, None)
        provider.fails.pop(who, None)
        if answer == "busy":
            provider.fails[who] = ProviderBusy("429", seconds=300)
        elif answer == "misconfigured":
            provider.fails[who] = ProviderMisconfigured("The key was refused.")
        else:
            provider.answers[who] = answer
    elif act == "wait":
        village.now += timedelta(minutes=40)
    elif act == "leave":
        village.change(who, end)
    elif act == "work":
        try:
            village.work()
        except (Killed, WorkerTrouble):
            provider.answers = {
                name: said
                for name, said in provider.answers.items()
                if said != "killed"
            }
    else:
        decide(village, act)


def decide(village: Village, act: str) -> None:
    acts: dict[str, Callable[[], object]] = {
        "pause": village.pause,
        "resume": village.resume,
        "cancel": village.cancel,
        "retry": village.retry,
    }
    with suppress(MailingError):  # not in this state: a sentence, nothing changed
        acts[act]()
