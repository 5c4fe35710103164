"""Issues nobody would think of, drawn from a seed: the same seed, the same issues.

What a block holds is drawn from its own declaration, so a new kind of block is mailed
here as soon as it stands in BLOCK_TYPES.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.blocks import BLOCK_TYPES, Block, read_block
from newsletter.issues.blocks.fields import FieldSpec, Form
from newsletter.issues.errors import BadBlock
from newsletter.issues.files import import_issue
from newsletter.issues.variants import plan_variants
from newsletter.library.knowledge import link
from newsletter.library.models import ItemKind, LibraryItem, Relation
from newsletter.media import store
from newsletter.partners.models import Partner
from newsletter.partners.partners import add_partner
from newsletter.production.produce import produce
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.mail_quality.mails import Mail, mail_of
from tests.newsletter.issues.world import ONLY_AMBTENAREN, TODAY, World
from tests.newsletter.pictures import picture

_WORDS = (
    "buurt straat tafel soep donderdag gemeente wijkplan bewoner ambtenaar "
    "samen beginnen zonder plan vertrouwen 's-Gravenhage Súdwest-Fryslân café "
    "arbeidsongeschiktheidsverzekering leefbaarheidsondersteuning AT&T 3<4 “ja” "
    "{naam} 100% €12,50 één coöperatie 🌱 R&D #buurt neighbourhood kitchen"
).split()
_COLOURS = ("#0b5c85", "#ffd500", "#ffffff", "#000000", "#e2001a", "#9bc4ff")
_NAMES = ("LPB", "Zonneweide", "Vereniging van Nederlandse Wijkorganisaties & Co")
# A wordmark, a square and a tall one.
_LOGOS = ((600, 60), (120, 120), (40, 160))
_STORIES = 12


class Neighbourhood:
    """Partners, stories and readers to draw issues from, and the draw itself."""

    def __init__(self, session: Session, settings: Settings, *, seed: int) -> None:
        self._session = session
        self._settings = settings
        self._seed = seed
        self.random = random.Random(seed)
        self._world = World(session, settings)
        self._partners = [
            self._partner(f"partner-{n}", name, logo)
            for n, (name, logo) in enumerate(zip(_NAMES, _LOGOS, strict=True))
        ]
        self.stories = [self._story(n) for n in range(_STORIES)]
        self.pictures = [
            store(settings.media, picture(width, height)).hash
            for width, height in ((1200, 500), (300, 400), (90, 90))
        ]
        self._world.reader("anna", roles=["wijkambtenaar"])
        for partner in self._partners:
            self._world.reader(f"lezer-{partner.slug}", partners=[partner])

    @property
    def partners(self) -> list[str]:
        return [partner.slug for partner in self._partners]

    def mails(self, number: int) -> Iterator[Mail]:
        """Every version of the issue of this number."""
        self.random = random.Random(f"{self._seed}-{number}")
        document = self._document(number)
        issue = import_issue(self._session, self._settings, document, now=NOW)
        for planned in plan_variants(self._session, issue, today=TODAY):
            made = produce(self._session, self._settings, issue, planned, day=TODAY)
            yield mail_of(f"{number}-{planned.key}", made.rendered)

    def words(self, most: int) -> str:
        """Some words, at most so many characters of them."""
        count = self.random.randint(1, 30)
        drawn = " ".join(self.random.choice(_WORDS) for _ in range(count))
        return drawn[:most].strip() or "soep"

    def _document(self, number: int) -> dict[str, Any]:
        draw = self.random
        kinds = draw.choices(BLOCK_TYPES, k=draw.randint(1, 14))
        blocks = [self._block(kind) for kind in [*kinds, draw.choice(_FOR_ALL)]]
        edition = {
            "partner": draw.choice(self.partners),
            "foreword": self.words(400),
            "blocks": [{"after": None, "block": self._block(_FOR_ALL[0])}],
        }
        return {
            "number": number,
            "list": "buurtwijs",
            "subject": self.words(120),
            "preheader": self.words(100),
            "language": draw.choice(("nl", "en")),
            "blocks": blocks,
            "editions": [edition],
        }

    def _block(self, kind: type[Block]) -> dict[str, Any]:
        """A block its own kind finds nothing to mend in."""
        while True:
            document: dict[str, Any] = {"kind": kind.kind}
            specs = kind.specs()
            has_picture = any(spec.form is Form.PICTURE for spec in specs.values())
            for name, spec in specs.items():
                # A picture comes from our own library; elsewhere is another's server.
                if has_picture and spec.form is Form.LINK:
                    continue
                if spec.required or self.random.random() < 0.7:
                    document[name] = _DRAWN[spec.form](self, spec)
            if kind is not _FOR_ALL[0] and self.random.random() < 0.2:
                document["only"] = ONLY_AMBTENAREN
            try:
                block = read_block(document, block_id="drawn")
            except BadBlock:
                continue
            if not [*block.problems()]:
                return document

    def _partner(self, slug: str, name: str, logo: tuple[int, int]) -> Partner:
        return add_partner(
            self._session,
            self._settings,
            slug=slug,
            name=name,
            logo=picture(*logo),
            colour=self.random.choice(_COLOURS),
            now=NOW,
        )

    def _story(self, n: int) -> LibraryItem:
        more: dict[str, Any] = {}
        if n % 2:
            more |= {"image": picture(900, 450), "image_alt": self.words(100)}
        if n % 3 == 0:
            more["partner"] = self.random.choice(self.partners)
        if n % 4 == 0:
            more["regions"] = ["GM0518"]
        story = self._world.story(f"verhaal-{n}", self.words(140), **more)
        research = self._world.story(
            f"kennis-{n}", self.words(140), kind=ItemKind.RESEARCH
        )
        if n % 4:
            link(
                self._session,
                story=story.slug,
                knowledge=research.slug,
                relation=self.random.choice([*Relation]),
                why=self.words(200),
                now=NOW,
            )
        return story


# Content everybody sees, so that no version is empty.
_FOR_ALL = tuple(kind for kind in BLOCK_TYPES if kind.kind == "text")


def _markdown(at: Neighbourhood, spec: FieldSpec) -> str:
    parts = (
        lambda: at.words(300),
        lambda: f"## {at.words(60)}",
        lambda: f"### {at.words(60)}",
        lambda: f"- {at.words(80)}\n- {at.words(80)}\n  1. {at.words(50)}",
        lambda: f"> {at.words(200)}",
        lambda: (
            f"[{at.words(40)}](https://buurt.example/a?b=1&c=2) en **{at.words(30)}**"
        ),
        lambda: "| wat | wanneer |\n| --- | --- |\n| soep | donderdag |",
        lambda: "    zo staat het er\n    en zo",
        lambda: "www.buurt.example of post@buurt.example",
    )
    count = at.random.randint(1, 5)
    drawn = "\n\n".join(part() for part in at.random.choices(parts, k=count))
    return drawn if len(drawn) <= spec.most else at.words(spec.most)


def _moment(at: Neighbourhood, _spec: FieldSpec) -> str:
    hours = timedelta(hours=at.random.randint(0, 2000))
    return (NOW + hours).replace(tzinfo=None).isoformat()


_DRAWN: Mapping[Form, Callable[[Neighbourhood, FieldSpec], str | int]] = {
    Form.LINE: lambda at, spec: at.words(min(spec.most, 200)),
    Form.MARKDOWN: _markdown,
    Form.CHOICE: lambda at, spec: at.random.choice(spec.choices),
    Form.LINK: lambda at, _: (
        f"https://buurt.example/{at.random.randint(1, 9999)}?a=b&c"
    ),
    Form.MOMENT: _moment,
    Form.NUMBER: lambda at, spec: at.random.randint(0, spec.most),
    Form.STORY: lambda at, _: at.random.choice(at.stories).slug,
    Form.PARTNER: lambda at, _: at.random.choice(at.partners),
    Form.PICTURE: lambda at, _: at.random.choice(at.pictures),
}
