// What scripts add for a reader: search, filters, sorting, links that can be copied, colours that are remembered,
// contents that follow; and that none of it moves the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openSite, watch } from "./site.mjs";

let site, browser;
before(async () => {
  site = await openSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

test("search: by the key /, with passages, a count that is announced, and nothing fetched before", async () => {
  const page = await browser.newPage();
  const faults = watch(page, site.base);
  const fetched = [];
  page.on("request", (r) => r.url().includes("search-index") && fetched.push(r.url()));
  // Scripts come after the first view.
  await page.goto(`${site.base}numbers/troops/`, { waitUntil: "networkidle" });
  assert.equal(fetched.length, 0, "the index is fetched before a search begins");
  await page.keyboard.press("/");
  await page.waitForURL((url) => url.pathname.endsWith("/search/"));
  await page.waitForFunction(() => document.activeElement?.id === "q");
  const status = page.locator("form[role=search] [role=status]");
  await page.keyboard.type("Vladivostok");
  await page.waitForFunction(() => /\d/.test(document.querySelector("form[role=search] [role=status]").textContent));
  assert.match(await status.innerText(), /^\d+ passages? found$/);
  const results = page.locator(".results li");
  assert.equal(await results.count(), Number((await status.innerText()).match(/\d+/)[0]));
  assert.ok((await page.locator(".results mark").count()) > 0, "no passage is marked");
  // Records are found too, and the link leads to the part of the page that was matched.
  await page.fill("#q", "Kirby");
  const to = page.locator(".results a[href*='numbers/troops/#']").first();
  await to.waitFor();
  const href = await to.getAttribute("href");
  await to.click();
  await page.waitForURL((url) => url.hash.length > 1);
  assert.ok(await page.evaluate((id) => document.getElementById(id) !== null, decodeURIComponent(href.split("#")[1])), `${href} leads nowhere`);
  await page.goto(`${site.base}search/?q=xyzzy`);
  await page.waitForFunction(() => document.querySelector("form[role=search] [role=status]").textContent !== "");
  assert.equal(await status.innerText(), "Nothing found");
  assert.deepEqual(faults, []);
  await page.close();
});

test("search finds words however their apostrophes, dashes and spaces are written", async () => {
  const page = await browser.newPage();
  const status = page.locator("form[role=search] [role=status]");
  const found = async (asked) => {
    await page.goto(`${site.base}search/?q=${encodeURIComponent(asked)}`);
    await page.waitForFunction(() => document.querySelector("form[role=search] [role=status]").textContent !== "");
    return [await status.innerText(), await page.locator(".results mark").first().innerText()];
  };
  // In the text stand typographic apostrophes; keyboards give either.
  for (const [one, other] of [["Korea's", "Korea\u2019s"], ["mid-2025", "mid\u20112025"], ["14,000 soldiers", "14,000\u00a0soldiers"]]) {
    const [count, mark] = await found(one);
    assert.match(count, /^\d+ passages? found$/, one);
    assert.deepEqual(await found(other), [count, mark], other);
  }
  await page.close();
});

test("search finds a number however its digits are grouped, and marks all of it", async () => {
  const page = await browser.newPage();
  const found = async (asked) => {
    await page.goto(`${site.base}search/?q=${encodeURIComponent(asked)}`);
    await page.waitForFunction(() => document.querySelector("form[role=search] [role=status]").textContent !== "");
    return [await page.locator("form[role=search] [role=status]").innerText(), await page.locator(".results mark").allInnerTexts()];
  };
  const [count, marks] = await found("10,000");
  assert.match(count, /^\d+ passages? found$/);
  assert.ok(marks.includes("10,000"), marks.join());
  for (const asked of ["10000", "10 000", "10\u202f000", "10.000"]) assert.deepEqual(await found(asked), [count, marks], asked);
  // Years and days beside each other are no groups.
  assert.ok((await found("October 2024"))[1].includes("2024"));
  await page.close();
});

test("search names pages and terms before records of sources", async () => {
  const page = await browser.newPage();
  for (const asked of ["Kursk", "Rutte"]) {
    await page.goto(`${site.base}search/?q=${asked}`);
    await page.waitForFunction(() => document.querySelector("form[role=search] [role=status]").textContent !== "");
    await page.locator(".results a").first().waitFor();
    const records = await page.locator(".results a").evaluateAll((links) => links.map((a) => /\/sources\/[^/]*\d{4}[^/]*\/$/.test(a.pathname)));
    assert.ok(records.includes(true) && records.includes(false), `${asked}: pages and sources both hold it`);
    assert.ok(records.indexOf(true) > records.lastIndexOf(false), `${asked}: a source stands before a page`);
  }
  // The term itself is among the first.
  await page.goto(`${site.base}search/?q=Kursk`);
  await page.locator(".results a").first().waitFor();
  const first = await page.locator(".results a").evaluateAll((links) => links.slice(0, 3).map((a) => a.pathname + a.hash));
  assert.ok(first.some((l) => l.endsWith("/glossary/#term-kursk")), first.join(" "));
  await page.close();
});

test("the whole explainer's index is small", async () => {
  const page = await browser.newPage();
  const response = await page.request.get(`${site.base}search-index.json.gz`);
  assert.ok((await response.body()).length < 100_000);
  await page.close();
});

test("without scripts the search page is an index, and no control stands there dead", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${site.base}search/`);
  assert.ok((await page.locator("main .index a").count()) > 20);
  for (const route of ["search/", "responses/", "motives/", "what-happened/timeline/", "sources/", "numbers/troops/"]) {
    await page.goto(site.base + route);
    assert.equal(await page.locator("main button:visible, main input:visible, main select:visible, .theme-btn:visible").count(), 0, route);
  }
  await context.close();
});

test("responses by actor and stance, motives by status, events by actor", async () => {
  const page = await browser.newPage();
  for (const [route, select, list] of [
    ["responses/", "#filter-stance", "#responses"],
    ["motives/", "#filter-status", "#motives"],
    ["what-happened/timeline/", "#filter-actor", "#events"],
    ["sources/", "#filter-kind", "#sources"],
  ]) {
    await page.goto(site.base + route, { waitUntil: "networkidle" });
    const all = await page.locator(`${list} [data-item]`).count();
    await page.selectOption(select, { index: 1 });
    const shown = await page.locator(`${list} [data-item]:visible`).count();
    assert.ok(shown > 0 && shown < all, `${route}: ${shown} of ${all}`);
    assert.match(await page.locator(".filter [role=status]").innerText(), new RegExp(`^${shown} `));
    assert.equal(await page.locator(`${list} h2:visible, ${list} h3:visible, ${list} thead:visible`).count() > 0, true, "no heading is left");
    await page.selectOption(select, "");
    assert.equal(await page.locator(`${list} [data-item]:visible`).count(), all);
  }
  // A link of the matrix leads to what a filter hides.
  await page.goto(`${site.base}responses/`, { waitUntil: "networkidle" });
  await page.selectOption("#filter-actor", { index: 1 });
  const dot = page.locator(".matrix .dot").last();
  const id = (await dot.getAttribute("href")).slice(1);
  await dot.click();
  await page.locator(`[id="${id}"]`).waitFor({ state: "visible" });
  await page.close();
});

test("a filter stands beside its name, on a narrow screen too", async () => {
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 740 } });
    for (const route of ["responses/", "motives/", "what-happened/timeline/", "sources/"]) {
      await page.goto(site.base + route, { waitUntil: "networkidle" });
      const apart = await page.locator(".filter select").evaluateAll((selects) => selects.filter((s) => {
        const name = document.createRange(), control = s.getBoundingClientRect();
        name.selectNode(s.labels[0].firstChild);
        const { top, bottom, right } = name.getBoundingClientRect();
        return bottom < control.top || top > control.bottom || right > control.left;
      }).map((s) => s.labels[0].firstChild.textContent));
      assert.deepEqual(apart, [], `/${route} at ${width} pixels`);
      const names = await page.locator(".filter label").evaluateAll((labels) => labels.map((l) => l.firstChild.textContent.trim()));
      for (const name of names) assert.equal(await page.getByRole("combobox", { name, exact: true }).count(), 1, `no filter is called ${name}`);
    }
    await page.close();
  }
});

test("an error of a source is set apart from what happened and what was said, and is not counted", async () => {
  const page = await browser.newPage();
  for (const [route, item] of [["what-happened/timeline/", "#events [data-item]"], ["responses/", "#responses [data-item]"]]) {
    await page.goto(site.base + route);
    const wrong = page.locator(item, { hasText: /\b(Error|Doubtful|Misleading) in a source|Not borne out/ });
    assert.ok((await wrong.count()) > 0, `/${route} shows none`);
    assert.equal(await wrong.locator(".what .flag").count(), await wrong.count(), `/${route}: some bear no label`);
    assert.equal(await page.locator(`${item} .what .flag`).count(), await wrong.count(), `/${route}: others bear one`);
  }
  const counted = (await page.locator(".matrix .dot").evaluateAll((dots) => dots.map((d) => Number(d.lastChild.textContent)))).reduce((a, b) => a + b);
  assert.equal(counted, (await page.locator("#responses [data-item]").count()) - (await page.locator("#responses .what .flag").count()));
  await page.close();
});

test("sources are sorted by trust and date, and it is said", async () => {
  const page = await browser.newPage();
  await page.goto(`${site.base}sources/`, { waitUntil: "networkidle" });
  const column = (n) => page.locator(`.sortable tbody td:nth-child(${n})`).evaluateAll((cells) => cells.map((c) => c.dataset.v));
  for (const [name, n] of [["Trust", 4], ["Date", 3]]) {
    await page.getByRole("button", { name }).click();
    const values = await column(n);
    assert.deepEqual(values, [...values].sort(), name);
    assert.match(await page.locator("#sort-status").innerText(), new RegExp(name));
  }
  await page.close();
});

test("a claim's link is copied, and so is how to cite the page; both are said", async () => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.goto(`${site.base}numbers/troops/`, { waitUntil: "networkidle" });
  await page.locator(".chart .data summary").first().click();
  const anchor = page.locator(".est .anchor").first();
  await anchor.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("page-status").textContent === "Link copied");
  const href = await anchor.evaluate((a) => a.href);
  assert.match(href, /numbers\/troops\/#claim-/);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), href);
  await page.locator(".copy").first().click();
  await page.waitForFunction(() => document.getElementById("page-status").textContent === "Copied");
  assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes("numbers/troops"));
  await context.close();
});

test("the choice of colours is remembered, contents follow, nothing moves", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: "light", reducedMotion: "reduce" });
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => list.getEntries().forEach((e) => e.hadRecentInput || window.shifts.push(e.value))).observe({ type: "layout-shift", buffered: true });
  });
  for (const route of ["", "numbers/troops/", "responses/", "search/"]) {
    await page.goto(site.base + route, { waitUntil: "networkidle" });
    assert.deepEqual(await page.evaluate(() => window.shifts), [], `/${route} moves`);
  }
  await page.goto(`${site.base}numbers/troops/`, { waitUntil: "networkidle" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator(".theme-btn").click();
  assert.equal(await page.locator(".theme-btn").getAttribute("aria-pressed"), "true");
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.goto(`${site.base}about/`);
  assert.equal(await ground(), dark, "the choice is forgotten");
  await page.goto(`${site.base}numbers/troops/`);
  const link = page.locator(".toc a").nth(3);
  await page.locator(`[id="${(await link.getAttribute("href")).slice(1)}"]`).evaluate((h) => h.scrollIntoView());
  await page.waitForFunction(() => document.querySelector(".toc [aria-current]"));
  await page.close();
});
