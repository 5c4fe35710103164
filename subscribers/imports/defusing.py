"""Cells that a spreadsheet would run as a formula, and back.

``=HYPERLINK(...)`` in a name becomes code in the spreadsheet of whoever opens the
export. An apostrophe before it makes it text; reading our file again takes it off.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def defuse(cell: str) -> str:
    return "'" + cell if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell
