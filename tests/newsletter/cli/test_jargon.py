"""``buurtpost jargon``."""

import json

from tests.newsletter.cli.conftest import Command


def test_a_word_goes_on_the_list_and_off_again(buurtpost: Command) -> None:
    added = buurtpost("jargon", "add", "Ketenpartner", "--instead", "organisatie")

    assert (added.exit_code, added.stdout) == (0, "ketenpartner: organisatie\n")
    listed = json.loads(buurtpost("jargon", "list", "--json").stdout)
    assert listed["ketenpartner"] == "organisatie"
    assert "ketenpartner: organisatie" in buurtpost("jargon", "list").stdout
    assert buurtpost("jargon", "remove", "ketenpartner").exit_code == 0
    again = buurtpost("jargon", "remove", "ketenpartner")
    assert again.exit_code == 1
    assert "not on the list" in again.stderr
