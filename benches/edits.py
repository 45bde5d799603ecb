"""Rows about the preview: from a save to the page, a style, an event.

In: a `Bench`. Out: samples by row and series, in seconds from before the file was opened for writing. A page is looked at
over HTTP until it holds the new words. Must never edit a site that other rows use.
"""

import time
from pathlib import Path

from builds import Samples, clean
from measure import Failed, memory, run
from preview import Events, Server, free_port, save
from sites import Bench, page, source_of

# Between two edits, so that what the last one left to do is done.
REST = 0.15
HUGO_PATIENCE = 120.0
PATIENCE = 60.0


def serve(bench: Bench, pages: int, edits: int, many: int, budget: float) -> Samples:
    """One preview of `cited`: start, edits of text, title, style and template, then many edits for the memory."""
    site = bench.copy(bench.cited(pages))
    samples: Samples = {}
    for number in range(3):
        port = free_port()
        with Server(bench.serve(site, port), port, bench.log(f"serve-{pages}")) as server:
            samples.setdefault("start", []).append(server.first(f"/{page(7)}/"))
            if number < 2:
                continue
            # The rest of the first build must not count as part of an edit.
            rest(server)
            text(server, site, edits, samples)
            title(server, site, edits, samples)
            style(server, site, max(5, edits // 4), samples)
            template(server, site, max(5, edits // 4), samples)
            samples["memory before"] = [memory(server.process.pid)[0]]
            done = edit_on(server, site, many, budget)
            time.sleep(1)
            now, most = memory(server.process.pid)
            samples |= {"memory after": [now], "memory peak": [most], "edits": [float(done)]}
    return samples


def rest(server: Server) -> None:
    """Wait until the process is idle: until half a second has used less than a twentieth of a core."""
    def cpu() -> int:
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    for _ in range(240):
        before = cpu()
        time.sleep(0.5)
        if cpu() - before <= 2:
            return


def text(server: Server, site: Path, edits: int, samples: Samples) -> None:
    """A page's words change: until the page has them, and until its reader is told."""
    path = page(7)
    file = source_of(site, path)
    original = file.read_text(encoding="utf-8")
    reader = Events(server, f"/{path}/")
    for number in range(edits):
        time.sleep(REST)
        mark = f"edited{number}words"
        began = save(file, f"{original}\n{mark}\n")
        samples.setdefault("text", []).append(server.until(f"/{path}/", lambda body: mark.encode() in body, PATIENCE) - began)
        told, _ = reader.next(lambda event: event["reload"], began, PATIENCE)
        samples.setdefault("text told", []).append(told - began)
    reader.close()
    rest(server)


def title(server: Server, site: Path, edits: int, samples: Samples) -> None:
    """A title changes that its section lists: until the list has it."""
    path = page(7)
    file = source_of(site, path)
    original = file.read_text(encoding="utf-8")
    line = next(line for line in original.splitlines() if line.startswith("title: "))
    listing = f"/{path.split('/')[0]}/"
    for number in range(edits):
        time.sleep(REST)
        # Digits in a title would have to be cited.
        mark = "Edited " + "".join(chr(ord("a") + int(digit)) for digit in f"{number:03}")
        began = save(file, original.replace(line, f"title: {mark}", 1))
        samples.setdefault("title", []).append(server.until(listing, lambda body: mark.encode() in body, PATIENCE) - began)
    save(file, original)
    rest(server)


def style(server: Server, site: Path, edits: int, samples: Samples) -> None:
    """The style sheet changes: until the reader is told of the new one, without a reload, and it is served."""
    file = site / "themes/explainer/assets/site.css"
    original = file.read_text(encoding="utf-8")
    reader = Events(server, f"/{page(7)}/")
    for number in range(edits):
        time.sleep(REST)
        mark = f".edited{number}{{order:1}}"
        began = save(file, f"{original}\n{mark}\n")
        _, event = reader.next(lambda event: event["styles"] or event["reload"], began, PATIENCE)
        if event["reload"]:
            raise Failed("the page was reloaded for a style")
        now = server.until(f"/{event['styles'][0]['new']}", lambda body: f".edited{number}".encode() in body, PATIENCE)
        samples.setdefault("style", []).append(now - began)
    reader.close()


def template(server: Server, site: Path, edits: int, samples: Samples) -> None:
    """The base template changes: until the page that is open has it."""
    file = site / "themes/explainer/templates/base.html"
    original = file.read_text(encoding="utf-8")
    reader = Events(server, f"/{page(7)}/")
    for number in range(edits):
        rest(server)
        mark = f"<p>edited {number}</p>"
        began = save(file, original.replace("</body>", f"{mark}</body>"))
        samples.setdefault("template", []).append(server.until(f"/{page(7)}/", lambda body: mark.encode() in body, PATIENCE) - began)
    reader.close()
    save(file, original)
    rest(server)


def edit_on(server: Server, site: Path, many: int, budget: float) -> int:
    """Edit one page after another until there were enough, or the time is over; how many there were."""
    end = time.perf_counter() + budget
    for number in range(many):
        path = page(number * 13 % 97)
        file = source_of(site, path)
        original = file.read_text(encoding="utf-8").split("\nedited")[0]
        mark = f"edited{number}again"
        save(file, f"{original}\n{mark}\n")
        server.until(f"/{path}/", lambda body: mark.encode() in body, PATIENCE)
        if time.perf_counter() > end:
            return number + 1
    return many


def hugo(bench: Bench, pages: int, edits: int) -> Samples:
    """Hugo's server: one edit, and its base template."""
    if not bench.hugo:
        return {}
    site = bench.copy(bench.site("--for", "hugo", "--pages", str(pages)))
    clean(site)
    samples: Samples = {}
    port = free_port()
    command = [bench.hugo, "server", "--noBuildLock", "--bind", "127.0.0.1", "--port", port]
    with Server(command, port, bench.log(f"hugo-server-{pages}"), site) as server:
        samples["hugo start"] = [server.first(f"/{page(7)}/")]
        rest(server)
        file = source_of(site, page(7))
        original = file.read_text(encoding="utf-8")
        for number in range(edits):
            time.sleep(1)
            mark = f"edited{number}words"
            began = save(file, f"{original}\n{mark}\n")
            samples.setdefault("hugo text", []).append(server.until(f"/{page(7)}/", lambda body: mark.encode() in body, HUGO_PATIENCE) - began)
        file = site / "layouts/baseof.html"
        original = file.read_text(encoding="utf-8")
        for number in range(min(edits, 3)):
            rest(server)
            mark = f"<p>edited {number}</p>"
            began = save(file, original.replace("</body>", f"{mark}</body>"))
            samples.setdefault("hugo template", []).append(server.until(f"/{page(7)}/", lambda body: mark.encode() in body, HUGO_PATIENCE) - began)
        samples["hugo memory"] = [memory(server.process.pid)[1]]
    return samples
