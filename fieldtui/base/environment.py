"""Variables of the environment that would make fieldtui write what it holds, go another way, or run what is not ours.

They are taken out before anything else is imported: OpenSSL reads `OPENSSL_CONF` when it is loaded, Textual reads
`TEXTUAL_LOG` when it is imported. A variable that works before a program's first line (`LD_PRELOAD`, `PYTHONPATH`) has
done so already; then at least what this process starts is spared, and `doctor` names it. Whoever can set those can run
programs of their own as this user, which is beyond what fieldtui promises (docs/security.md, T5).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

_FAMILIES: Final = (
    "TEXTUAL",  # log, screenshots, keys pressed by themselves, a driver that is any module (textual/constants.py)
    "PYDANTIC_",
    "TYPER_",
    "_TYPER_FORCE",
    "_TYPER_STANDARD",  # not all of `_TYPER_`: a shell completes a line through `_TYPER_COMPLETE_ARGS`
    "DYLD_INSERT",
    "DYLD_PRINT",
    "MALLOC_TRACE",
    "LD_AUDIT",
    "LD_DEBUG",
    "LD_PRELOAD",
    "LD_PROFILE",
    "OPENSSL_",  # another configuration, which may load a library and lower what is accepted
)
_NAMES: Final = frozenset(
    {
        "PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT", "PYTHONDEBUG", "PYTHONDEVMODE", "PYTHONDUMPREFS",
        "PYTHONDUMPREFSFILE", "PYTHONEXECUTABLE", "PYTHONFAULTHANDLER", "PYTHONHOME", "PYTHONINSPECT",
        "PYTHONMALLOCSTATS", "PYTHONPERFSUPPORT", "PYTHONPLATLIBDIR", "PYTHONPROFILEIMPORTTIME", "PYTHONPYCACHEPREFIX",
        "PYTHONSTARTUP", "PYTHONTRACEMALLOC", "PYTHONVERBOSE", "PYTHONWARNINGS", "PYTHON_PERF_JIT_SUPPORT",
        "CURL_CA_BUNDLE", "NETRC", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "FORWARDED_ALLOW_IPS", "WEB_CONCURRENCY",
        "GCONV_PATH", "SQLITE_TMPDIR",
    }
)  # fmt: skip
_PROXY: Final = "_PROXY"
_BEFORE_US: Final = frozenset({"LD_AUDIT", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONHOME", "PYTHONINSPECT"})
"""What has worked already when our first line runs, and can have put code of somebody else's into this process."""

_found: set[str] = set()


def is_hostile(name: str) -> bool:
    """True for a variable that is not followed; upper or lower case makes no difference, as to those who read proxies."""
    upper = name.upper()
    return upper in _NAMES or upper.startswith(_FAMILIES) or upper.endswith(_PROXY)


def forget_hostile() -> None:
    """Take them out of this process's environment, and so out of that of what it starts."""
    for name in [name for name in os.environ if is_hostile(name)]:
        del os.environ[name]
        _found.add(name.upper())


def forget_family(beginning: str) -> None:
    """Take out every variable that begins so; for a library that is told all it needs (`PG` where PostgreSQL is ours)."""
    for name in [name for name in os.environ if name.startswith(beginning)]:
        del os.environ[name]


def without_hostile(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy without them, for a process that is started."""
    return {name: value for name, value in environment.items() if not is_hostile(name)}


def set_before_us() -> Iterator[str]:
    """Names of the variables that were set, and had worked before they could be taken out."""
    yield from sorted(_found & _BEFORE_US)
