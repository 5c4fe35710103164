"""An issue with one block of every kind, as values: what the rendering tests mail."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.rendering import values
from newsletter.rendering.merge import Slot, marker
from newsletter.rendering.richtext import from_markdown

BASE = "https://post.example.nl"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

BUURTWIJS = values.Brand(
    name="Buurtwijs", colour="#a63d22", colour_dark="#f0957a", logo=None
)
LPB = values.Brand(
    name="LPB",
    colour="#0b5c85",
    colour_dark="#86c8ea",
    logo=values.Picture(url=f"{BASE}/media/lpb.png", alt="LPB", width=240, height=120),
    logo_dark=values.Picture(
        url=f"{BASE}/media/lpb-dark.png", alt="LPB", width=200, height=100
    ),
)
FROM_LPB = values.Source(name="LPB", colour="#0b5c85", colour_dark="#86c8ea")
TABLE = values.Picture(
    url=f"{BASE}/media/tafel.png",
    alt="Een lange tafel op de stoep, mensen schuiven aan",
    width=600,
    height=300,
    credit="Foto: Roos van der Meer",
)

READER = {
    Slot.NAME: "Anna",
    Slot.LEAVE_URL: f"{BASE}/unsubscribe/abc",
    Slot.PREFERENCES_URL: f"{BASE}/preferences/def",
    Slot.SINCE: "3 mei 2026",
}


def frame(**changes: Any) -> values.Frame:
    """The frame of the base issue; ``changes`` replace fields."""
    return replace(
        values.Frame(
            number=43,
            subject="Beginnen zonder plan",
            preheader="Drie verhalen van mensen die gewoon begonnen.",
            language="nl",
            day=date(2026, 11, 20),
            host=BUURTWIJS,
            partner=None,
            web_url=f"{BASE}/issues/43/a",
            base_url=BASE,
            sender_name="Buurtwijs",
            postal_address="Postbus 1, 3500 AA Utrecht",
            list_name="Buurtwijs",
        ),
        **changes,
    )


def story(**changes: Any) -> values.StoryBlock:
    """A compact story; ``changes`` replace fields."""
    return replace(
        values.StoryBlock(
            id="story-2",
            title="Tussen balie en buurt",
            teaser="Hoe je nee leert zeggen tegen je eigen stadhuis, en ja tegen de "
            "straat.",
            url=f"{BASE}/stories/tussen-balie-en-buurt",
            feature=False,
            place="Leeuwarden",
            source=None,
            picture=None,
        ),
        **changes,
    )


BUNDLED = values.BundledIssue(
    id="issue-42",
    number=42,
    day=date(2026, 10, 16),
    title="Beginnen zonder plan",
    summary="Drie mensen die gewoon begonnen.",
    url=f"{BASE}/issues/42/base",
    stories=(
        values.BundledStory(
            title="De buurttafel",
            teaser="Elke donderdag soep, en na een jaar een wijkplan.",
            url=f"{BASE}/stories/soep",
            place="Deventer",
            source=FROM_LPB,
        ),
        values.BundledStory("Brood", "", f"{BASE}/stories/brood", "", None),
    ),
)

EVERY_BLOCK: tuple[values.BlockValue, ...] = (
    values.Foreword(
        id="foreword-1",
        text=from_markdown(
            f"Beste {marker(Slot.NAME)},\n\nDeze maand drie verhalen van mensen die "
            "*gewoon begonnen*. En wat we daar al over wisten."
        ),
    ),
    story(
        id="story-1",
        title="De buurttafel die een straat werd",
        teaser="Elke donderdag soep, en na een jaar een wijkplan dat niemand had "
        "opgeschreven. Wat deed die tafel wat vergaderingen niet deden?",
        url="https://www.lpb.example/buurttafel",
        feature=True,
        place="Deventer",
        source=FROM_LPB,
        picture=TABLE,
    ),
    values.KnowledgeStrip(
        id="knowledge-1",
        story_title="De buurttafel die een straat werd",
        entries=(
            values.KnowledgeEntry(
                title="Ontmoeten als infrastructuur",
                why="Laat zien waarom een vaste plek meer doet dan een los evenement.",
                url=f"{BASE}/stories/ontmoeten",
                relation="onderbouwt",
                sort="onderzoek",
            ),
            values.KnowledgeEntry(
                title="De derde plek",
                why="Geeft woorden aan wat de tafel is: geen huis en geen werk.",
                url=None,
                relation="werkt uit",
                sort="theorie",
            ),
        ),
    ),
    story(audience="Voor jou als wijkambtenaar"),
    values.Quotation(
        id="quotation-1",
        text="We hadden geen plan. We hadden donderdag.",
        who="Buurtmaker in Deventer",
    ),
    values.Event(
        id="event-1",
        title="Soep en plannen: een avond voor buurtmakers",
        start=datetime(2026, 12, 3, 19, 30, tzinfo=AMSTERDAM),
        end=datetime(2026, 12, 3, 21, 30, tzinfo=AMSTERDAM),
        place="Buurthuis De Kring, Deventer",
        url=f"{BASE}/stories/soep-en-plannen",
    ),
    values.PartnerBlock(
        id="partner-1",
        partner=LPB,
        text=from_markdown("Het **netwerk van wijkambtenaren** zoekt tien gemeenten."),
        url="https://www.lpb.example/tien",
    ),
    values.TextBlock(
        id="text-1",
        text=from_markdown(
            "## Wat we leerden\n\nDrie dingen:\n\n- begin klein\n- blijf komen\n"
            "- [vraag hulp](https://www.lpb.example/hulp)\n"
        ),
    ),
    values.ImageBlock(
        id="image-1",
        picture=replace(TABLE, url=f"{BASE}/media/kaart.png", width=400, height=200),
        caption="De kaart die de straat zelf tekende.",
    ),
    values.Divider(id="divider-1"),
    values.Button(id="button-1", text="Bekijk alle verhalen", url=f"{BASE}/issues/"),
    values.Call(
        id="call-1",
        text=from_markdown("Ben jij ook gewoon begonnen? We horen graag hoe."),
        url=f"{BASE}/write",
    ),
    # It stands alone in a mail of its own; here it only has to hold its ground.
    values.Correction(
        id="correction-1",
        title="De derde plek",
        number=42,
        day=date(2026, 10, 16),
        text=from_markdown("Het gesprek is op **donderdag**, niet op dinsdag."),
        url=f"{BASE}/issues/42",
    ),
    # So do these, in a bundle.
    BUNDLED,
)
