"""Examples for the checks of what goes out: who gets it, from whom, and how heavy."""

from dataclasses import replace

from sqlalchemy import delete

from newsletter.preflight.checks.address import check_base_url
from newsletter.preflight.checks.carrier import check_provider
from newsletter.preflight.checks.gone import check_gone
from newsletter.preflight.checks.identity import check_identity
from newsletter.preflight.checks.leaving import check_leaving
from newsletter.preflight.checks.sense import check_unseen
from newsletter.preflight.checks.size import check_size
from newsletter.preflight.checks.versions import (
    check_empty,
    check_readers,
    check_rendering,
)
from newsletter.preflight.checks.why import check_why
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import Broken, Looking
from newsletter.rendering.merge import Slot, marker
from subscribers.models import Role
from tests.newsletter.issues.world import ONLY_FRYSLAN, World
from tests.newsletter.preflight.looked_over import (
    HELLO,
    Check,
    Example,
    Make,
    look_over,
    with_html,
    with_setting,
)


def without_postal_address(world: World) -> Looking:
    world.mailing_list.sender.postal_address = ""
    return look_over(world)


def rule_for_a_role(*, gone: bool) -> Make:
    def make(world: World) -> Looking:
        looking = look_over(
            world, HELLO, {**HELLO, "only": {"not": {"role": "wijkambtenaar"}}}
        )
        if gone:
            world.session.execute(delete(Role).where(Role.slug == "wijkambtenaar"))
        return looking

    return make


EXAMPLES: dict[Check, Example] = {
    check_gone: Example(
        rule_for_a_role(gone=True), Level.BLOCKING, rule_for_a_role(gone=False)
    ),
    check_rendering: Example(
        lambda world: replace(
            look_over(world), broken=(Broken("Block 'text-1' cannot become mail."),)
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_identity: Example(without_postal_address, Level.BLOCKING, look_over),
    check_leaving: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace(marker(Slot.LEAVE_URL), "#")
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_empty: Example(
        lambda world: look_over(world, {"kind": "knowledge", "story": "soep"}),
        Level.BLOCKING,
        look_over,
    ),
    check_size: Example(
        lambda world: with_html(look_over(world), lambda html: html + "x" * 100_000),
        Level.BLOCKING,
        look_over,
    ),
    check_base_url: Example(
        lambda world: with_setting(
            look_over(world), provider="smtp", base_url="http://post.example.nl"
        ),
        Level.BLOCKING,
        lambda world: with_setting(
            look_over(world), provider="smtp", base_url="https://post.example.nl"
        ),
    ),
    check_provider: Example(
        lambda world: with_setting(look_over(world), provider="sendgrid"),
        Level.BLOCKING,
        look_over,
    ),
    check_readers: Example(
        lambda world: look_over(world, nobody=True), Level.WARNING, look_over
    ),
    check_why: Example(
        lambda world: with_html(
            look_over(world), lambda html: html.replace(marker(Slot.SINCE), "ooit")
        ),
        Level.BLOCKING,
        look_over,
    ),
    check_unseen: Example(
        lambda world: look_over(
            world, HELLO, {"kind": "text", "text": "Goeie", "only": ONLY_FRYSLAN}
        ),
        Level.WARNING,
        look_over,
    ),
}
