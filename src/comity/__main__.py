"""`comity`, and `python -m comity`: the command line as a process of its own."""

from __future__ import annotations

import signal
import sys


def run() -> int:
    """Run the command line and return its exit code.

    An interruption while the program still loads, or ends already, stops it without a word; in between, `main` answers it.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        from comity.cli import main

        return main()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from comity.cli import INTERRUPTED, main

    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = main()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(run())
