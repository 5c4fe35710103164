"""The gate every start goes through."""

import pytest

from newsletter.workflow.gate import Blocked, gate
from tests.conftest import NOW
from tests.newsletter.outside_world import Web
from tests.newsletter.preflight.looked_over import HELLO


def test_the_gate_names_what_blocks(session, world):
    world.reader("anna")
    issue = world.issue(HELLO, preheader="Soep")

    with pytest.raises(Blocked, match=r"Issue 42 .*\[link\] .*buurt\.example"):
        gate(session, world.settings, issue, by="operator", now=NOW, fetch=Web(404))


def test_the_gate_opens_for_warnings_and_says_them(session, world):
    world.reader("anna")
    issue = world.issue(HELLO)

    findings = gate(
        session, world.settings, issue, by="operator", now=NOW, fetch=Web(403)
    )

    assert sorted(one.check for one in findings.warning) == ["link", "preheader"]
