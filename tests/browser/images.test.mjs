// Pictures, cards and icons in a real browser: what is loaded, at which size, and that nothing moves meanwhile.
//
// In: a new site with a photograph and a drawing that Chromium itself made; the explainer. Must never need a file that a
// build did not make.

import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { newSite, openBrowser, openSite, watch } from "./site.mjs";

let browser, source, site;

before(async () => {
  browser = await openBrowser();
  source = await newSite();
  const folder = path.join(source.root, "content/pictures");
  await mkdir(folder, { recursive: true });
  const canvas = await browser.newPage({ viewport: { width: 1800, height: 1200 } });
  await canvas.setContent('<body style="margin:0;height:100vh;background:conic-gradient(from 1rad,#842,#284,#248,#842)">');
  await writeFile(path.join(folder, "weir.jpg"), await canvas.screenshot({ type: "jpeg", quality: 95 }));
  await canvas.setContent('<body style="margin:0;height:100vh;background:repeating-linear-gradient(90deg,#a3152e 0 60px,#fff 0 120px)">');
  await writeFile(path.join(folder, "bands.png"), await canvas.screenshot());
  await canvas.close();
  const text = `---
title: Pictures
---

![The weir from the south bank](weir.jpg)
The weir in spring.

${"A paragraph of words that fills the page, so that the next picture is far below the first view.\n\n".repeat(40)}

![Bands of red and white](bands.png)

The end.
`;
  await writeFile(path.join(folder, "index.md"), text);
  await appendFile(path.join(source.root, "site.yaml"), "\nchecks: { paragraph-uncited: off }\n");
  site = await openSite({ root: source.root, least: 3 });
});

after(async () => {
  await site?.close();
  await source?.close();
  await browser?.close();
});

for (const [width, scale] of [
  [360, 2],
  [1280, 1],
]) {
  test(`pictures load, fit ${width} pixels at ${scale}x, and nothing moves`, async () => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, deviceScaleFactor: scale });
    const page = await context.newPage();
    const faults = watch(page, site.base);
    await page.addInitScript(() => {
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    const loaded = [];
    page.on("request", (request) => request.resourceType() === "image" && loaded.push(request.url()));
    await page.goto(`${site.base}pictures/`, { waitUntil: "load" });
    const images = page.locator("main img");
    assert.equal(await images.count(), 2);
    assert.ok(!loaded.some((url) => url.includes("bands")), `a picture far below is loaded at once: ${loaded.join(", ")}`);
    for (const image of await images.all()) {
      await image.scrollIntoViewIfNeeded();
      await image.evaluate((i) => (i.complete ? null : new Promise((done) => i.addEventListener("load", done, { once: true }))));
      const seen = await image.evaluate((i) => ({ natural: i.naturalWidth, shown: i.clientWidth, source: i.currentSrc, alt: i.alt }));
      assert.ok(seen.natural > 0 && seen.alt, JSON.stringify(seen));
      assert.ok(seen.shown <= width, `${seen.source} is wider than the screen: ${seen.shown}`);
      // Sharp, and no more than the next width up.
      const stored = Number(/-(\d+)\.[0-9a-f]{10}\./.exec(seen.source)[1]);
      assert.ok(stored >= seen.shown * scale && stored <= seen.shown * scale + 400, `${seen.source} for ${seen.shown} pixels at ${scale}x`);
    }
    assert.equal(await page.locator("figure.picture figcaption").innerText(), "The weir in spring.");
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    assert.equal(await page.evaluate(() => window.shift), 0, "something moved while pictures loaded");
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("cards and icons that pages name are there, and of the size they say", async () => {
  const page = await browser.newPage();
  const faults = watch(page, site.base);
  await page.goto(`${site.base}pictures/`);
  const named = await page.evaluate(() => ({
    card: document.querySelector('meta[property="og:image"]').content,
    alt: document.querySelector('meta[property="og:image:alt"]').content,
    icons: [...document.querySelectorAll('link[rel="icon"],link[rel="apple-touch-icon"]')].map((l) => l.href),
    manifest: document.querySelector('link[rel="manifest"]').href,
  }));
  const manifest = JSON.parse(await readFile(path.join(site.folder, named.manifest.slice(site.base.length)), "utf8"));
  const size = (url) =>
    page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    }, url);
  assert.deepEqual(await size(named.card), [1200, 630]);
  assert.ok(named.alt.startsWith("Pictures"));
  for (const icon of named.icons) assert.ok((await size(icon))[0] > 0, icon);
  for (const icon of manifest.icons) {
    assert.deepEqual(await size(new URL(icon.src, named.manifest).href), icon.sizes.split("x").map(Number));
  }
  assert.deepEqual(faults, []);
  await page.close();
});
