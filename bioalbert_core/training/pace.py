"""How long training steps take, and how long it is until the last."""

Moment = tuple[float, int]
"""Seconds on some clock, and the steps done by then."""


class Pace:
    """Follows steps by the times at which they end.

    A step's time leaves out what comes between: the first step, which waits for a compiler, and
    after `pause` the next, which waits for held-out scores and a checkpoint. The time left counts
    all but the very first.

    >>> pace = Pace()
    >>> for now in (60.0, 61.0, 62.0):
    ...     pace.step(left=10, now=now)
    >>> pace.seconds, pace.left
    (1.0, 10.0)
    >>> pace.pause()
    >>> pace.step(left=9, now=66.0)
    >>> pace.seconds, pace.left
    (1.0, 18.0)
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        """Of a step since the last pause; None before the second step."""
        self.left: float | None = None
        """Seconds until the last step."""
        self._done = 0
        self._first: Moment | None = None
        self._resumed: Moment | None = None

    def step(self, left: int, now: float) -> None:
        """A step has ended at ``now``, and ``left`` more are to come."""
        self._done += 1
        here = (now, self._done)
        if self._resumed:
            self.seconds = _seconds_a_step(self._resumed, here)
        if self._first:
            self.left = left * _seconds_a_step(self._first, here)
        self._first, self._resumed = self._first or here, self._resumed or here

    def pause(self) -> None:
        """Until the next step ends, something else than training takes time."""
        self._resumed = None


def _seconds_a_step(start: Moment, end: Moment) -> float:
    return (end[0] - start[0]) / (end[1] - start[1])
