// Every page: no fault on the console, no request elsewhere, no broken link or fragment, no horizontal scroll.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { newSite, openKept, openBrowser, openSite, watch } from "./site.mjs";

let site, browser;
before(async () => {
  site = await openSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Everything that is wrong with any page of a site. */
async function faultsOf(site) {
  const page = await browser.newPage();
  const faults = watch(page, site.base);
  const seen = new Map();
  for (const route of site.pages) {
    await page.goto(site.base + route, { waitUntil: "load" });
    seen.set(
      route,
      await page.evaluate(() => {
        const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
        return {
          ids,
          doubles: ids.filter((id, i) => ids.indexOf(id) !== i),
          // Not `.href`: in a chart that is no string.
          links: [...document.querySelectorAll("a[href], area[href], link[href], img[src], script[src], source[srcset]")].map((e) => {
            const written = e.getAttribute("href") ?? e.getAttribute("src") ?? e.getAttribute("srcset").split(/[ ,]/)[0];
            return { written, url: new URL(written, document.baseURI).href };
          }),
          inline: [...document.querySelectorAll("[style], [onclick], [onload], style, script:not([src]):not([type='application/ld+json'])")].map(
            (e) => e.outerHTML.slice(0, 100),
          ),
          language: document.documentElement.lang,
          title: document.title,
          h1: document.querySelectorAll("h1").length,
        };
      }),
    );
  }
  await page.close();
  const files = new Set(site.files);
  const titles = new Map();
  for (const [route, { doubles, links, inline, language, title, h1 }] of seen) {
    const at = `/${route}`;
    if (doubles.length) faults.push(`${at}: ids used twice: ${[...new Set(doubles)].join(", ")}`);
    if (inline.length) faults.push(`${at}: inline style or script: ${inline[0]}`);
    if (!language) faults.push(`${at}: no language`);
    if (!title) faults.push(`${at}: no title`);
    if (titles.has(title)) faults.push(`${at}: the same title as /${titles.get(title)}: ${title}`);
    titles.set(title, route);
    if (h1 !== 1) faults.push(`${at}: ${h1} first-level headings`);
    for (const { written, url } of links) {
      const target = new URL(url);
      if (!["http:", "https:", "mailto:", "data:"].includes(target.protocol)) faults.push(`${at}: ${written}: scheme`);
      if (target.host !== new URL(site.base).host) continue;
      if (!target.pathname.startsWith(site.sub)) {
        faults.push(`${at}: ${written} leads out of the sub-path`);
        continue;
      }
      const inside = decodeURIComponent(target.pathname.slice(site.sub.length));
      const file = inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside;
      if (!files.has(file)) {
        faults.push(`${at}: ${written} leads nowhere`);
        continue;
      }
      const fragment = decodeURIComponent(target.hash.slice(1));
      if (!fragment || fragment.startsWith(":~:") || !file.endsWith(".html")) continue;
      const there = seen.get(inside);
      if (there && !there.ids.includes(fragment)) faults.push(`${at}: ${written}: no such place there`);
    }
  }
  assert.equal(seen.size, site.pages.length);
  return faults;
}

test("no console error, no request to another host, no violation of the policy, no broken link or fragment", async () => {
  const faults = await faultsOf(site);
  assert.equal(faults.length, 0, faults.join("\n"));
});

test("the same for the site that `cited init` makes", async () => {
  const made = await newSite();
  try {
    const lesson = await openSite({ root: made.root, least: 4 });
    try {
      const faults = await faultsOf(lesson);
      assert.equal(faults.length, 0, faults.join("\n"));
    } finally {
      await lesson.close();
    }
  } finally {
    await made.close();
  }
});

test("the same for a site with versions, originals and reviewers", async () => {
  const kept = await openKept();
  try {
    const faults = await faultsOf(kept);
    assert.equal(faults.length, 0, faults.join("\n"));
  } finally {
    await kept.close();
  }
});

test("boxes, alerts, cards and corrections are drawn as such on every page", async () => {
  const page = await browser.newPage();
  const bare = [];
  let drawn = 0;
  for (const route of site.pages) {
    await page.goto(site.base + route);
    const each = await page.locator(".box, .alert, .card, .corrections li").evaluateAll((all) => all.map((e) => {
      const { borderTopWidth, borderBottomWidth, paddingTop } = getComputedStyle(e);
      return parseFloat(borderTopWidth) + parseFloat(borderBottomWidth) > 0 && parseFloat(paddingTop) > 0 ? null : e.className || e.localName;
    }));
    drawn += each.length;
    bare.push(...each.filter(Boolean).map((what) => `/${route}: ${what}`));
  }
  await page.close();
  assert.ok(drawn > 20);
  assert.deepEqual(bare, []);
});

test("the heading over a source's uses says whether there are quotations", async () => {
  const page = await browser.newPage();
  const headings = new Set();
  for (const route of site.pages.filter((p) => /^sources\/[^/]+\d{4}/.test(p))) {
    await page.goto(site.base + route);
    const heading = await page.locator("#source-quotes").innerText();
    headings.add(heading);
    const [uses, quotes] = [await page.locator("#source-quotes ~ .quotes > li").count(), await page.locator("#source-quotes ~ .quotes q").count()];
    assert.equal(heading, uses > 0 && quotes === 0 ? "Where it is cited" : "Quotations taken from it", route);
  }
  assert.equal(headings.size, 2);
  await page.close();
});

test("the page for what is not found has one left edge", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${site.base}no/such/page/`);
  const [heading, list] = [await page.locator("h1").boundingBox(), await page.locator("main ul").boundingBox()];
  assert.equal(list.x, heading.x);
  await page.close();
});

test("the page for what is not found works at any depth", async () => {
  const page = await browser.newPage();
  const response = await page.goto(`${site.base}no/such/page/`);
  assert.equal(response.status(), 404);
  const { sheets, links } = await page.evaluate(() => ({
    sheets: [...document.styleSheets].map((s) => {
      try {
        return s.cssRules.length;
      } catch {
        return 0;
      }
    }),
    links: [...document.querySelectorAll("a[href]")].map((a) => new URL(a.getAttribute("href"), document.baseURI).href),
  }));
  assert.ok(sheets.length > 0 && sheets.every((n) => n > 0), "its style sheets do not load at depth");
  for (const link of links.filter((l) => l.startsWith(site.base))) {
    const status = await page.request.get(link).then((r) => r.status());
    // Its own fragments point into the page itself.
    if (!link.startsWith(page.url())) assert.equal(status, 200, `${link} from the 404 page`);
  }
  assert.ok(links.some((l) => l === site.base), "no way home");
  await page.close();
});

test("sitemap, robots and feeds name pages that exist", async () => {
  const read = (name) => readFile(path.join(site.folder, name), "utf8");
  const files = new Set(site.files);
  const exists = (url) => {
    assert.ok(url.startsWith(site.base), `${url} is not below ${site.base}`);
    const inside = decodeURIComponent(url.slice(site.base.length));
    assert.ok(files.has(inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside), `${url} does not exist`);
  };
  const locations = [...(await read("sitemap.xml")).matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => m[1]);
  assert.ok(locations.length >= 20);
  locations.forEach(exists);
  assert.match(await read("robots.txt"), new RegExp(`Sitemap: ${site.base}sitemap.xml`));
  const feed = JSON.parse(await read("feed.json"));
  assert.ok(feed.items.length > 0);
  feed.items.forEach((item) => exists(item.url));
  const atom = await read("atom.xml");
  assert.equal([...atom.matchAll(/<entry>/g)].length, feed.items.length);
  [...atom.matchAll(/<link href="([^"]+)"/g)].forEach((m) => exists(m[1]));
});

test("the site holds no path of this machine and no text of an archive", async () => {
  for (const file of site.files.filter((f) => /\.(html|json|xml|csv|txt|js|css)$/.test(f))) {
    const text = await readFile(path.join(site.folder, file), "utf8");
    assert.ok(!text.includes(site.folder) && !text.includes("/shared/sources"), `${file} holds a path of this machine`);
  }
});

/** A page that writes down what moves while it loads. */
async function openWatched(width) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  // The policy of the pages lets no inline script in; this one comes from outside the page.
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) window.shifts.push(`${e.value.toFixed(4)}: ${e.sources.map((s) => s.node?.outerHTML?.slice(0, 100)).join(" | ")}`);
    }).observe({ type: "layout-shift", buffered: true });
  });
  return page;
}

for (const width of [1280, 360]) {
  test(`nothing shifts while a page loads and is scrolled, at ${width} pixels`, async () => {
    const page = await openWatched(width);
    const found = [];
    for (const route of site.pages) {
      await page.goto(site.base + route, { waitUntil: "load" });
      await page.evaluate(async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        await frame();
        for (let y = 0; y < document.documentElement.scrollHeight; y += 4 * innerHeight) {
          scrollTo({ top: y, behavior: "instant" });
          await frame();
        }
      });
      found.push(...(await page.evaluate(() => window.shifts)).map((s) => `/${route}: ${s}`));
    }
    await page.close();
    assert.deepEqual(found, []);
  });
}

test("nothing shifts while a page comes in pieces", async () => {
  const slow = await openSite({ slow: true });
  try {
    const found = await Promise.all([1280, 700, 360].flatMap((width) => ["", "data/", "numbers/troops/"].map(async (route) => {
      const page = await openWatched(width);
      await page.goto(slow.base + route, { waitUntil: "load" });
      const shifts = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shifts)))));
      await page.close();
      return shifts.map((s) => `/${route} at ${width}: ${s}`);
    })));
    assert.deepEqual(found.flat(), []);
  } finally {
    await slow.close();
  }
});

/** Text that is cut off, or that other text covers. */
function spoiled() {
  const faults = [];
  // What is for screen readers alone, however it is hidden from view.
  const hidden = (e) => {
    for (let p = e; p; p = p.parentElement) if (getComputedStyle(p).clipPath === "inset(50%)" || p.matches(".skip, [hidden], details:not([open]) > :not(summary)")) return true;
    return false;
  };
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || hidden(e) || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    for (let p = e; p && p !== document.body; p = p.parentElement) {
      const style = getComputedStyle(p);
      if (/hidden|clip/.test(style.overflowX + style.overflowY) && (p.scrollWidth > p.clientWidth + 1 || p.scrollHeight > p.clientHeight + 1)) {
        faults.push(`cut off: ${p.outerHTML.slice(0, 120)}`);
        break;
      }
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      // Less than the line: ascenders and descenders of neighbours may share a pixel or two.
      const slack = (bottom - top) * 0.3;
      if (right - left > 2) lines.push({ left: left + 1, right: right - 1, top: top + slack, bottom: bottom - slack, e, text: node.data.trim().slice(0, 40) });
    }
  }
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length && lines[j].top < lines[i].bottom; j++) {
      const [a, b] = [lines[i], lines[j]];
      // What scrolls inside its own frame covers nothing outside of it.
      if (a.e !== b.e && a.left < b.right && b.left < a.right && a.e.closest(".table-scroll,pre") === b.e.closest(".table-scroll,pre")) faults.push(`"${a.text}" and "${b.text}" overlap`);
    }
  }
  return [...new Set(faults)];
}

/** What makes a page scroll sideways; null if it does not. */
function sideways() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const culprit = [...document.body.querySelectorAll("*")].find((e) => {
    const box = e.getBoundingClientRect();
    if (box.right <= root.clientWidth + 1 || !box.width) return false;
    for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return false;
    return true;
  });
  return `is ${root.scrollWidth} pixels wide: ${culprit?.outerHTML.slice(0, 160)}`;
}

// WCAG 1.4.4 and 1.4.10: a window of 1280 pixels at 200 %, and one of 320 pixels.
for (const [name, width, deviceScaleFactor] of [
  ["at 200 %", 640, 2],
  ["at 320 pixels", 320, 1],
]) {
  test(`${name} no page scrolls sideways and no text is cut off or covered, in charts and opened details too`, async () => {
    const page = await browser.newPage({ viewport: { width, height: 450 }, deviceScaleFactor });
    const found = [];
    for (const route of site.pages) {
      await page.goto(site.base + route);
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
      const wide = await page.evaluate(sideways);
      if (wide) found.push(`/${route} ${wide}`);
      found.push(...(await page.evaluate(spoiled)).map((f) => `/${route}: ${f}`));
    }
    await page.close();
    assert.equal(found.length, 0, found.join("\n"));
  });
}
