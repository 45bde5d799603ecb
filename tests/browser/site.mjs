// The explainer, built and served for the tests: everything that the test files share.
//
// In: the binary under target/release (or CITED_BIN) and this repository. Out: a built copy in a folder of its own
// under the system's temporary folder, a static server on loopback that sends a strict policy, and Chromium.
// Must never send a request to another host: Chromium resolves no name but loopback's.

import { execFile } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createBrotliCompress } from "node:zlib";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const CITED = process.env.CITED_BIN ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target"), "release/cited");
const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync) ?? "/usr/bin/chromium";

/** What a careful host would send. Nothing inline, nothing from elsewhere. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
  ".txt": "text/plain; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".bib": "text/plain; charset=utf-8",
  ".ris": "text/plain; charset=utf-8",
};

/** Run a program; the error carries what it printed. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 << 20, ...options }, (error, stdout, stderr) => {
      if (error) {
        error.message = `${program} ${args.join(" ")}\n${stdout}${stderr}\n${error.message}`;
        error.stdout = stdout;
        error.stderr = stderr;
        reject(error);
      } else resolve({ stdout, stderr });
    });
  });
}

export async function temporaryFolder(name) {
  return mkdtemp(path.join(os.tmpdir(), `cited-${name}-`));
}

/** All files below a folder, relative, with forward slashes, sorted. */
export async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile())
    .map((e) => path.relative(folder, path.join(e.parentPath ?? e.path, e.name)).split(path.sep).join("/"))
    .sort();
}

/** Serve a folder under a sub-path as a plain file server would: index.html for folders, 404.html for what is missing.
    `compressed`: with brotli, as a host does it. `slow`: HTML in pieces, as over a slow network, with time to paint
    after each: every tag of the masthead, then some paragraphs at a time (a line whose words come one by one moves). */
async function serve(folder, sub, { compressed, slow }) {
  const server = http.createServer(async (request, response) => {
    const send = async (status, file) => {
      if (slow && file.endsWith(".html")) {
        response.writeHead(status, { "content-type": TYPES[".html"], "cache-control": "no-store" });
        const [before, after] = (await readFile(file, "utf8")).split(/(?<=<\/header>)/, 2);
        const blocks = after.split(/(?<=<\/(?:p|h[1-6]|li|tr|figure|section)>)/);
        const size = Math.ceil(blocks.length / 15);
        const rest = Array.from({ length: 15 }, (_, i) => blocks.slice(i * size, (i + 1) * size).join("")).filter(Boolean);
        const pieces = [...before.split(/(?<=<body[^]*>)/), ...rest];
        for (const piece of pieces) {
          response.write(piece);
          await new Promise((next) => setTimeout(next, 50));
        }
        return response.end();
      }
      const small = compressed && /\.(html|css|js|json|svg|xml|txt)$/.test(file);
      response.writeHead(status, {
        ...(small ? { "content-encoding": "br" } : {}),
        "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
      if (request.method === "HEAD") return response.end();
      const bytes = createReadStream(file).on("error", () => response.destroy());
      (small ? bytes.pipe(createBrotliCompress()) : bytes).pipe(response);
    };
    try {
      const url = new URL(request.url, "http://127.0.0.1");
      if (!url.pathname.startsWith(sub)) {
        response.writeHead(404).end("outside the sub-path");
        return;
      }
      const file = path.join(folder, path.normalize("/" + decodeURIComponent(url.pathname.slice(sub.length))));
      const found = await stat(file).catch(() => null);
      if (found?.isDirectory()) {
        if (!url.pathname.endsWith("/")) {
          response.writeHead(301, { location: url.pathname + "/" + url.search }).end();
        } else if (existsSync(path.join(file, "index.html"))) await send(200, path.join(file, "index.html"));
        else await send(404, path.join(folder, "404.html"));
      } else if (found) await send(200, file);
      else await send(404, path.join(folder, "404.html"));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return server;
}

/** Make the site of `cited init` in a folder of its own. */
export async function newSite() {
  const folder = await temporaryFolder("init");
  const root = path.join(folder, "river");
  await run(CITED, ["init", root]);
  return { root, close: () => rm(folder, { recursive: true, force: true }) };
}

/** Where the sources of `openKept` are said to be. */
export const ORIGINALS = { live: "https://rivers.example/survey", gone: "https://town.example/news", copy: "https://archive.example/2024/news" };

/** The site of `cited init` with what only some sites have: addresses of sources, one of them gone, an archived copy,
    reviewers, a page on the method, and a dated copy of it all. */
export async function openKept() {
  const made = await newSite();
  const edit = async (file, ...changes) => {
    let text = await readFile(path.join(made.root, file), "utf8");
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      text = text.replace(from, to);
    }
    await writeFile(path.join(made.root, file), text);
  };
  try {
    await edit(
      "content/sources.yaml",
      ["  date: 2024-12-05\n  evidence:", `  date: 2024-12-05\n  url: ${ORIGINALS.live}\n  evidence:`],
      ["  date: 2024-12-10\n  evidence:", `  date: 2024-12-10\n  url: ${ORIGINALS.gone}\n  evidence:\n    original: gone\n    archived_url: ${ORIGINALS.copy}\n    archived_on: 2024-12-12`],
    );
    await edit("site.yaml", ["archive: archive", "archive: archive\nauthors: [River Desk]\nreviewers: [Ada Ng, Bo Ito]\ntheme_settings: { method_path: method/ }"]);
    await writeFile(path.join(made.root, "content/method.md"), "---\ntitle: How we work\ndate: 2024-12-15\n---\n\nWe read twice.\n");
    await run(CITED, ["--root", made.root, "export", "--snapshot", "2024-12-20"]);
    await edit("content/river.md", ["title: How many salmon came back?", "title: How many salmon came home?"]);
    const site = await openSite({ root: made.root, least: 12 });
    return { ...site, root: made.root, close: () => Promise.all([site.close(), made.close()]) };
  } catch (error) {
    await made.close();
    throw error;
  }
}

/** The explainer with a dated copy of itself. */
export async function openExplainerKept() {
  const root = await temporaryFolder("explainer");
  const close = () => rm(root, { recursive: true, force: true });
  try {
    for (const part of ["content", "themes", "site.yaml"]) await cp(path.join(ROOT, part), path.join(root, part), { recursive: true });
    await run(CITED, ["--root", root, "export", "--snapshot", "2025-07-20"]);
    const site = await openSite({ root });
    return { ...site, close: () => Promise.all([site.close(), close()]) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Build the explainer, or another site, for a sub-path and serve it. */
export async function openSite({ root = ROOT, sub = "/sub/", least = 20, compressed = false, slow = false } = {}) {
  if (!existsSync(CITED)) throw new Error(`${CITED} does not exist: run \`cargo build --release\` first`);
  const folder = await temporaryFolder("site");
  const server = await serve(folder, sub, { compressed, slow });
  const base = `http://127.0.0.1:${server.address().port}${sub}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run(CITED, ["--root", root, "--format", "short", "build", "--base-url", base, "--output-dir", folder]);
  } catch (error) {
    await close();
    const errors = (error.stderr ?? "").split("\n").filter((line) => /\berror\b|panicked/.test(line));
    if (errors.length) error.message = `the site cannot be built:\n${errors.join("\n")}`;
    throw error;
  }
  const files = await filesBelow(folder);
  const pages = [];
  for (const file of files.filter((f) => f.endsWith(".html"))) {
    // An alias only leads on; it is checked as a link, not as a page.
    const text = await readFile(path.join(folder, file), "utf8");
    if (!/<meta http-equiv="?refresh/i.test(text)) pages.push(file.replace(/(^|\/)index\.html$/, "$1"));
  }
  if (pages.length < least) {
    await close();
    throw new Error(`only ${pages.length} pages were built: ${pages.join(", ")}`);
  }
  return { base, sub, folder, files, pages, close };
}

/** A Chromium of Debian, without a network but loopback. */
export function openBrowser({ args = [] } = {}) {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ...args,
    ],
  });
}

/** Write down everything on a page that a reader should never meet. */
export function watch(page, base) {
  const faults = [];
  const host = new URL(base).host;
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && faults.push(`console ${m.type()}: ${m.text()} (${page.url()})`));
  page.on("pageerror", (e) => faults.push(`script error: ${e.message} (${page.url()})`));
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && url.host !== host) faults.push(`request to another host: ${r.url()}`);
  });
  page.on("response", (r) => r.status() >= 400 && faults.push(`status ${r.status()}: ${r.url()}`));
  page.on("requestfailed", (r) => {
    // A reader who goes on before a script has come cancels it; that is no fault.
    if (r.failure()?.errorText !== "net::ERR_ABORTED") faults.push(`request failed: ${r.url()} ${r.failure()?.errorText}`);
  });
  return faults;
}

/** Point at an inline element where it is painted: one that begins at the end of a line has its middle elsewhere. */
export async function pointAt(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.evaluate((e) => {
    const boxes = [...e.getClientRects()].filter((r) => r.width > 4 && r.height > 4);
    const { x, y, width, height } = boxes.at(-1) ?? e.getBoundingClientRect();
    return { x, y, width, height };
  });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
}
