"""Rows about many at once: a thousand files, two hundred browsers.

In: a `Bench`. Out: samples by row and series, in seconds. Must never time a single one of them alone.
"""

import selectors
import socket
import time

from builds import Samples
from edits import PATIENCE, rest
from measure import Failed
from preview import HOST, Server, free_port, save
from sites import Bench, page, source_of

FILES = 1000
BROWSERS = 200


def storm(bench: Bench, pages: int) -> Samples:
    """As many files as a branch switch touches: from the first byte written until all pages have their new words."""
    site, port, samples = bench.copy(bench.cited(pages)), free_port(), {"all shown": []}
    files = [source_of(site, page(number)) for number in range(min(FILES, pages))]
    originals = [file.read_text(encoding="utf-8") for file in files]
    with Server(bench.serve(site, port), port, bench.log("storm")) as server:
        server.first(f"/{page(0)}/")
        for number in range(3):
            rest(server)
            mark = f"storm{number}words"
            began = time.perf_counter()
            for file, original in zip(files, originals):
                save(file, f"{original}\n{mark}\n")
            # The last written is not always the last shown.
            samples["all shown"].append(max(server.until(f"/{page(n)}/", lambda body: mark.encode() in body, PATIENCE) for n in range(len(files))) - began)
    return samples


def browsers(bench: Bench, pages: int) -> Samples:
    """Open pages, each with its event stream: from a save until the last is told."""
    site, port, samples = bench.copy(bench.cited(pages)), free_port(), {"all told": []}
    path = page(7)
    file = source_of(site, path)
    original = file.read_text(encoding="utf-8")
    with Server(bench.serve(site, port), port, bench.log("browsers")) as server:
        server.first(f"/{path}/")
        rest(server)
        waiting = selectors.DefaultSelector()
        opened = [socket.create_connection((HOST, port)) for _ in range(BROWSERS)]
        for stream in opened:
            stream.sendall(f"GET /__cited/events?page=/{path}/&version=old HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode())
            stream.setblocking(False)
            waiting.register(stream, selectors.EVENT_READ, {"told": b""})
        told(waiting, b'"build":')
        for number in range(10):
            time.sleep(0.3)
            began = save(file, f"{original}\nedited{number}words\n")
            samples["all told"].append(told(waiting, b'"reload":true') - began)
        for stream in opened:
            stream.close()
    return samples


def told(waiting: selectors.DefaultSelector, words: bytes) -> float:
    """Wait until every stream has said these words; the moment when the last had."""
    open_pages = [key.data for key in waiting.get_map().values()]
    for state in open_pages:
        state["told"] = b""
    missing, end = len(open_pages), time.perf_counter() + PATIENCE
    while missing:
        if time.perf_counter() > end:
            raise Failed(f"{missing} of {len(open_pages)} browsers were not told within {PATIENCE:.0f} s")
        for key, _ in waiting.select(0.5):
            before = words in key.data["told"]
            key.data["told"] += key.fileobj.recv(65536)
            missing -= words in key.data["told"] and not before
    return time.perf_counter()
