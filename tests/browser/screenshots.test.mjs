// Pictures for people: a few pages, phone and desktop, light and dark, in tests/browser/screenshots/ (not in git).

import assert from "node:assert/strict";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser, openSite, pointAt } from "./site.mjs";

const FOLDER = fileURLToPath(new URL("screenshots/", import.meta.url));
const PAGES = {
  home: "",
  troops: "numbers/troops/",
  "what-happened": "what-happened/",
  timeline: "what-happened/timeline/",
  responses: "responses/",
  disagreements: "disagreements/",
  sources: "sources/",
  source: "sources/lavrov-item-2025/",
};

let site, browser;
before(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  site = await openSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

for (const [name, route] of Object.entries(PAGES)) {
  test(`pictures of ${name}`, async () => {
    for (const scheme of ["light", "dark"]) {
      for (const [width, height] of [
        [1280, 900],
        [360, 800],
      ]) {
        const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
        const response = await page.goto(site.base + route, { waitUntil: "networkidle" });
        assert.equal(response.status(), 200, route);
        const first = path.join(FOLDER, `${name}-${width}-${scheme}.png`);
        await page.screenshot({ path: first });
        assert.ok((await stat(first)).size > 5_000, `${first} is empty`);
        // Of a long page the first part is enough to look at.
        const length = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.screenshot({
          path: path.join(FOLDER, `${name}-${width}-${scheme}-long.png`),
          fullPage: true,
          clip: { x: 0, y: 0, width, height: Math.min(length, 4000) },
        });
        await page.close();
      }
    }
  });
}

// docs/screenshot.png is this picture, with fewer colours.
test("pictures of a card", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1050 }, colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto(`${site.base}numbers/troops/`, { waitUntil: "networkidle" });
    const mark = page.locator("main .text a.cite[id^='use-']").first();
    await pointAt(page, mark);
    await page.locator(".cc").waitFor({ state: "visible" });
    await page.screenshot({ path: path.join(FOLDER, `card-1200-${scheme}.png`) });
    await page.close();
  }
});
