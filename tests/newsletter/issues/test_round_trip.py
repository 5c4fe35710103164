"""Any issue, exported, imported and exported again, is the same byte for byte."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.issues.blocks import BLOCK_TYPES
from newsletter.issues.export import export_issue
from newsletter.issues.files import import_issue
from newsletter.library import knowledge
from newsletter.library.bodies import Format
from tests.conftest import NOW
from tests.newsletter.issues.test_blocks import RULES, TEXT, documents
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import picture

KNOWN = {"story": ("soep", "balie", "html"), "partner": ("lpb",)}
FLAT = RULES.filter(lambda rule: "partner" not in str(rule))


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    """Of any kind, with what is there to be shown."""
    kind = draw(st.sampled_from(BLOCK_TYPES))
    document = draw(documents(kind)) | {"kind": kind.kind}
    for name, there in KNOWN.items():
        if name in document:
            document[name] = draw(st.sampled_from(there))
    if kind.kind == "image" and draw(st.booleans()):
        document.pop("url", None)
        document["file"] = "tafel.png"
    return document


LINE = TEXT.filter(lambda text: "\n" not in text)
EDITIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "audience": FLAT,
            "foreword": TEXT,
            "subject": LINE,
            "blocks": st.lists(
                blocks().map(lambda block: {"after": None, "block": block}), max_size=2
            ),
        },
    ),
    max_size=2,
)


@pytest.fixture
def library(world: World, tmp_path: Path) -> World:
    (tmp_path / "tafel.png").write_bytes(picture())
    world.story("plek", "Vaste plekken", kind="research")
    table = "<table><tr><td>1</td></tr></table><p>Een <b>bank</b>.</p>"
    world.story("html", "Een bank", body=table, format=Format.HTML, image=picture())
    knowledge.link(
        world.session,
        story="soep",
        knowledge="plek",
        relation="supports",
        why="Want ja.",
        now=NOW,
    )
    return world


_PLACES = itertools.count()


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    subject=LINE,
    preheader=LINE,
    language=st.sampled_from(["nl", "en"]),
    base=st.lists(blocks(), max_size=6),
    editions=EDITIONS,
)
def test_nothing_is_lost_on_the_way_round(
    library: World,
    tmp_path: Path,
    subject: str,
    preheader: str,
    language: str,
    base: list[dict[str, Any]],
    editions: list[dict[str, Any]],
) -> None:
    keys = [{"partner": "lpb"}, {"region": "PV21"}]
    document = {
        "number": 42,
        "list": "buurtwijs",
        "subject": subject,
        "preheader": preheader,
        "language": language,
        "blocks": base,
        "editions": [
            {**key, **edition} for key, edition in zip(keys, editions, strict=False)
        ],
    }
    path = tmp_path / "42.json"
    first, second = (tmp_path / f"out-{next(_PLACES)}" for _ in range(2))
    path.write_text(json.dumps(document), encoding="utf-8")

    issue = import_issue(library.session, library.settings, path, now=NOW)
    export_issue(library.session, library.settings, issue, first)
    again = import_issue(library.session, library.settings, first, now=NOW)
    export_issue(library.session, library.settings, again, second)

    assert files(second) == files(first)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
