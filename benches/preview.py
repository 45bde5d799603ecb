"""A preview that runs, and one who looks at it.

In: the command of a preview server. Out: pages over HTTP, events, and how long after a save they show it. Must never
send a request to another machine.
"""

import http.client
import json
import re
import socket
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from measure import Failed, tail

HOST = "127.0.0.1"
# Between two looks at a page: fine enough for figures of a few milliseconds, and leaves the machine to the server.
LOOK = 0.001


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """A process that serves a site; `with` ends it."""

    def __init__(self, command: list, port: int, log: Path, cwd: Path | None = None):
        self.port, self.log = port, log
        self.began = time.perf_counter()
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.connection: http.client.HTTPConnection | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path: str) -> tuple[int, bytes]:
        """One page. A refused connection is status 0."""
        for last in (False, True):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(HOST, self.port, timeout=150)
                self.connection.request("GET", path)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                # A server may close a connection that was idle: ask once more on a fresh one.
                self.connection = None
                if last:
                    return 0, b""
        raise AssertionError("unreachable")

    def until(self, path: str, wanted, patience: float) -> float:
        """Look at a page until it is as wanted; the moment it was."""
        end = time.perf_counter() + patience
        while True:
            status, body = self.get(path)
            now = time.perf_counter()
            if status == 200 and wanted(body):
                return now
            if self.process.poll() is not None:
                raise Failed(f"the server ended:\n{tail(self.log)}")
            if now > end:
                raise Failed(f"{path} does not show the edit within {patience:.0f} s")
            time.sleep(LOOK)

    def first(self, path: str, patience: float = 300) -> float:
        """Seconds from the start of the process to the first answer with a page."""
        return self.until(path, lambda body: True, patience) - self.began


class Events(threading.Thread):
    """The event stream of a page that is open in a browser; each event with the moment it came."""

    def __init__(self, server: Server, path: str):
        super().__init__(daemon=True)
        _, body = server.get(path)
        version = re.search(rb'data-page="([^"]*)"', body)
        if not version:
            raise Failed(f"{path} has no script of the preview")
        query = urllib.parse.urlencode({"page": path, "version": version[1].decode()})
        self.socket = socket.create_connection((HOST, server.port))
        self.socket.sendall(f"GET /__cited/events?{query} HTTP/1.1\r\nHost: {HOST}:{server.port}\r\n\r\n".encode())
        self.events: list[tuple[float, dict]] = []
        self.news = threading.Condition()
        self.start()
        self.next(lambda event: True, 0, 30)

    def run(self):
        try:
            for line in self.socket.makefile("rb"):
                if line.startswith(b"data: "):
                    with self.news:
                        self.events.append((time.perf_counter(), json.loads(line[6:])))
                        self.news.notify_all()
        except OSError:
            pass  # closed below

    def next(self, wanted, since: float, patience: float) -> tuple[float, dict]:
        """The first event since a moment that is as wanted."""
        def found():
            return next(((at, event) for at, event in self.events if at >= since and wanted(event)), None)

        with self.news:
            if not self.news.wait_for(found, patience):
                raise Failed(f"no event within {patience:.0f} s")
            return found()

    def close(self):
        # Else the thread would hold the socket in its read.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def save(path: Path, text: str) -> float:
    """Write a file and close it, as most editors do; the moment before it was opened."""
    began = time.perf_counter()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return began
