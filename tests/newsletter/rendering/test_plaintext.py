import pytest

from newsletter.rendering.plaintext import to_plain


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("3", "3."),
        ("0", "0."),
        ("x", "1."),
        ("-2", "1."),
        ("\u00b2", "1."),
        ("", "1."),
        ("9" * 5000, "1."),
    ],
)
def test_a_numbered_list_begins_wherever_it_can(start: str, first: str) -> None:
    assert to_plain(f'<ol start="{start}"><li>a</li></ol>') == f"{first} a"
