"""One mail with every block there is, for each brand, through every linter."""

from dataclasses import replace

import pytest

from newsletter.rendering import values
from newsletter.rendering.service_mail import render_service
from newsletter.rendering.variant import render_variant
from tests.mail_quality.letters import unlike_a_letter
from tests.mail_quality.linting import linted
from tests.mail_quality.mails import Mail, mail_of
from tests.newsletter.rendering.samples import (
    EVERY_BLOCK,
    FROM_LPB,
    LPB,
    TABLE,
    frame,
    story,
)
from tests.newsletter.rendering.test_service_mail import GIVEN

NO_LOGO = replace(LPB, name="Vereniging Nederlandse Wijkorganisaties", logo=None)
PALE = values.Brand(
    name="Zonneweide", colour="#7d6b00", colour_dark="#ffd500", logo=LPB.logo
)
MOST_BYTES = 100_000  # Gmail shows no more than 102 kB


def fifteen_stories() -> list[values.BlockValue]:
    """As long as an issue gets: each story with its picture and what we know of it."""
    strip = next(block for block in EVERY_BLOCK if block.kind == "knowledge")
    assert isinstance(strip, values.KnowledgeStrip)
    blocks: list[values.BlockValue] = [EVERY_BLOCK[0]]
    for n in range(15):
        title = f"De buurttafel die een straat werd, en wat ervan bleef ({n})"
        told = story(
            id=f"story-{n}",
            title=title,
            teaser="Elke donderdag soep, en na een jaar een wijkplan dat niemand had "
            "opgeschreven. Wat deed die tafel wat vergaderingen niet deden? " * 2,
            feature=n % 3 == 0,
            picture=TABLE if n % 3 == 0 else None,
            source=FROM_LPB,
            audience="Voor jou als wijkambtenaar",
        )
        blocks += [told, replace(strip, id=f"knowledge-{n}", story_title=title)]
    return blocks


@pytest.fixture(scope="module")
def mails() -> list[Mail]:
    brands = {"house": None, "lpb": LPB, "no-logo": NO_LOGO, "pale": PALE}
    issues = [
        mail_of(name, render_variant(frame(partner=brand), EVERY_BLOCK))
        for name, brand in brands.items()
    ]
    english = frame(partner=LPB, language="en")
    service = render_service("confirmation", "nl", GIVEN)
    return [
        *issues,
        mail_of("english", render_variant(english, EVERY_BLOCK)),
        mail_of("fifteen", render_variant(frame(partner=LPB), fifteen_stories())),
        Mail("service", service.html, service.text, None),
    ]


def test_no_linter_has_anything_to_say(mails, tmp_path):
    assert [*linted(mails, tmp_path)] == []


def test_everybody_can_read_them_by_day_by_night_and_on_a_small_phone(mails, reader):
    assert [fault for mail in mails for fault in reader.faults(mail)] == []


def test_the_text_reads_like_a_letter(mails):
    assert [fault for mail in mails for fault in unlike_a_letter(mail)] == []


def test_fifteen_stories_fit_before_the_cut(mails):
    sizes = {mail.name: mail.size_bytes for mail in mails}

    assert {name: size for name, size in sizes.items() if size >= MOST_BYTES} == {}
    assert sizes["fifteen"] > 50_000  # it is as full as it says
