"""A few blocks and readers, and the versions they make."""

from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, plan_variants
from subscribers.models import SubscriptionState
from tests.newsletter.issues.world import ONLY_AMBTENAREN, ONLY_FRYSLAN, TODAY, World

FOREWORD = {"kind": "foreword", "text": "Beste {naam}"}
SOEP = {"kind": "story", "story": "soep"}
FOR_AMBTENAREN = {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN}
FOR_FRYSLAN = {"kind": "text", "text": "Fryslân", "only": ONLY_FRYSLAN}
LEEUWARDEN, ZWOLLE = "GM0080", "GM0193"


def plan(world: World, issue: Issue) -> list[PlannedVariant]:
    return plan_variants(world.session, issue, today=TODAY)


def readers(planned: list[PlannedVariant]) -> dict[str, int]:
    return {variant.say: variant.readers for variant in planned}


def populate(world: World) -> None:
    world.reader("anna", region=LEEUWARDEN, roles=["wijkambtenaar"])
    world.reader("ben", region=ZWOLLE, roles=["wijkambtenaar", "bewoner"])
    world.reader("cleo", roles=["bewoner"], partners=[world.lpb])
    world.reader("dora", region=LEEUWARDEN, partners=[world.lpb])
    world.reader("emil", state=SubscriptionState.PENDING, partners=[world.lpb])
