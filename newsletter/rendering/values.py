"""What a mail is made of, as frozen values: rendering needs nothing else.

``newsletter.production`` resolves an issue into these. HTML in a value is already
sanitised; everything else is plain text and is escaped by the templates.
"""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Picture:
    """An image at an absolute address. ``alt`` "" is decoration."""

    url: str
    alt: str
    width: int  # CSS px it is shown at, at most 600
    height: int
    credit: str = ""  # who made it, as it is printed: "Foto: Anna de Vries"


@dataclass(frozen=True)
class Brand:
    """How an organisation looks: its name, colour in light and dark, and logo."""

    name: str
    colour: str  # #rrggbb, at least 4.5:1 on white
    colour_dark: str  # #rrggbb, at least 4.5:1 on the dark card
    logo: Picture | None  # None: the name is set in type
    logo_dark: Picture | None = None  # None: dark mode shows ``logo`` on white


@dataclass(frozen=True)
class Source:
    """Whose piece it is, for the one source badge."""

    name: str
    colour: str
    colour_dark: str
    logo: Picture | None = None  # beside the name, which says it all: alt is ""
    logo_dark: Picture | None = None  # None: dark mode shows ``logo`` on white


@dataclass(frozen=True)
class Text:
    """A piece of running text in both forms."""

    html: str  # sanitised; may hold slot markers
    plain: str  # paragraphs separated by blank lines; may hold slot markers


@dataclass(frozen=True)
class Foreword:
    id: str
    text: Text
    kind: str = field(default="foreword", init=False)


@dataclass(frozen=True)
class StoryBlock:
    id: str
    title: str
    teaser: str
    url: str
    feature: bool  # with picture, large; else compact
    place: str  # "Deventer", or ""
    source: Source | None
    picture: Picture | None
    audience: str = ""  # "Voor wijkambtenaren" when the block is ruled, else ""
    language: str = ""  # of the title; "" is the mail's own
    teaser_language: str = ""
    kind: str = field(default="story", init=False)


@dataclass(frozen=True)
class KnowledgeEntry:
    title: str
    why: str
    url: str | None
    relation: str  # in the issue's language: "laat zien", "onderbouwt", ...
    sort: str  # kind in the issue's language: "onderzoek", "methode", ...
    language: str = ""  # of the title; "" is the mail's own


@dataclass(frozen=True)
class KnowledgeStrip:
    id: str
    story_title: str
    entries: tuple[KnowledgeEntry, ...]
    kind: str = field(default="knowledge", init=False)


@dataclass(frozen=True)
class Quotation:
    id: str
    text: str
    who: str
    kind: str = field(default="quotation", init=False)


@dataclass(frozen=True)
class Event:
    id: str
    title: str
    start: datetime  # aware, in the organisation's zone
    end: datetime | None
    place: str
    url: str | None
    kind: str = field(default="event", init=False)


@dataclass(frozen=True)
class PartnerBlock:
    id: str
    partner: Brand
    text: Text
    url: str | None
    kind: str = field(default="partner", init=False)


@dataclass(frozen=True)
class TextBlock:
    id: str
    text: Text
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class ImageBlock:
    id: str
    picture: Picture
    caption: str
    kind: str = field(default="image", init=False)


@dataclass(frozen=True)
class Button:
    id: str
    text: str
    url: str
    kind: str = field(default="button", init=False)


@dataclass(frozen=True)
class Call:
    """A call for stories."""

    id: str
    text: Text
    url: str
    kind: str = field(default="call", init=False)


@dataclass(frozen=True)
class Divider:
    id: str
    kind: str = field(default="divider", init=False)


@dataclass(frozen=True)
class Correction:
    """Something in an issue, put right; stands alone in a mail of its own."""

    id: str
    title: str  # of what is put right
    number: int  # of the issue
    day: date  # of the issue
    text: Text
    url: str  # of the issue in the archive
    kind: str = field(default="correction", init=False)


@dataclass(frozen=True)
class BundledStory:
    """A story in a bundle: enough to choose by."""

    title: str
    teaser: str
    url: str
    place: str  # "Deventer", or ""
    source: Source | None


@dataclass(frozen=True)
class BundledIssue:
    """One issue in a bundle, with the stories in the version its readers would get."""

    id: str
    number: int
    day: date  # it was mailed on
    title: str
    summary: str
    url: str  # of that version in the archive
    stories: tuple[BundledStory, ...]
    kind: str = field(default="bundled", init=False)


BlockValue = (
    Foreword
    | StoryBlock
    | KnowledgeStrip
    | Quotation
    | Event
    | PartnerBlock
    | TextBlock
    | ImageBlock
    | Button
    | Call
    | Divider
    | Correction
    | BundledIssue
)


@dataclass(frozen=True)
class Frame:
    """Everything around the blocks."""

    number: int | None  # None: of a bundle, which is called by its month
    subject: str  # may hold the name's slot marker
    preheader: str
    language: str  # nl, en
    day: date  # of sending, for "november 2026"; of a bundle one in its month
    host: Brand
    partner: Brand | None  # set on a co-branded edition
    web_url: str  # the same variant on the web
    base_url: str
    sender_name: str  # on whose behalf (Telecommunicatiewet 11.7(4))
    postal_address: str
    list_name: str


@dataclass(frozen=True)
class RenderedVariant:
    """One variant, rendered once; markers stand where a reader's values go."""

    subject: str
    html: str
    text: str
    mjml: str
    web: str  # a page for the archive: no markers, nothing personal
