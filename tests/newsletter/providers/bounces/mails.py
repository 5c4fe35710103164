"""The recorded bounces, come back to the return address of a delivery of ours."""

from pathlib import Path

from newsletter.providers.smtp.verp import Verp

PAYLOADS = Path(__file__).parents[3] / "payloads" / "bounces"
KEY = b"a key for tests"
OURS = Verp(KEY).address("1-1", domain="buurtwijs.example")


def mail(name: str, *, to: str = OURS) -> bytes:
    """A recorded bounce that came back to ``to``."""
    return (PAYLOADS / f"{name}.eml").read_bytes().replace(b"RETURN", to.encode())
