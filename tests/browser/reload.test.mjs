// The preview: what is saved is seen, without a hand on the browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { CITED, ROOT, openBrowser, temporaryFolder } from "./site.mjs";

let folder, preview, browser, address;
let said = "";

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

before(async () => {
  folder = await temporaryFolder("preview");
  for (const name of ["site.yaml", "content", "themes"]) await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  const port = await freePort();
  address = `http://127.0.0.1:${port}/`;
  preview = spawn(CITED, ["--root", folder, "--format", "short", "serve", "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [preview.stdout, preview.stderr]) stream.on("data", (data) => (said = (said + data).slice(-20_000)));
  const until = Date.now() + 30_000;
  for (;;) {
    if (preview.exitCode !== null) throw new Error(`cited serve ended with ${preview.exitCode}:\n${said}`);
    const status = await fetch(address, { redirect: "manual" }).then((r) => r.status, () => 0);
    if (status === 200) break;
    if (Date.now() > until) throw new Error(`the preview answers ${status} after 30 seconds:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  if (preview && preview.exitCode === null) {
    preview.kill("SIGTERM");
    await Promise.race([new Promise((r) => preview.once("exit", r)), new Promise((r) => setTimeout(r, 5000))]);
    if (preview.exitCode === null && preview.signalCode === null) preview.kill("SIGKILL");
  }
  if (folder) await rm(folder, { recursive: true, force: true });
});

const PAGE = "content/about/_index.md";
const at = (name) => path.join(folder, name);
/** Change a file as it is, in place. */
const change = async (name, edit) => writeFile(at(name), edit(await readFile(at(name), "utf8")));
/** Change a file as many editors do: write another, then rename it over the old one. */
const replace = async (name, edit) => {
  const other = at(`${name}.tmp`);
  await writeFile(other, edit(await readFile(at(name), "utf8")));
  await rename(other, at(name));
};
const LIMIT = 10_000;

async function open() {
  const page = await browser.newPage();
  page.setDefaultTimeout(LIMIT);
  await page.goto(`${address}about/`);
  assert.ok((await page.locator("h1").innerText()).length > 0);
  return page;
}

/** A failed wait says what the preview printed. */
async function sees(what, wait) {
  try {
    await wait;
  } catch (error) {
    error.message = `${what}: ${error.message}\nthe preview said:\n${said}`;
    throw error;
  }
}

test("a changed sentence appears by itself", async () => {
  const page = await open();
  await change(PAGE, (text) => `${text}\n\nA sentence written while the preview runs.\n`);
  await sees("the first sentence", page.getByText("A sentence written while the preview runs.").waitFor());
  await replace(PAGE, (text) => text.replace("A sentence written while", "Another sentence renamed into place while"));
  await sees("the second sentence", page.getByText("Another sentence renamed into place while").waitFor());
  assert.equal(await page.getByText("A sentence written while").count(), 0);
  await page.close();
});

test("a changed style appears without a reload", async () => {
  const page = await open();
  await page.evaluate(() => (window.stayed = true));
  await change("themes/explainer/assets/site.css", (text) => `${text}\nh1 { letter-spacing: 7px !important; }\n`);
  await sees(
    "the style",
    page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).letterSpacing === "7px", null, { timeout: LIMIT }),
  );
  assert.equal(await page.evaluate(() => window.stayed), true, "the page was reloaded");
  await page.close();
});

test("front matter that cannot be read lays the report over the last good page; mended, it goes", async () => {
  const page = await open();
  const heading = await page.locator("main h1").innerText();
  const good = await readFile(at(PAGE), "utf8");
  await writeFile(at(PAGE), good.replace(/^---\n/, "---\ntitel: [\n"));
  const overlay = page.getByRole("alert").filter({ hasText: PAGE });
  await sees("the overlay", overlay.waitFor());
  assert.match(await overlay.innerText(), /yaml-invalid|value-invalid|key-unknown/);
  assert.equal(await page.locator("main h1").innerText(), heading, "the last good page is gone");
  await writeFile(at(PAGE), good);
  await sees("the overlay's end", overlay.waitFor({ state: "detached" }));
  await page.close();
});

test("a page with a number that nothing supports is shown, and the finding with it", async () => {
  const page = await open();
  await change(PAGE, (text) => `${text}\n\nIn all 4,321 soldiers wrote letters.\n`);
  await sees("the sentence", page.getByText("soldiers wrote letters").waitFor());
  await sees(
    "the finding",
    page.waitForFunction(() => {
      const inside = (root) => [...root.querySelectorAll("*")].some((e) => (e.shadowRoot && inside(e.shadowRoot)) || /number-uncited/.test(e.textContent));
      return inside(document);
    }, null, { timeout: LIMIT }),
  );
  await page.close();
});

test("a badge opens what the checks counted and found, by keyboard, and closes again", async () => {
  const page = await open();
  const counted = {
    draft: true, claims: 4, claims_cited: 4, single_origin: 1, citations: 12, verified: 10, unarchived: 2, numbers: 3, numbers_cited: 2, disagreements: 1,
  };
  await page.route("**/__cited/checks?*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), summary: counted } });
  });
  await page.reload();
  const preview = page.locator("cited-preview");
  const badge = preview.getByRole("button", { expanded: false });
  await sees("the badge", badge.waitFor());
  assert.match(await badge.innerText(), /^Draft\s*(No findings|\d+ (errors?|warnings?)(, \d+ warnings?)?)$/);
  const focused = () => page.evaluate(() => document.querySelector("cited-preview").shadowRoot.activeElement?.className ?? "");
  for (let n = 0; n < 300 && (await focused()) !== "bar"; n += 1) await page.keyboard.press("Tab");
  assert.equal(await focused(), "bar", "the badge is not reached by Tab");
  await page.keyboard.press("Enter");
  const panel = preview.getByRole("region", { name: "Checks of this page" });
  const rows = await panel.locator("dt, dd").allInnerTexts();
  assert.deepEqual(rows, [
    "Claims", "4, 4 cited, 1 on one origin",
    "Citations", "12, 10 verified, 2 of sources without an archived text",
    "Numbers", "3, 2 cited",
    "Disagreements", "1",
  ]);
  assert.match(await panel.innerText(), /content\/about\/_index\.md/);
  await page.keyboard.press("Escape");
  await sees("the closed panel", badge.waitFor());
  assert.equal(await focused(), "bar", "focus is lost when the panel closes");
  await page.close();
});
