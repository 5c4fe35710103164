"""So many a while from one machine: a form anybody may send is not a way to flood us.

Counted in the memory of this process and nowhere else: no address of a machine is
written down, and all is forgotten when the server starts anew.
"""

import threading
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_MACHINES = 10_000  # remembered at a time


class RateLimit:
    """Lets ``most`` through at once; each comes free again after ``every``."""

    def __init__(self, *, most: int, every: timedelta) -> None:
        self._most = most
        self._every = every
        self._full_at: dict[str, datetime] = {}  # when all of its places are free
        self._lock = threading.Lock()

    def wait(self, machine: str, *, now: datetime) -> timedelta:
        """How long this machine must wait; zero lets it through and counts it."""
        name = _household(machine)
        with self._lock:
            if len(self._full_at) >= _MACHINES:
                self._forget(now)
            full = max(self._full_at.get(name, now), now) + self._every
            wait = full - now - self._most * self._every
            if wait > timedelta():
                return wait
            self._full_at[name] = full
            return timedelta()

    def _forget(self, now: datetime) -> None:
        self._full_at = {
            name: full for name, full in self._full_at.items() if full > now
        }
        if len(self._full_at) >= _MACHINES:  # so many at once are one somebody
            self._full_at.clear()


def _household(machine: str) -> str:
    """An IPv6 household has a whole /64 to itself, and any address in it."""
    try:
        address = ip_address(machine)
    except ValueError:
        return machine
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)
