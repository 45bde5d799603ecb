// axe-core on every page: WCAG 2.2 AA and best practices, at two widths, in light and dark, with cards open too.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openBrowser, openSite, pointAt } from "./site.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const WIDTHS = [1280, 360];
const SCHEMES = ["light", "dark"];

let site, browser;
before(async () => {
  site = await openSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** What axe finds, one line for each element: where, rule, selector, why. */
async function violations(page, at) {
  const found = await page.evaluate(
    async (tags) => {
      const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
      return result.violations.flatMap((v) =>
        v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${(n.failureSummary ?? v.help).split("\n").slice(1).join(" ").trim()}`),
      );
    },
    TAGS,
  );
  return found.map((f) => `${at}: ${f}`);
}

for (const scheme of SCHEMES) {
  test(`every page, ${scheme}, at ${WIDTHS.join(" and ")} pixels`, async () => {
    const context = await browser.newContext({ colorScheme: scheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    const found = [];
    for (const route of site.pages) {
      await page.setViewportSize({ width: WIDTHS[0], height: 900 });
      await page.goto(site.base + route);
      // Not a script element: the page's policy would rightly refuse it.
      await page.evaluate(AXE);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        found.push(...(await violations(page, `/${route} ${width} ${scheme}`)));
      }
    }
    await context.close();
    assert.equal(found.length, 0, `${found.length} violations:\n${found.join("\n")}`);
  });

  test(`a page with a card open, ${scheme}`, async () => {
    const context = await browser.newContext({ colorScheme: scheme, reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${site.base}numbers/troops/`);
    await page.waitForLoadState("networkidle");
    const mark = page.locator("main a.cite[id^='use-']").first();
    await pointAt(page, mark);
    await page.locator(".cc").waitFor({ state: "visible" });
    await page.evaluate(AXE);
    const found = await violations(page, `/numbers/troops/ card ${scheme}`);
    await context.close();
    assert.equal(found.length, 0, found.join("\n"));
  });
}
