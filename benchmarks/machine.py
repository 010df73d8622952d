"""What a figure depends on besides the code: the machine, its versions and its memory."""

import gc
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def pin_to_one_core() -> int | None:
    """Keep this process on one core and say which; None where the system cannot.

    Both sides then run at that core's clock and caches, and neither gains from a second core.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def facts(packages: Iterable[str]) -> dict[str, str | int]:
    """Describe the machine and the versions of `packages`, for the record beside a figure."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        **{package: version(package) for package in packages},
        "date": datetime.now(UTC).date().isoformat(),
    }


def resident_bytes() -> int:
    """Return the memory that this process holds now, in bytes, garbage collected first.

    Raises:
        OSError: there is no `/proc`, so the system does not tell.
    """
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
