// The way from a claim to the original, and from a dated copy of the site to the latest page: as readers take it.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { vocabulary } from "./schema.mjs";
import { ORIGINALS, openBrowser, openKept, pointAt } from "./site.mjs";

const FOLDER = fileURLToPath(new URL("screenshots/", import.meta.url));

let site, browser;
before(async () => {
  await mkdir(FOLDER, { recursive: true });
  site = await openKept();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** A long page with the words of the lesson's survey near its end, in place of the original. */
async function serveOriginals(page) {
  const filler = "<p>Something else.</p>".repeat(200);
  const body = `<!doctype html><title>Original</title>${filler}<p id="at">In all we counted 1,240 adult salmon at Weir 3, by camera.</p>${filler}`;
  await page.route(/\.example\//, (route) => route.fulfill({ contentType: "text/html", body }));
}

test("the card's link opens the original at the passage", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await serveOriginals(page);
  await page.goto(`${site.base}river/`, { waitUntil: "networkidle" });
  await pointAt(page, page.locator("main .text a.cite[id^='use-survey-count']").first());
  const link = page.locator(".cc a.passage");
  await link.waitFor({ state: "visible" });
  assert.equal(await link.getAttribute("href"), `${ORIGINALS.live}#:~:text=we%20counted%201%2C240%20adult%20salmon%20at%20Weir%203`);
  await link.click();
  await page.waitForURL(/rivers\.example/);
  await page.waitForFunction(() => {
    const { top, bottom } = document.querySelector("#at").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  await page.close();
});

test("the same without a script, and to the archived copy of what is gone", async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${site.base}river/`);
  const links = await page.locator("[role=doc-bibliography] a[href^='https://']").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.ok(links.some((l) => l.startsWith(`${ORIGINALS.live}#:~:text=`)) && links.includes(ORIGINALS.live), links.join("\n"));
  assert.ok(links.some((l) => l.startsWith(`${ORIGINALS.copy}#:~:text=`)) && links.includes(ORIGINALS.copy), links.join("\n"));
  assert.ok(!links.some((l) => l.startsWith(ORIGINALS.gone)), "readers are led to what is gone");
  const told = await page.locator("[role=doc-bibliography] .ref", { hasText: "original is gone" }).first().innerText();
  assert.ok(told.includes(ORIGINALS.gone) && told.includes("12 December 2024"), told);
  await page.close();
});

test("a copy leads to the latest page, and back", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${site.base}versions/2024-12-20/river/`);
  assert.equal(await page.locator("h1").innerText(), "How many salmon came back?");
  await page.getByRole("link", { name: "Read the latest version" }).click();
  await page.waitForURL(`${site.base}river/`);
  assert.equal(await page.locator("h1").innerText(), "How many salmon came home?");
  await page.locator(".citing").getByRole("link", { name: "20 December 2024" }).click();
  await page.waitForURL(`${site.base}versions/2024-12-20/river/`);
  // The copy's own search finds the copy's own pages.
  await page.goto(`${site.base}versions/2024-12-20/`);
  const menu = await page.locator("#site-nav a").first().evaluate((a) => a.href);
  assert.ok(menu.startsWith(`${site.base}versions/2024-12-20/`), menu);
  await page.close();
});

test("JSON-LD names reviewers, method, copies and versions in schema.org's words", async () => {
  const { faultsOf } = await vocabulary(createRequire(import.meta.url).resolve("schema-dts/package.json"));
  const faults = [];
  const articles = new Map();
  for (const file of site.files.filter((f) => f.endsWith(".html") || f.endsWith(".jsonld"))) {
    const text = await readFile(path.join(site.folder, file), "utf8");
    const found = file.endsWith(".jsonld") ? [text] : [...text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/g)].map((m) => m[1]);
    for (const node of found.flatMap((json) => JSON.parse(json)["@graph"])) {
      faults.push(...faultsOf(node).map((f) => `${file}: ${f}`));
      if (file.endsWith(".html") && node["@type"] === "Article") articles.set(file, node);
    }
  }
  assert.deepEqual(faults, []);
  const latest = articles.get("river/index.html");
  assert.deepEqual(latest.archivedAt, [`${site.base}versions/2024-12-20/river/`]);
  assert.deepEqual(latest.mainEntityOfPage.reviewedBy.map((p) => p.name), ["Ada Ng", "Bo Ito"]);
  assert.equal(latest.publishingPrinciples, `${site.base}method/`);
  assert.equal(articles.get("versions/2024-12-20/river/index.html").version, "2024-12-20");
});

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [
    [1280, 900],
    [360, 800],
  ]) {
    test(`pictures of copies and originals, ${scheme}, at ${width} pixels`, async () => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
      const take = (name, options = {}) => page.screenshot({ path: path.join(FOLDER, `${name}-${width}-${scheme}.png`), ...options });
      await page.goto(`${site.base}versions/2024-12-20/river/`, { waitUntil: "networkidle" });
      await take("copy");
      await page.goto(`${site.base}river/`, { waitUntil: "networkidle" });
      await page.locator("#page-references").scrollIntoViewIfNeeded();
      await take("references", { fullPage: true });
      await pointAt(page, page.locator("main .text a.cite[id^='use-council']").first());
      await page.locator(".cc").waitFor({ state: "visible" });
      await take("card-gone");
      await page.goto(`${site.base}sources/council-2024/`, { waitUntil: "networkidle" });
      await take("source-gone", { fullPage: true });
      await page.close();
    });
  }
}
