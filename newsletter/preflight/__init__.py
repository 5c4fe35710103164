"""Preflight: what stands between a finished issue and its readers.

Findings block, warn or advise; only *blocking* ones stop a start.
"""

from newsletter.preflight.findings import Finding, Findings, Level
from newsletter.preflight.preflight import check_issue, look_at_links

__all__ = ["Finding", "Findings", "Level", "check_issue", "look_at_links"]
