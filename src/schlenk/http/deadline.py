"""How long a call may take: one deadline for all of it, redirects, retries and pauses included.

A `Deadline` is a `urllib3.Timeout`, the type that requests' adapters take besides numbers, so it also
holds where a call goes by urllib3. There a read that starts in time may end late by as much as it was
given; the Rust transport ends it on time.

`None` means no limit and is never a default.
"""

from __future__ import annotations

from time import monotonic
from typing import TypeAlias

from urllib3.util import Timeout as Urllib3Timeout

__all__ = ["CONNECT", "TOTAL", "Deadline", "Timeout"]

TOTAL = 30.0
"""Seconds for a whole call where nobody says otherwise."""

CONNECT = 5.0
"""Seconds for making a connection where nobody says otherwise."""

Timeout: TypeAlias = float | tuple[float | None, float | None] | Urllib3Timeout | None
"""Seconds for the whole call, or a pair: seconds to connect, seconds for the whole call."""


class Deadline(Urllib3Timeout):
    """The moment at which a call is over.

    Attributes:
        seconds: what was allowed in all.
        connecting: what was allowed for making a connection.
        ends: on the monotonic clock, or None.
    """

    def __init__(self, seconds: float | None, connecting: float | None = None) -> None:
        super().__init__(connect=connecting, read=seconds, total=seconds)
        self.seconds = seconds
        self.connecting = connecting
        self.ends = None if seconds is None else monotonic() + seconds

    @classmethod
    def of(cls, timeout: Timeout, connecting: float | None = CONNECT) -> Deadline:
        """Start the clock for a `timeout` argument.

        Raises:
            ValueError: it is neither a number of seconds, nor a pair of them, nor None.
        """
        if isinstance(timeout, Deadline):
            return timeout
        if isinstance(timeout, tuple):
            if len(timeout) != 2:
                raise ValueError(f"timeout={timeout!r}: expected seconds or (to connect, in all)")
            return cls(timeout[1], timeout[0])
        if isinstance(timeout, Urllib3Timeout):
            total = timeout.total if timeout.total is not None else timeout.read_timeout
            return cls(_seconds(total), _seconds(timeout.connect_timeout))
        return cls(timeout, None if timeout is None else connecting)

    def left(self) -> float | None:
        """Return the seconds left, not below zero; None where there is no limit."""
        return None if self.ends is None else max(0.0, self.ends - monotonic())

    def rest(self) -> Deadline:
        """Return a deadline at the same moment, its numbers those that are left now."""
        left = self.left()
        rest = Deadline(left if left is None else max(left, 0.001), self.connecting)
        rest.ends = self.ends
        rest.seconds = self.seconds
        return rest


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
