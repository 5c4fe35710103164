"""What preflight looks at. To add a check, write a function and list it in CHECKS.

A check takes a ``Looking`` and yields findings; it writes nothing, and its words stand
in its own file in Dutch and English. ``tests/newsletter/preflight/examples.py`` wants
an issue it fails on and one it passes.
"""

from collections.abc import Callable, Iterator

from newsletter.preflight.checks.address import check_base_url
from newsletter.preflight.checks.asking import check_asking
from newsletter.preflight.checks.blocks import check_blocks
from newsletter.preflight.checks.carrier import check_provider
from newsletter.preflight.checks.headings import check_preheader, check_subject
from newsletter.preflight.checks.identity import check_identity
from newsletter.preflight.checks.knowledge import check_knowledge
from newsletter.preflight.checks.leaving import check_leaving
from newsletter.preflight.checks.links import check_links
from newsletter.preflight.checks.own_pages import check_own_pages
from newsletter.preflight.checks.pictures import check_pictures
from newsletter.preflight.checks.size import check_size
from newsletter.preflight.checks.versions import (
    check_empty,
    check_readers,
    check_rendering,
)
from newsletter.preflight.findings import Finding
from newsletter.preflight.looking import Looking

Check = Callable[[Looking], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_rendering,
    check_subject,
    check_asking,
    check_identity,
    check_leaving,
    check_blocks,
    check_empty,
    check_pictures,
    check_size,
    check_links,
    check_own_pages,
    check_base_url,
    check_provider,
    check_readers,
    check_preheader,
    check_knowledge,
)
