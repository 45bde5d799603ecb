// Two engines on every page, axe-core and IBM's, at WCAG 2.2 AA and best practices: at two widths, in light and dark,
// with closed details opened, and with cards open.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openBrowser, openKept, openSite, pointAt } from "./site.mjs";

const resolve = createRequire(import.meta.url).resolve;
const AXE = await readFile(resolve("axe-core/axe.min.js"), "utf8");
const ACE = await readFile(resolve("accessibility-checker-engine/ace.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const WIDTHS = [1280, 360];
const SCHEMES = ["light", "dark"];
/** Pages looked at side by side. */
const TOGETHER = 2;

let site, kept, browser;
before(async () => {
  site = await openSite();
  kept = await openKept();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await kept?.close();
  await site?.close();
});

/** The engines, by evaluation: the page's policy would rightly refuse script elements. */
async function arm(page) {
  await page.evaluate(AXE);
  await page.evaluate(`${ACE}; window.ace = ace;`);
}

/** What both engines find, one line for each element: where, rule, selector, why. */
async function violations(page, at) {
  const found = await page.evaluate(async (tags) => {
    const axe = await window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    const one = axe.violations.flatMap((v) =>
      v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${(n.failureSummary ?? v.help).split("\n").slice(1).join(" ").trim()}`),
    );
    const ibm = await new window.ace.Checker().check(document, ["WCAG_2_2", "IBM_Accessibility"]);
    const two = ibm.results
      .filter((r) => ["VIOLATION", "RECOMMENDATION"].includes(r.value[0]) && r.value[1] === "FAIL")
      .map((r) => `IBM ${r.ruleId} ${r.reasonId}: ${r.path.dom}: ${r.message}: ${(r.snippet ?? "").slice(0, 120)}`);
    return [...one, ...two];
  }, TAGS);
  return found.map((f) => `${at}: ${f}`);
}

test(`every page, ${SCHEMES.join(" and ")}, at ${WIDTHS.join(" and ")} pixels`, async () => {
  const found = [];
  const left = [site, kept].flatMap(({ base, pages }) => pages.map((route) => base + route));
  const walk = async () => {
    const page = await browser.newPage({ reducedMotion: "reduce" });
    for (let url = left.shift(); url !== undefined; url = left.shift()) {
      await page.setViewportSize({ width: WIDTHS[0], height: 900 });
      await page.goto(url, { waitUntil: "load" });
      await arm(page);
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          found.push(...(await violations(page, `${new URL(url).pathname} ${width} ${colorScheme}`)));
        }
      }
    }
    await page.close();
  };
  await Promise.all(Array.from({ length: TOGETHER }, walk));
  assert.equal(found.length, 0, `${found.length} violations:\n${found.join("\n")}`);
});

for (const colorScheme of SCHEMES) {
  for (const width of WIDTHS) {
    test(`pages with a card open, ${colorScheme}, at ${width} pixels`, async () => {
      const page = await browser.newPage({ colorScheme, reducedMotion: "reduce", viewport: { width, height: 900 } });
      const found = [];
      // A citation and a term in the text, and a source in a list, whose card is fetched from another page.
      for (const [base, route, marks] of [
        [site.base, "numbers/troops/", "main .text a.cite[id^='use-']"],
        [site.base, "numbers/troops/", "main .text a.term"],
        [site.base, "responses/", "main a.src"],
        // With the passage, the archived copy, and what is gone.
        [kept.base, "river/", "main .text a.cite[id^='use-council']"],
      ]) {
        await page.goto(base + route, { waitUntil: "networkidle" });
        await pointAt(page, page.locator(marks).first());
        await page.locator(".cc").waitFor({ state: "visible" });
        await arm(page);
        found.push(...(await violations(page, `/${route} ${marks} ${width} ${colorScheme}`)));
      }
      await page.close();
      assert.equal(found.length, 0, found.join("\n"));
    });
  }
}
