"""Issues to look over, and what an example of a check is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from newsletter.elsewhere.looking import Look
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import Looking, look
from newsletter.preflight.reading import read_mail
from tests.conftest import NOW
from tests.newsletter.issues.world import World

Blocks = list[dict[str, Any]]
Make = Callable[[World], Looking]
Check = Any

HELLO = {"kind": "text", "text": "Dag [allemaal](https://buurt.example/dag)."}
BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Example:
    fails: Make
    level: Level
    passes: Make
    only_dutch: bool = False  # nothing is said of an issue in another language


def look_over(world: World, *blocks: dict[str, Any], **more: Any) -> Looking:
    """An issue with these blocks, one reader, and everything else in order."""
    if not more.pop("nobody", False):
        world.reader("anna")
    more.setdefault("preheader", "Soep, en wat we al wisten.")
    issue = world.issue(*(blocks or (HELLO,)), **more)
    return look(world.session, world.settings, issue, now=NOW)


def with_html(looking: Looking, change: Callable[[str], str]) -> Looking:
    """The same, as if the mail's template had been changed."""
    versions = []
    for version in looking.versions:
        html = change(version.produced.rendered.html)
        rendered = replace(version.produced.rendered, html=html)
        versions.append(
            replace(
                version,
                produced=replace(version.produced, rendered=rendered),
                mail=read_mail(html),
            )
        )
    return replace(looking, versions=tuple(versions))


def with_setting(looking: Looking, **settings: Any) -> Looking:
    return replace(looking, settings=replace(looking.settings, **settings))


def seen(looking: Looking, look: Look) -> Looking:
    return replace(looking, looks={"https://buurt.example/dag": look})


def said(text: str) -> Make:
    """An issue that says this and nothing else."""
    return lambda world: look_over(world, {"kind": "text", "text": text})
