"""No mail asks for the permission it needs itself."""

import pytest

from newsletter.preflight.checks.asking import asks, check_asking
from newsletter.preflight.findings import Level
from newsletter.workflow.gate import Blocked, gate
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.preflight.looked_over import look_over

STORY = {"kind": "story", "story": "soep"}


@pytest.mark.parametrize(
    "text",
    [
        "Mogen we je blijven mailen?",
        "Mogen wij u onze nieuwsbrief sturen?",
        "Bevestig je aanmelding",
        "Bevestig nog even je inschrijving voor onze nieuwsbrief",
        "Bevestig dat je onze mail wilt blijven krijgen",
        "Geef ons toestemming om je te mailen",
        "We vragen je toestemming voor deze nieuwsbrief.",
        "Voor onze nieuwsbrief hebben we jouw toestemming nodig",
        "Wil je onze nieuwsbrief blijven ontvangen?",
        "Blijf je onze mail lezen? Blijf je onze mail ontvangen?",
        "Please confirm your subscription",
        "Confirm that you want our newsletter",
        "May we keep sending you our newsletter?",
        "We need your consent to email you",
        "Opt in to our newsletter again",
        "Do you want to keep receiving our emails?",
    ],
)
def test_these_ask(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Toestemming voor een straatfeest: zo vraag je die",
        "Bevestig je aanmelding voor de buurtborrel",
        "Wil je meedoen? Stuur een mail naar de redactie.",
        "Mogen we op de stoep zitten?",
        "Blijven praten, ook als het schuurt",
        "Je krijgt deze mail omdat je koos voor Buurtwijs.",
        "De gemeente gaf toestemming. Mail ons je verhaal.",
        "Confirm your place at the soup table",
        "Consent in the neighbourhood: who decides?",
        "Keep going",
    ],
)
def test_these_do_not(text: str) -> None:
    assert asks(text) is None


def found(world: World, *blocks: dict[str, str], **more: str) -> list[tuple[str, str]]:
    looking = look_over(world, *blocks, **more)
    return [(one.level, one.block or "") for one in check_asking(looking)]


ASKED = {"kind": "text", "id": "vraag", "text": "Mogen we je blijven mailen?"}
BUTTON = {"kind": "button", "id": "ja", "text": "Geef toestemming voor onze mail",
          "url": "https://post.example.nl/subscribe"}  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "more", "expected"),
    [
        ([ASKED], {}, [(Level.BLOCKING, "")]),
        ([BUTTON], {}, [(Level.BLOCKING, "")]),
        ([STORY, ASKED], {}, [(Level.WARNING, "vraag")]),
        ([STORY], {"preheader": "Bevestig je abonnement."}, [(Level.BLOCKING, "")]),
        ([STORY], {}, []),
    ],
)
def test_it_is_refused_when_that_is_what_the_mail_is_for(
    world: World, blocks: list, more: dict, expected: list
) -> None:
    assert found(world, *blocks, **more) == expected


def test_such_a_mailing_does_not_start(world: World) -> None:
    looking = look_over(world, STORY, subject="Mogen we je blijven mailen?")

    with pytest.raises(Blocked, match="asking"):
        gate(world.session, world.settings, looking.issue, by="operator", now=NOW)
