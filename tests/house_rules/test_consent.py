"""The consent ledger is append-only: only its own module writes in it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEDGER = {"ConsentRecord", "ConsentHead"}
WRITES = {"insert", "update", "delete", "insert_rows"}
MAY = {
    Path("subscribers/consent.py"),  # appends; takes a person out of their own lines
    Path("subscribers/lists.py"),  # a new list begins with an empty ledger
}


def test_only_the_ledger_itself_writes_in_the_ledger():
    writing = {
        path.relative_to(ROOT)
        for house in ("subscribers", "newsletter", "web")
        for path in (ROOT / house).rglob("*.py")
        if "node_modules" not in path.parts
        if any(_writes(node) for node in ast.walk(ast.parse(path.read_text())))
    }

    assert writing == MAY


def _writes(node: ast.AST) -> bool:
    """``update(ConsentRecord)``, its ``__table__``, or a new ``ConsentRecord(...)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    if node.func.id in LEDGER:
        return True
    named = {
        inner.id
        for argument in node.args
        for inner in ast.walk(argument)
        if isinstance(inner, ast.Name)
    }
    return node.func.id in WRITES and bool(named & LEDGER)
