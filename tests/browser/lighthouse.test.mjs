// Lighthouse, as on a phone: 100 in every category, on the home page, a long page and a chart page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import lighthouse from "lighthouse";
import { openBrowser, openSite } from "./site.mjs";

const PAGES = { home: "", "a long page": "what-happened/", "a chart page": "numbers/troops/" };
const TRIES = 4;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

let site, browser;
const PORT = 9222 + (process.pid % 1000);
before(async () => {
  // As a host would send it: Lighthouse judges what the reader downloads.
  site = await openSite({ compressed: true });
  browser = await openBrowser({ args: [`--remote-debugging-port=${PORT}`] });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

for (const [name, route] of Object.entries(PAGES)) {
  test(`${name} has 100 in ${CATEGORIES.join(", ")}`, async (t) => {
    const look = () => lighthouse(site.base + route, { port: PORT, onlyCategories: CATEGORIES, output: "json", logLevel: "silent", maxWaitForLoad: 45_000 });
    // A busy machine only ever makes a page look slower, so the best of a few looks is the truest.
    let result = await look();
    for (let more = TRIES - 1; more > 0 && result.lhr.categories.performance.score < 1; more--) {
      const next = await look();
      if (next.lhr.categories.performance.score > result.lhr.categories.performance.score) result = next;
    }
    const { categories, audits } = result.lhr;
    const elsewhere = (audits["network-requests"].details?.items ?? []).map((r) => r.url).filter((url) => /^(https?|wss?):/.test(url) && !url.startsWith(site.base));
    assert.deepEqual(elsewhere, [], "requests to another host");
    const low = Object.values(categories).filter((c) => c.score < 1);
    t.diagnostic(Object.values(categories).map((c) => `${c.id} ${Math.round(c.score * 100)}`).join(", "));
    const why = low.flatMap((c) =>
      c.auditRefs
        .filter((ref) => ref.weight > 0 && audits[ref.id].score !== null && audits[ref.id].score < 1)
        .map(({ id }) => `${c.id} ${Math.round(c.score * 100)}: ${id} ${audits[id].displayValue ?? ""} ${JSON.stringify(audits[id].details?.items?.slice(0, 3) ?? "").slice(0, 600)}`),
    );
    assert.equal(low.length, 0, why.join("\n"));
    assert.equal(audits["cumulative-layout-shift"].numericValue, 0);
  });
}
