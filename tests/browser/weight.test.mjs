// What the first view of a page costs on the wire: HTML, style sheets and scripts after brotli, and fonts; of the
// explainer's pages and of those of a dated copy.
//
// Counted is what a browser fetches before the page stands (its `load` event), each file compressed alone, as a host
// does it. The style sheet for paper is fetched then too, after all else; it draws nothing and is counted apart.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { openBrowser, openExplainerKept } from "./site.mjs";

/** Bytes after brotli: HTML, style sheets and scripts. */
const FIRST_VIEW = 14_000;
/** Bytes of fonts, which are compressed already. */
const FONTS = 60_000;

let site;
before(async () => {
  site = await openExplainerKept();
});
after(() => site?.close());

const squeeze = promisify(zlib.brotliCompress);
const sizes = new Map();
/** The size of a file of the site after brotli; fonts as they are. */
function sizeOf(file) {
  if (!sizes.has(file)) {
    sizes.set(
      file,
      readFile(path.join(site.folder, file)).then(async (bytes) => {
        if (file.endsWith(".woff2")) return bytes.length;
        const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        return (await squeeze(bytes, { params })).length;
      }),
    );
  }
  return sizes.get(file);
}
const fileOf = (route) => (route === "" || route.endsWith("/") ? `${route}index.html` : route);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** The files that a page's HTML asks for: what draws it, what prints it, fonts. */
async function asked(route) {
  const html = await readFile(path.join(site.folder, fileOf(route)), "utf8");
  const [view, paper] = [new Set(), new Set()];
  for (const [tag, name] of html.matchAll(/<(link|script)\b[^>]*>/g)) {
    const [, address] = tag.match(name === "link" ? /\shref="([^"]*)"/ : /\ssrc="([^"]*)"/) ?? [];
    const [, rel = ""] = tag.match(/\srel="([^"]*)"/) ?? [];
    if (!address || (name === "link" && !/stylesheet|preload/.test(rel))) continue;
    const file = decodeURIComponent(new URL(address, site.base + route).href.slice(site.base.length));
    (/\smedia="print"/.test(tag) ? paper : view).add(file);
  }
  return { view: [...view], paper: [...paper] };
}

test(`the first view of every page is at most ${FIRST_VIEW} bytes, its fonts ${FONTS}`, async (t) => {
  const rows = [];
  for (const route of site.pages) {
    const { view, paper } = await asked(route);
    const [fonts, rest] = [view.filter((f) => f.endsWith(".woff2")), view.filter((f) => !f.endsWith(".woff2"))];
    // Fonts that a style sheet names count whole, whether this page uses them or not.
    for (const sheet of rest.filter((f) => f.endsWith(".css"))) {
      const css = await readFile(path.join(site.folder, sheet), "utf8");
      for (const [, name] of css.matchAll(/url\("?([^")]+\.woff2)"?\)/g)) fonts.push(path.posix.join(path.posix.dirname(sheet), name));
    }
    rows.push({
      route: `/${route}`,
      html: await sizeOf(fileOf(route)),
      rest: sum(await Promise.all(rest.map(sizeOf))),
      fonts: sum(await Promise.all([...new Set(fonts)].map(sizeOf))),
      paper: sum(await Promise.all(paper.map(sizeOf))),
    });
  }
  rows.sort((a, b) => b.html + b.rest - a.html - a.rest);
  const line = (r) => `${String(r.html + r.rest).padStart(6)} = ${r.html} + ${r.rest}; fonts ${r.fonts}, paper ${r.paper}  ${r.route}`;
  rows.slice(0, 10).forEach((r) => t.diagnostic(line(r)));
  const heavy = rows.filter((r) => r.html + r.rest > FIRST_VIEW || r.fonts > FONTS);
  assert.equal(heavy.length, 0, `${heavy.length} pages are too heavy:\n${heavy.map(line).join("\n")}`);
});

test("a browser fetches nothing else before the page stands", async () => {
  const browser = await openBrowser();
  try {
    for (const route of ["", "numbers/troops/", "responses/", "what-happened/timeline/", "search/", "sources/felitti-2024/"]) {
      const page = await browser.newPage();
      await page.goto(site.base + route, { waitUntil: "networkidle" });
      const early = await page.evaluate(() => {
        const { loadEventStart } = performance.getEntriesByType("navigation")[0];
        return performance.getEntriesByType("resource").filter((r) => r.startTime < loadEventStart).map((r) => r.name);
      });
      const { view, paper } = await asked(route);
      const known = new Set([...view, ...paper]);
      const more = early.map((url) => url.slice(site.base.length)).filter((f) => !known.has(f) && !/\.(woff2|svg|png|webp|jpg|ico)$/.test(f));
      assert.deepEqual(more, [], `/${route}`);
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
