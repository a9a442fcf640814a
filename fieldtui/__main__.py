"""Entry point: `fieldtui` and `python -m fieldtui`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run fieldtui on the process's own arguments and answer its exit code.

    `--version` is answered before anything else is imported.
    """
    argv = sys.argv[1:]
    if argv == ["--version"]:
        from fieldtui import __version__

        print(f"fieldtui {__version__}")
        return 0
    try:
        from fieldtui.base.environment import forget_hostile

        forget_hostile()  # before what is imported next looks at it
        from fieldtui.base.hardening import hide_arguments

        if not _is_known_to_others(argv):
            hide_arguments(argv)
        from fieldtui import bootstrap
    except KeyboardInterrupt:
        return 130  # Ctrl-C while the program is still loading: nothing was begun, so there is nothing to say

    status = bootstrap.main(argv)
    if sys.flags.inspect:
        # PYTHONINSPECT or -i: Python would now offer a prompt into a process that has had citizens in its memory.
        os._exit(status)
    return status


def _is_known_to_others(argv: list[str]) -> bool:
    """True where an administrator must see how the process was started, and it tells nothing of a citizen."""
    return argv[:2] == ["central", "serve"] or argv[:1] == ["--worker"]


if __name__ == "__main__":
    sys.exit(main())
