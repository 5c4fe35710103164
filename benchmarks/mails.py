"""What one version of an issue with twelve stories costs to make, step by step."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import mjml

from benchmarks.measure import Measure, in_turns
from newsletter.rendering import values, variant
from newsletter.rendering.disarm import disarmed_block, disarmed_frame
from newsletter.rendering.inlining import inline
from newsletter.rendering.merge import MergeTemplate, as_is, in_html
from newsletter.rendering.placing import place
from newsletter.rendering.richtext import from_markdown
from tests.mail_quality.linting import LINTERS
from tests.node import installed, node

ROUNDS = 25
BASE = "https://post.example.nl"
LPB = values.Brand(
    name="LPB",
    colour="#0b5c85",
    colour_dark="#86c8ea",
    logo=values.Picture(url=f"{BASE}/media/lpb.png", alt="LPB", width=240, height=120),
)
FRAME = values.Frame(
    number=43,
    subject="Beginnen zonder plan",
    preheader="Twaalf verhalen van mensen die gewoon begonnen.",
    language="nl",
    day=date(2026, 11, 20),
    host=replace(LPB, name="Buurtwijs", colour="#a63d22", logo=None),
    partner=LPB,
    web_url=f"{BASE}/issues/43/lpb",
    base_url=BASE,
    sender_name="Stichting Buurtwijs",
    postal_address="Postbus 1, 3500 AA Utrecht",
    list_name="Buurtwijs",
)


def twelve_stories() -> list[values.BlockValue]:
    """A foreword, then twelve stories, each with what we know about it."""
    blocks: list[values.BlockValue] = [
        values.Foreword(
            "foreword-1", from_markdown("Beste lezer,\n\ndeze maand *veel*.")
        )
    ]
    for n in range(12):
        title = f"De buurttafel die een straat werd ({n})"
        blocks.append(
            values.StoryBlock(
                id=f"story-{n}",
                title=title,
                teaser="Elke donderdag soep, en na een jaar een wijkplan dat niemand "
                "had opgeschreven. Wat deed die tafel wat vergaderingen niet deden?",
                url=f"{BASE}/stories/tafel-{n}",
                feature=n % 3 == 0,
                place="Deventer",
                source=values.Source("LPB", "#0b5c85", "#86c8ea"),
                picture=values.Picture(f"{BASE}/media/{n}.jpg", "Een tafel", 600, 300),
            )
        )
        entry = values.KnowledgeEntry(
            title="Ontmoeten als infrastructuur",
            why="Laat zien waarom een vaste plek meer doet dan een los evenement.",
            url=f"{BASE}/stories/ontmoeten",
            relation="onderbouwt",
            sort="onderzoek",
        )
        blocks.append(values.KnowledgeStrip(f"knowledge-{n}", title, (entry,)))
    return blocks


def measure() -> Iterator[Measure]:
    blocks = twelve_stories()
    frame = disarmed_frame(FRAME)
    placed = place([disarmed_block(block) for block in blocks])
    source = variant._mjml(frame, placed, on_web=False)
    css = variant._fill(
        frame, "mail/inline.css", variant._values(frame, placed, on_web=False)
    )
    compiled = mjml.mjml2html(source, fonts={})
    html, text = inline(compiled, css), variant._plain(frame, placed)

    def whole() -> None:
        made = variant._mjml(frame, placed, on_web=False)
        mail = variant._html(frame, placed, made, on_web=False)
        MergeTemplate.cut(mail, escape=in_html)
        MergeTemplate.cut(variant._plain(frame, placed), escape=as_is)

    steps = {
        "Jinja2": lambda: variant._mjml(frame, placed, on_web=False),
        "MJML": lambda: mjml.mjml2html(source, fonts={}),
        "premailer": lambda: inline(compiled, css),
        "text": lambda: variant._plain(frame, placed),
        "cut": lambda: (
            MergeTemplate.cut(html, escape=in_html),
            MergeTemplate.cut(text, escape=as_is),
        ),
    }
    total, *taken = in_turns(whole, *steps.values(), rounds=ROUNDS)
    shares = ", ".join(
        f"{name} {100 * seconds / sum(taken):.0f}%"
        for name, seconds in zip(steps, taken, strict=True)
    )
    yield Measure(
        name="render twelve stories",
        value=total * 1000,
        unit="ms",
        reference="the goal of 20 ms",
        reference_value=20,
        note=f"{shares}; {len(html.encode()):,} bytes",
    )
    (both,) = in_turns(lambda: variant.render_variant(FRAME, blocks), rounds=ROUNDS)
    yield Measure(name="... and its page on the web", value=both * 1000, unit="ms")
    yield Measure(
        name="its MJML step",
        value=_again_and_again(steps["MJML"]) * 1000,
        unit="ms",
        reference="npm mjml",
        reference_value=_by_npm(source),
        note="each in one process that does nothing else, warm",
    )


def _again_and_again(step: Callable[[], object]) -> float:
    """Median seconds, warm, as ``time.mjs`` measures npm's.

    Between the other steps, as in the shares above, it finds its caches emptied.
    """
    alone = []
    for _ in range(2 * ROUNDS):
        began = time.perf_counter()
        step()
        alone.append(time.perf_counter() - began)
    return statistics.median(alone[ROUNDS:])


def _by_npm(source: str) -> float:
    """Milliseconds."""
    installed(LINTERS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mail.mjml"
        path.write_text(source, encoding="utf-8")
        ran = subprocess.run(
            [node(), str(LINTERS / "time.mjs"), str(path), str(ROUNDS)],
            check=True,
            capture_output=True,
            text=True,
        )
    return float(ran.stdout)
