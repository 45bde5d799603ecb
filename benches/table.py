"""From samples to a table.

In: samples by row and series. Out: lines with medians, spread, ratios and targets, as text, as Markdown and as JSON.
Must never show a figure without its peer, where there is one.
"""

from builds import BARE, Samples, spread
from measure import late, middle

Results = dict[str, Samples]


class Row:
    """One line: what, the figure of `cited`, what it is held against, the target, and whether it is met."""

    def __init__(self, what: str, figure: str, peers: str, target: str, met: bool | None):
        self.what, self.figure, self.peers, self.target, self.met = what, figure, peers, target, met

    def cells(self) -> list[str]:
        return [self.what, self.figure, self.peers, self.target, {True: "yes", False: "NO", None: ""}[self.met]]


def time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def taken(values: list[float]) -> str:
    return f"{time(middle(values))} ± {spread(values) * 100:.0f} %"


def rows(results: Results) -> list[Row]:
    """Every row that was measured, in the order of the targets."""
    lines: list[Row] = []
    sizes = sorted(int(name.split(" ")[1]) for name in results if name.startswith("build "))
    builds = {pages: results[f"build {pages}"] for pages in sizes}
    for pages, samples in builds.items():
        lines += clean_build(pages, samples)
    per_page = {pages: middle(samples["cited wall"]) / pages for pages, samples in builds.items()}
    for large, most in ((10_000, 1.3), (100_000, 1.5)):
        if large in per_page and 1_000 in per_page:
            ratio = per_page[large] / per_page[1_000]
            lines.append(Row(f"time per page at {large:,} against 1,000", f"{ratio:.2f}", "", f"at most {most}", ratio <= most))
    if 100_000 in builds:
        each = middle(builds[100_000]["cited rss"]) * 1e3 / 100_000
        lines.append(Row("memory per page at 100,000", f"{each:.1f} kB", "", "at most 12 kB", each <= 12))
    for name, samples in results.items():
        kind, _, pages = name.partition(" ")
        if kind == "again":
            ratio, rewritten = middle(samples["again wall"]) / middle(samples["first wall"]), samples["rewritten"][0]
            what = f"second build, nothing changed, {int(pages):,} pages"
            peers = f"{ratio:.2f} of the first, {rewritten:.0f} files rewritten"
            lines.append(Row(what, taken(samples["again wall"]), peers, "at most 0.25, none rewritten", ratio <= 0.25 and rewritten == 0))
    lines += previews(results, builds)
    for name, samples in results.items():
        if name.startswith("watch "):
            needless = samples["rewritten though equal"][0]
            what = f"`build --watch`, one edit, {int(name.split()[1]):,} pages, until `public/` holds it"
            peers = f"95th percentile {time(late(samples['to disk']))}; {needless:.0f} equal files rewritten"
            met = middle(samples["to disk"]) <= 0.05 and needless == 0
            lines.append(Row(what, taken(samples["to disk"]), peers, "at most 50 ms, only what differs", met))
    if samples := results.get("styles"):
        slow, numeric = middle(samples["chicago-notes wall"]), middle(samples["ieee wall"])
        lines.append(
            Row("Chicago notes, 1,000 pages of 20 sources", taken(samples["chicago-notes wall"]), f"{slow / numeric:.2f} of the numeric style's {time(numeric)}", "at most 3", slow <= 3 * numeric)
        )
    if samples := results.get("explainer"):
        lines.append(Row("the explainer, clean build", taken(samples["cited wall"]), f"{middle(samples['cited rss']):.0f} MB", "at most 1 s", middle(samples["cited wall"]) <= 1))
        everything = samples["left out"][0] == len(BARE)
        what = "… without search index and cards" + ("" if everything else " (some of it cannot be left out)")
        lines.append(Row(what, taken(samples["bare wall"]), f"least {time(min(samples['bare wall']))}", "at most 60 ms", middle(samples["bare wall"]) <= 0.06))
    if samples := results.get("program"):
        size, start = samples["size"][0], samples["version wall"]
        lines.append(Row("size of the program", f"{size:.1f} MB", "", "at most 25 MB", size <= 25))
        lines.append(Row("`cited --version`", taken(start), f"least {time(min(start))}", "at most 5 ms", middle(start) <= 0.005))
    return lines


def clean_build(pages: int, samples: Samples) -> list[Row]:
    ours = middle(samples["cited wall"])
    peers, met = [], None
    if "hugo wall" in samples:
        ratio = ours / middle(samples["hugo wall"])
        peers.append(f"{ratio:.2f} of Hugo's {taken(samples['hugo wall'])}")
        met = ratio <= 0.25
    if "cp wall" in samples:
        peers.append(f"{ours / middle(samples['cp wall']):.1f} of `cp -r`'s {taken(samples['cp wall'])}")
    lines = [Row(f"clean build, {pages:,} pages", taken(samples["cited wall"]), "; ".join(peers), "at most 0.25 of Hugo's" if met is not None else "", met)]
    cpu = f"{middle(samples['cited cpu']) / middle(samples['hugo cpu']):.2f} of Hugo's {time(middle(samples['hugo cpu']))}" if "hugo cpu" in samples else ""
    lines.append(Row("… processor time", taken(samples["cited cpu"]), cpu, "", None))
    memory = middle(samples["cited rss"])
    if "hugo rss" in samples:
        ratio = memory / middle(samples["hugo rss"])
        binding = pages == 10_000
        lines.append(
            Row("… memory", f"{memory:.0f} MB", f"{ratio:.2f} of Hugo's {middle(samples['hugo rss']):.0f} MB", "at most 0.1" if binding else "", ratio <= 0.1 if binding else None)
        )
    else:
        lines.append(Row("… memory", f"{memory:.0f} MB", "", "", None))
    return lines


def previews(results: Results, builds: dict[int, Samples]) -> list[Row]:
    lines = []
    served = {int(name.split()[1]): samples for name, samples in results.items() if name.startswith("serve ")}
    hugo = {int(name.split()[1]): samples for name, samples in results.items() if name.startswith("hugo-server ")}
    smallest = served.get(min(served)) if served else None
    for pages, samples in served.items():
        peer = hugo.get(pages, {})
        for series, what in (("text", "one edit → new text over HTTP"), ("title", "a title that lists show → the list")):
            if series not in samples:
                continue
            most, ratio = late(samples[series]), middle(samples[series]) / middle(smallest[series])
            peers = [f"95th percentile {time(most)}"]
            if samples is not smallest:
                peers.append(f"{ratio:.2f} of the figure at {min(served)}")
            if series == "text" and "hugo text" in peer:
                peers.append(f"Hugo {time(middle(peer['hugo text']))}")
            met = middle(samples[series]) <= 0.01 and most <= 0.03 and ratio <= 1.5
            lines.append(Row(f"`serve`, {pages:,} pages, {what}", taken(samples[series]), "; ".join(peers), "at most 10 ms, 95 % 30 ms, 1.5 of 100 pages", met))
        for series, what, bound in (("style", "CSS → served, told without a reload", 0.02), ("template", "base template → the open page", 0.05)):
            if series in samples:
                theirs = f"Hugo {time(middle(peer['hugo template']))}" if series == "template" and "hugo template" in peer else ""
                lines.append(Row(f"`serve`, {pages:,} pages, {what}", taken(samples[series]), theirs, f"at most {bound * 1000:.0f} ms", middle(samples[series]) <= bound))
        if "text told" in samples:
            lines.append(Row(f"`serve`, {pages:,} pages, one edit → the browser is told", taken(samples["text told"]), "", "", None))
        if "memory after" in samples:
            now, edits = samples["memory after"][0], samples["edits"][0]
            peers = f"peak {samples['memory peak'][0]:.0f} MB" + (f"; Hugo {peer['hugo memory'][0]:.0f} MB" if "hugo memory" in peer else "")
            met = now <= 150 and edits >= 1000 if pages == 10_000 else None
            lines.append(Row(f"`serve`, {pages:,} pages, memory after {edits:.0f} edits", f"{now:.0f} MB", peers, "at most 150 MB after 1,000" if pages == 10_000 else "", met))
        if "start" in samples:
            start = middle(samples["start"])
            peers, met = "", None
            if pages in builds:
                ratio = start / middle(builds[pages]["cited wall"])
                peers, met = f"{ratio:.2f} of the clean build", ratio <= 0.5 if pages == 10_000 else None
            target = "at most 0.5 of the clean build" if pages == 10_000 else ""
            lines.append(Row(f"`serve`, {pages:,} pages, start → first page", taken(samples["start"]), peers, target, met))
    if samples := results.get("storm"):
        lines.append(Row("`serve`, 1,000 files saved at once → all shown", taken(samples["all shown"]), "", "at most 5 s", middle(samples["all shown"]) <= 5))
    if samples := results.get("browsers"):
        lines.append(Row("`serve`, one edit → 200 browsers told", taken(samples["all told"]), "", "at most 0.5 s", middle(samples["all told"]) <= 0.5))
    return lines


def text(lines: list[Row]) -> str:
    cells = [["what", "cited", "against", "target", "met"], *(row.cells() for row in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def markdown(lines: list[Row]) -> str:
    head = "| what | `cited` | against | target | met |\n|---|---:|---|---|---|\n"
    return head + "\n".join(f"| {' | '.join(row.cells())} |" for row in lines) + "\n"
