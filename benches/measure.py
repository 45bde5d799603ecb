"""Processes and numbers.

In: commands. Out: how long they took, how much processor time and memory they used, and the middle and the spread of
several runs. Must never throw a run away, nor empty the system's caches.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """A row cannot be measured; the words say why."""


@dataclass
class Ran:
    """One run of a program."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, of all threads
    rss: float  # MB, the most it ever held; never below what this program held when it began the run


def run(command: list, log: Path, cwd: Path | None = None) -> Ran:
    """Run a command to its end; what it prints goes to a file."""
    with open(log, "w", encoding="utf-8") as out:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{command[0]} ended with {process.returncode}:\n{tail(log)}")
    return Ran(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a file."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def settle() -> None:
    """Let what was written reach the disk, so that one run does not pay for another's bytes."""
    os.sync()


def middle(values: list[float]) -> float:
    return statistics.median(values)


def late(values: list[float]) -> float:
    """The 95th percentile: of 40 values, the third from the top."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def load() -> float:
    """Programs that wanted to run, over the last minute."""
    return os.getloadavg()[0]


def memory(pid: int) -> tuple[float, float]:
    """MB that a process holds now, and the most it ever held."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file below a folder with its inode and the time it was last written; not what a writer keeps for itself."""
    found, waiting = {}, [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.startswith(".cited-"):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    state = entry.stat(follow_symlinks=False)
                    found[entry.path] = (state.st_ino, state.st_mtime_ns)
    return found


def machine() -> dict:
    """What the figures were taken on."""
    model = next((l.split(":", 1)[1].strip() for l in Path("/proc/cpuinfo").read_text().splitlines() if l.startswith("model name")), "?")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"processor": model, "cores": os.cpu_count(), "memory_gb": round(pages / 2**30), "system": f"{os.uname().sysname} {os.uname().release}"}


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
