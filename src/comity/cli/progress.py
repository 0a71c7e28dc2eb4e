"""How far long work has come: one line on the terminal, and nothing where nobody looks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 32


def progress_bar(at_least: int = 0) -> Callable[[int, int], None] | None:
    """A bar on standard error, told how much is done and how much there is; None where that is no terminal.

    Work of which there is less than `at_least` shows none.
    """
    if not sys.stderr.isatty():
        return None
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        share = done * 100 // total
        if total < at_least or share == shown:
            return
        shown = share
        full = share * WIDTH // 100
        end = "\r\x1b[K" if done >= total else ""
        sys.stderr.write(f"\r{'█' * full}{'░' * (WIDTH - full)} {share:3} %{end}")
        sys.stderr.flush()

    return show
