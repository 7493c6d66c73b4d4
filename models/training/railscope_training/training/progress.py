"""A progress line with the time left: redrawn in a terminal, one line in a while elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 24
#: seconds between redraws, in a terminal and in a file
REDRAW_SECONDS = 0.2
LINE_SECONDS = 15.0


class Progress:
    """Shows steps, loss and time left on `stream` (default: standard error)."""

    def __init__(self, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.terminal = self.stream.isatty()
        self._last = 0.0
        self._drawn = False

    def show(self, fraction: float, step: int, end_step: int | None, seconds_left: float | None, text: str) -> None:
        """Draw, unless it was drawn a moment ago. `fraction` 0…1; unknown ends and times are shown as such."""
        now = time.monotonic()
        if self.quiet or now - self._last < (REDRAW_SECONDS if self.terminal else LINE_SECONDS):
            return
        self._last = now
        filled = round(WIDTH * min(max(fraction, 0.0), 1.0))
        left = "--:--" if seconds_left is None else format_seconds(seconds_left)
        end = "?" if end_step is None else str(end_step)
        line = (
            f"[{'#' * filled}{'.' * (WIDTH - filled)}] {100 * fraction:3.0f} %  step {step}/{end}  {left} left  {text}"
        )
        if self.terminal:
            self.stream.write(f"\r\x1b[2K{line}")
            self._drawn = True
        else:
            self.stream.write(line + "\n")
        self.stream.flush()

    def say(self, text: str) -> None:
        """Print a line of its own above the bar."""
        if self.quiet:
            return
        self.end()
        self.stream.write(text + "\n")
        self.stream.flush()

    def end(self) -> None:
        """Leave the bar's line."""
        if self._drawn:
            self.stream.write("\n")
            self._drawn = False


def format_seconds(seconds: float) -> str:
    """`h:mm:ss`, or `m:ss` below an hour."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
