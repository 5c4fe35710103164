"""The few words blocks and variants put into values, in the issue's language."""

from collections.abc import Mapping

from newsletter.library.models import ItemKind, Relation

Words = Mapping[str, str]

BY_ROLE: Words = {"nl": "Voor jou als {}", "en": "For you, as {}"}
OR: Words = {"nl": " of ", "en": " or "}
EVERYBODY: Words = {"nl": "iedereen", "en": "everyone"}
THE_OTHERS: Words = {"nl": "alle anderen", "en": "everyone else"}
TOGETHER: Words = {"nl": "{} en {}", "en": "{} and {}"}
BUNDLE: Words = {"nl": "{} in {}", "en": "{} in {}"}  # list, "november 2026"
CORRECTION: Words = {"nl": "Rectificatie: {}", "en": "Correction: {}"}

RELATIONS: Mapping[Relation, Words] = {
    Relation.ILLUSTRATES: {"nl": "laat zien", "en": "illustrates"},
    Relation.SUPPORTS: {"nl": "onderbouwt", "en": "supports"},
    Relation.ELABORATES: {"nl": "werkt uit", "en": "elaborates"},
    Relation.NUANCES: {"nl": "nuanceert", "en": "nuances"},
    Relation.USES_METHOD: {"nl": "gebruikt de methode", "en": "uses the method"},
}

SORTS: Mapping[ItemKind, Words] = {
    ItemKind.STORY: {"nl": "verhaal", "en": "story"},
    ItemKind.RESEARCH: {"nl": "onderzoek", "en": "research"},
    ItemKind.METHOD: {"nl": "methode", "en": "method"},
    ItemKind.THEORY: {"nl": "theorie", "en": "theory"},
    ItemKind.HISTORY: {"nl": "geschiedenis", "en": "history"},
    ItemKind.COLUMN: {"nl": "column", "en": "column"},
    ItemKind.EVENT: {"nl": "bijeenkomst", "en": "event"},
}
