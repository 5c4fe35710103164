"""Examples for the checks of what is said: subject, headings, plain words."""

from newsletter.preflight.checks.asking import check_asking
from newsletter.preflight.checks.headings import (
    check_lengths,
    check_preheader,
    check_subject,
)
from newsletter.preflight.checks.plain_words import (
    check_jargon,
    check_link_words,
    check_passive,
    check_readability,
    check_sentences,
)
from newsletter.preflight.checks.sense import check_same_subject
from newsletter.preflight.checks.structure import check_heading_order, check_language
from newsletter.preflight.checks.text_part import check_text_part
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import Looking
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.preflight.looked_over import (
    HELLO,
    Check,
    Example,
    Make,
    look_over,
    said,
    with_html,
)


def after_an_issue_called(subject: str) -> Make:
    def make(world: World) -> Looking:
        world.issue(HELLO, number=41, subject=subject).frozen_at = NOW
        return look_over(world)

    return make


PLAIN = "Elke donderdag eten we soep. Wie wil, schuift aan. Dat is leuk. " * 9
HARD = (
    "De verantwoordelijkheidsverdeling tussen maatschappelijke organisaties "
    "vereist interdisciplinaire beleidsontwikkeling en capaciteitsuitbreiding. "
) * 10

EXAMPLES: dict[Check, Example] = {
    check_subject: Example(
        lambda world: look_over(world, subject=""), Level.BLOCKING, look_over
    ),
    check_preheader: Example(
        lambda world: look_over(world, preheader=""), Level.WARNING, look_over
    ),
    check_lengths: Example(
        lambda world: look_over(world, preheader="Kort"),
        Level.ADVICE,
        lambda world: look_over(
            world, preheader="Soep, en wat we daar al over wisten."
        ),
    ),
    check_same_subject: Example(
        after_an_issue_called("Beginnen zonder plan"),
        Level.WARNING,
        after_an_issue_called("Iets anders"),
    ),
    check_asking: Example(
        lambda world: look_over(world, subject="Mogen we je blijven mailen?"),
        Level.BLOCKING,
        look_over,
    ),
    check_language: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("<html lang=", "<html data-x=")
        ),
        Level.BLOCKING,
        lambda world: look_over(world, language="en"),
    ),
    check_heading_order: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("</body>", "<h3>Kop</h3>")
        ),
        Level.WARNING,
        said("### Kop\n\ntekst\n\n#### Kop eronder\n\n### Nog een"),
    ),
    check_text_part: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace("</body>", "<h2>Extra</h2>")
        ),
        Level.BLOCKING,
        lambda world: look_over(
            world,
            {"kind": "story", "story": "soep"},
            {
                "kind": "partner",
                "partner": "lpb",
                "text": "# Kop\n\n[Mail](mailto:a@b.example)",
            },
            HELLO,
        ),
    ),
    check_link_words: Example(
        said("Meer weten? [Klik hier](https://buurt.example/dag)."),
        Level.ADVICE,
        look_over,
    ),
    check_sentences: Example(
        said("We begonnen " + "en we gingen door " * 8 + "tot het af was."),
        Level.ADVICE,
        said(PLAIN),
        only_dutch=True,
    ),
    check_jargon: Example(
        said("Dat faciliteren we."),
        Level.ADVICE,
        said("Daar helpen we bij."),
        only_dutch=True,
    ),
    check_passive: Example(
        said("Er wordt soep gekookt. De tafel werd door niemand gedekt."),
        Level.ADVICE,
        said("Er wordt soep gekookt. Wij dekken de tafel."),
        only_dutch=True,
    ),
    check_readability: Example(said(HARD), Level.ADVICE, said(PLAIN), only_dutch=True),
}
