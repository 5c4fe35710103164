"""What preflight looks at. To add a check, write a function and list it in CHECKS.

A check takes a ``Looking`` and yields findings; it writes nothing, and its words stand
in its own file in Dutch and English. ``tests/newsletter/preflight/examples`` wants an
issue it fails on and one it passes.
"""

from collections.abc import Callable, Iterator

from newsletter.preflight.checks.address import check_base_url
from newsletter.preflight.checks.asking import check_asking
from newsletter.preflight.checks.blocks import check_blocks
from newsletter.preflight.checks.carrier import check_provider
from newsletter.preflight.checks.colours import check_colours
from newsletter.preflight.checks.gone import check_gone
from newsletter.preflight.checks.headings import (
    check_lengths,
    check_preheader,
    check_subject,
)
from newsletter.preflight.checks.identity import check_identity
from newsletter.preflight.checks.knowledge import check_knowledge
from newsletter.preflight.checks.leaving import check_leaving
from newsletter.preflight.checks.links import check_links
from newsletter.preflight.checks.own_pages import check_own_pages
from newsletter.preflight.checks.pictures import check_pictures
from newsletter.preflight.checks.plain_words import (
    check_jargon,
    check_link_words,
    check_passive,
    check_readability,
    check_sentences,
)
from newsletter.preflight.checks.sections import check_sections
from newsletter.preflight.checks.sense import (
    check_events,
    check_same_subject,
    check_twice,
    check_unseen,
)
from newsletter.preflight.checks.size import check_size
from newsletter.preflight.checks.sources import check_sources
from newsletter.preflight.checks.structure import check_heading_order, check_language
from newsletter.preflight.checks.text_part import check_text_part
from newsletter.preflight.checks.versions import (
    check_empty,
    check_readers,
    check_rendering,
)
from newsletter.preflight.checks.weight import (
    check_heavy_pictures,
    check_weight,
    check_whose_pictures,
)
from newsletter.preflight.checks.why import check_why
from newsletter.preflight.findings import Finding
from newsletter.preflight.looking import Looking

Check = Callable[[Looking], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_rendering,
    check_subject,
    check_asking,
    check_identity,
    check_leaving,
    check_why,
    check_language,
    check_text_part,
    check_sources,
    check_blocks,
    check_gone,
    check_empty,
    check_pictures,
    check_size,
    check_links,
    check_own_pages,
    check_base_url,
    check_provider,
    check_readers,
    check_preheader,
    check_same_subject,
    check_knowledge,
    check_sections,
    check_heading_order,
    check_unseen,
    check_twice,
    check_events,
    check_whose_pictures,
    check_weight,
    check_heavy_pictures,
    check_colours,
    check_lengths,
    check_link_words,
    check_sentences,
    check_jargon,
    check_passive,
    check_readability,
)
