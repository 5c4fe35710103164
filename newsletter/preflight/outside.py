"""The links of an issue that lead elsewhere."""

from newsletter.elsewhere.looking import is_own, without_fragment
from newsletter.preflight.checks.links import addresses_in
from newsletter.preflight.looking import Looking


def outside_links(looking: Looking) -> list[str]:
    """Every link to elsewhere in any version, each once, without its fragment."""
    return list(
        dict.fromkeys(
            without_fragment(url)
            for version in looking.versions
            for url in addresses_in(version)
            if not is_own(looking.settings, url)
        )
    )
