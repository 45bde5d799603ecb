"""Rows about building: from nothing, again, in other styles, and the explainer itself.

In: a `Bench`. Out: samples by row and series. The programs take turns within one row, each writes into a folder that
never was, and nothing is removed before the end.
"""

import shutil
import statistics
import subprocess
import time
from pathlib import Path

from measure import Failed, run, say, settle, snapshot
from preview import LOOK, save
from sites import ROOT, Bench, page, source_of, sources

# Series of a row: what was measured, and its samples in the unit that its name ends with.
Samples = dict[str, list[float]]

# What a site holds before anyone builds it; all else was left by a build.
SITE = {"site.yaml", "hugo.yaml", "content", "themes", "archive", "layouts", "assets", "templates", "strings"}


def add(samples: Samples, name: str, ran, what: str = "wall cpu rss") -> None:
    for unit in what.split():
        samples.setdefault(f"{name} {unit}", []).append(getattr(ran, unit))


def clean(site: Path) -> None:
    """Remove what an earlier build may have kept to be faster."""
    for entry in site.iterdir():
        if entry.name not in SITE:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def build(bench: Bench, site: Path, out: Path, name: str = "cited"):
    clean(site)
    settle()
    return run([bench.binary, "--root", site, "build", "--output-dir", out], bench.log(name))


def clean_build(bench: Bench, pages: int) -> Samples:
    """`cited`, Hugo and a copy of the output, in turn."""
    ours = bench.cited(pages)
    theirs = bench.site("--for", "hugo", "--pages", str(pages), "--sources", str(sources(pages))) if bench.hugo else None
    samples: Samples = {}
    for _ in range(bench.runs):
        folder = bench.fresh(f"build-{pages}")
        add(samples, "cited", build(bench, ours, folder / "cited"))
        if theirs:
            clean(theirs)
            settle()
            add(samples, "hugo", run([bench.hugo, "--noBuildLock", "--destination", folder / "hugo"], bench.log("hugo"), theirs))
        settle()
        add(samples, "cp", run(["cp", "-r", folder / "cited", folder / "cp"], bench.log("cp")))
    samples["files"] = [float(len(snapshot(folder / "cited")))]
    return samples


def huge(bench: Bench, pages: int) -> Samples:
    """A site that is too large for Hugo on this machine: once."""
    samples: Samples = {}
    add(samples, "cited", build(bench, bench.cited(pages), bench.fresh(f"build-{pages}") / "cited"))
    return samples


def second_build(bench: Bench, pages: int) -> Samples:
    """Again into the same folder, with nothing changed."""
    site, samples = bench.cited(pages), {}
    out = bench.fresh(f"again-{pages}") / "cited"
    add(samples, "first", build(bench, site, out))
    before = snapshot(out)
    for _ in range(bench.runs):
        settle()
        add(samples, "again", run([bench.binary, "--root", site, "build", "--output-dir", out], bench.log("again")))
    after = snapshot(out)
    samples["rewritten"] = [float(sum(before.get(path) != state for path, state in after.items()))]
    return samples


def citation_styles(bench: Bench) -> Samples:
    """A style that is slow in the CSL engine, against the numeric one."""
    samples: Samples = {}
    sites = {style: bench.locked("--pages", "1000", "--cites", "20", "--archive", "--style", style) for style in ("ieee", "chicago-notes")}
    for _ in range(bench.runs):
        folder = bench.fresh("styles")
        for style, site in sites.items():
            add(samples, style, build(bench, site, folder / style, style), "wall cpu")
    return samples


# Settings that leave out what is heavy; a program that does not know one is measured without it.
BARE = ("search: none", "cards: false")


def explainer(bench: Bench) -> Samples:
    """The site in this repository, with the archive where it is at hand; then without search index and cards."""
    archive = ROOT.parent / "shared/sources"
    samples: Samples = {}
    site = bench.fresh("explainer-site")
    for part in ("site.yaml", "content", "themes", "templates", "assets", "strings"):
        if (ROOT / part).exists():
            run(["cp", "-r", ROOT / part, site], bench.log("cp"))

    def once():
        clean(site)
        settle()
        command = [bench.binary, "--root", site, "build", "--output-dir", bench.fresh("explainer") / "public"]
        return run(command + (["--archive", archive] if archive.is_dir() else []), bench.log("explainer"))

    for _ in range(bench.runs):
        add(samples, "cited", once())
    config = (site / "site.yaml").read_text(encoding="utf-8")
    for line in BARE:
        (site / "site.yaml").write_text(f"{config}\n{line}\n", encoding="utf-8")
        try:
            once()
        except Failed:
            say(f"explainer: the program does not know `{line}`")
            continue
        config = (site / "site.yaml").read_text(encoding="utf-8")
    (site / "site.yaml").write_text(config, encoding="utf-8")
    samples["left out"] = [float(sum(line in config for line in BARE))]
    for _ in range(bench.runs):
        add(samples, "bare", once())
    return samples


def program(bench: Bench) -> Samples:
    """The program's size, and how long it takes to say its version."""
    starts = [run([bench.binary, "--version"], bench.log("version")).wall for _ in range(40)]
    return {"size": [bench.binary.stat().st_size / 1e6], "version wall": starts}


def watched_build(bench: Bench, pages: int, edits: int) -> Samples:
    """`build --watch`: a save, until the page in the output folder has the new words; then, what was rewritten."""
    site, samples = bench.copy(bench.cited(pages)), {"to disk": []}
    out = bench.fresh("watched") / "public"
    log = bench.log("watch")
    with open(log, "w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [bench.binary, "--root", site, "build", "--watch", "--output-dir", out], stdin=subprocess.DEVNULL, stdout=printed, stderr=printed
        )
    try:
        wait_for(lambda: "watching" in log.read_text(encoding="utf-8", errors="replace"), 300, "the first build")
        shown, before, needless = out / page(7) / "index.html", contents(out), 0
        file = source_of(site, page(7))
        text = file.read_text(encoding="utf-8")
        for number in range(edits):
            time.sleep(0.3)
            state, told = snapshot(out), printed_builds(log)
            mark = f"edited{number}words"
            began = save(file, f"{text}\n{mark}\n")
            samples["to disk"].append(wait_for(lambda: mark.encode() in shown.read_bytes(), 60, "the edit") - began)
            if number % 5 == 0:
                wait_for(lambda: printed_builds(log) > told, 60, "the end of the build")
                after = contents(out)
                written = {path for path, now in snapshot(out).items() if state.get(path) != now}
                needless += sum(before.get(path) == after[path] for path in written)
                before = after
    finally:
        process.terminate()
        process.wait()
    samples["rewritten though equal"] = [float(needless)]
    return samples


def printed_builds(log: Path) -> int:
    """Builds after the first, as the program tells them."""
    return log.read_text(encoding="utf-8", errors="replace").count(" files: ") - 1


def contents(folder: Path) -> dict[str, bytes]:
    return {path: Path(path).read_bytes() for path in snapshot(folder)}


def wait_for(happened, patience: float, what: str) -> float:
    """The moment when something had happened."""
    end = time.perf_counter() + patience
    while not happened():
        if time.perf_counter() > end:
            raise Failed(f"{what} did not come within {patience:.0f} s")
        time.sleep(LOOK)
    return time.perf_counter()


def spread(values: list[float]) -> float:
    """Half the way between the quarter marks, as a share of the middle."""
    if len(values) < 4:
        return (max(values) - min(values)) / 2 / statistics.median(values) if statistics.median(values) else 0.0
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / middle if middle else 0.0
