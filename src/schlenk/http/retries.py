"""When to ask again, and after what pause: values in, a pause or None out.

Only what is idempotent is asked again (RFC 9110, section 9.2.2: "A client SHOULD NOT automatically retry a
request with a non-idempotent method"): GET, HEAD, OPTIONS, TRACE, PUT, DELETE, and whatever carries an
`Idempotency-Key`. Pauses are drawn evenly from zero to a bound that doubles ("full jitter"), so that clients
which failed together do not come back together. `Retry-After` (RFC 9110, section 10.2.3) is obeyed as the
least pause. A pause that would outlast the deadline is not begun: the answer at hand is returned.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["NO_RETRIES", "Retries"]

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


@dataclass(frozen=True)
class Retries:
    """The rules by which a session asks again.

    Attributes:
        most: how often, after the first time.
        statuses: the answers that mean "not now".
        first: the bound of the first pause in seconds; it doubles from one to the next.
        longest: the longest pause in seconds, also for `Retry-After`.
    """

    most: int = 2
    statuses: frozenset[int] = frozenset({502, 503, 504})
    first: float = 0.25
    longest: float = 60.0
    draw: Callable[[float, float], float] = random.uniform

    def pause(
        self,
        method: str,
        headers: Mapping[str, str],
        *,
        attempt: int,
        left: float | None,
        retry_after: str | None = None,
    ) -> float | None:
        """Return the seconds to wait before asking again; None where nothing is to be asked again.

        Args:
            method: of the request.
            headers: of the request.
            attempt: how often it has been asked again, from 0.
            left: the seconds until the deadline; None where there is none.
            retry_after: the header of the answer, where there is an answer.

        Example:
            >>> Retries(draw=max).pause("GET", {}, attempt=1, left=None)
            0.5
            >>> Retries().pause("POST", {}, attempt=0, left=None)
        """
        if attempt >= self.most or not is_repeatable(method, headers):
            return None
        pause = self.draw(0, min(self.first * 2**attempt, self.longest))
        asked = seconds_of(retry_after) if retry_after else None
        if asked is not None:
            pause = max(pause, asked)
        if pause > self.longest or (left is not None and pause >= left):
            return None
        return pause


NO_RETRIES = Retries(most=0)


def is_repeatable(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request may be sent twice (RFC 9110, section 9.2.2)."""
    return method in _IDEMPOTENT or "Idempotency-Key" in headers


def seconds_of(retry_after: str, now: datetime | None = None) -> float | None:
    """Return what `Retry-After` asks for: a number of seconds or a date. None where it is neither.

    Example:
        >>> seconds_of("120")
        120.0
        >>> seconds_of("Wed, 21 Oct 2015 07:28:00 GMT", datetime(2015, 10, 21, 7, 27, tzinfo=UTC))
        60.0
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else float("inf")
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
