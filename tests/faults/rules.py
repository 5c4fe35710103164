"""What goes wrong at a stand-in, written down: a script is a list of rules.

A rule says at which verb, how often, and what then. It travels as JSON, so that a run
can be repeated from what ``make crash`` printed.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

HANG_UP = "hang up"
RESET = "reset"
SILENCE = "silence"


@dataclass(frozen=True)
class Rule:
    """``do`` is an answer to give, one of the words above, or "" for the usual one.

    ``verb``: connect, ehlo, mail, rcpt, data, dot (SMTP) or post (SendGrid).
    """

    verb: str
    do: str = ""
    take: bool = False  # take the mail all the same, before doing it
    wait: float = 0  # seconds before doing it
    every: int = 1  # each so many times only
    after: int = 0  # not the first so many times
    at_most: int = 0  # so often in all; 0: without end
    per_connection: bool = False  # counted on each connection by itself
    about: str = ""  # only where this text occurs


class Script:
    """The rules of one stand-in, and how often each verb came by."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = tuple(rules)
        self._seen: Counter[int] = Counter()
        self._done: Counter[int] = Counter()

    def rule_for(self, verb: str, text: str, own: Counter[int]) -> Rule | None:
        """The first rule that holds now; ``own`` counts for one connection."""
        for place, rule in enumerate(self._rules):
            if rule.verb != verb or rule.about not in text:
                continue
            seen = own if rule.per_connection else self._seen
            seen[place] += 1
            times = seen[place] - rule.after
            if times <= 0 or times % rule.every:
                continue
            if rule.at_most and self._done[place] >= rule.at_most:
                continue
            self._done[place] += 1
            return rule
        return None


def to_json(rules: Iterable[Rule]) -> str:
    plain = Rule("").__dict__
    return json.dumps(
        [
            {
                name: value
                for name, value in asdict(rule).items()
                if value != plain[name]
            }
            for rule in rules
        ]
    )


def from_json(text: str) -> tuple[Rule, ...]:
    return tuple(Rule(**one) for one in json.loads(text))
