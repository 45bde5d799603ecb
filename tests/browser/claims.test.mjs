// Checking a claim: from a citation to its reference and back, by pointer, by keyboard, without scripts, on paper.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openSite, pointAt, watch } from "./site.mjs";

let site, browser;
before(async () => {
  site = await openSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const LONG = "numbers/troops/";
const isTarget = (id) => document.getElementById(id)?.matches(":target") ?? false;
/** For `waitForFunction`: scrolling may be smooth. */
const inView = (id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.top >= 0 && box.top < innerHeight;
};

/** From a citation to the reference it names and back, by clicks. */
async function thereAndBack(page) {
  const mark = page.locator("main a.cite[id^='use-']").first();
  const use = await mark.getAttribute("id");
  const entry = decodeURIComponent((await mark.getAttribute("href")).slice(1));
  await mark.click();
  await page.waitForURL((url) => url.hash === `#${entry}`);
  assert.ok(await page.evaluate(isTarget, entry), `#${entry} is not the target`);
  await page.waitForFunction(inView, entry, { timeout: 5000 });
  const reference = page.locator(`[id="${entry}"]`);
  assert.match(await reference.innerText(), /[“"«„].{8,}[”"»“]|para|not checked/is, "the entry shows neither a quote nor its state");
  const back = reference.locator(`a[href="#${use}"]`).or(page.locator(`.references a[href="#${use}"]`)).first();
  await back.click();
  await page.waitForURL((url) => url.hash === `#${use}`);
  assert.ok(await page.evaluate(isTarget, use), `#${use} is not the target`);
  await page.waitForFunction(inView, use, { timeout: 5000 });
}

test("from the home page to a page, to a reference and back, by clicks", async () => {
  const page = await browser.newPage();
  const faults = watch(page, site.base);
  await page.goto(site.base);
  await page.locator(`main a[href*="${LONG}"], nav a[href*="numbers/"]`).first().click();
  await page.waitForURL((url) => url.pathname.includes("/numbers/"));
  if (!page.url().includes(LONG)) await page.locator(`main a[href$="troops/"]`).first().click();
  await page.waitForURL((url) => url.pathname.endsWith(LONG));
  await thereAndBack(page);
  assert.deepEqual(faults, []);
  await page.close();
});

/** The contrast of an element's words with its ground, and whether that ground is another than the page's. */
function seen(e) {
  const context = document.createElement("canvas").getContext("2d");
  const rgb = (colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const { color, backgroundColor } = getComputedStyle(e), page = getComputedStyle(document.body).backgroundColor;
  const [a, b] = [light(color), light(backgroundColor)].sort((x, y) => y - x);
  return { contrast: (a + 0.05) / (b + 0.05), marked: backgroundColor !== "rgba(0, 0, 0, 0)" && rgb(backgroundColor).join() !== rgb(page).join() };
}

for (const colorScheme of ["light", "dark"]) {
  test(`back at its use, a citation stands out and can be read, whatever the pointer does: ${colorScheme}`, async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
    await page.goto(site.base + LONG, { waitUntil: "networkidle" });
    await thereAndBack(page);
    const mark = page.locator(":target");
    const check = async (state) => {
      const { contrast, marked } = await mark.evaluate(seen);
      assert.ok(marked, `${state}: nothing shows which mark it is`);
      assert.ok(contrast >= 4.5, `${state}: contrast ${contrast.toFixed(2)}`);
    };
    await page.mouse.move(0, 0);
    await page.keyboard.press("Escape");
    await check("left alone");
    await page.waitForTimeout(500);
    await pointAt(page, mark);
    await check("under the pointer");
    await page.locator(".cc").waitFor({ state: "visible" });
    await page.locator(".cc").hover();
    await check("with its card open");
    await page.close();
  });
}

test("what a link leads back to is seen with the words before it", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  await page.goto(site.base + LONG);
  const marks = await page.locator("main p a.cite[id^='use-']").evaluateAll((all) => all.map((m) => m.id));
  const claims = await page.locator("main [id^='claim-']").evaluateAll((all) => all.map((m) => m.id));
  for (const id of [marks[0], marks.at(-1), claims[0], claims.at(-1)]) {
    await page.goto(`${site.base}${LONG}#${id}`);
    await page.waitForFunction(isTarget, id);
    await page.waitForFunction(inView, id, { timeout: 5000 });
    const { y } = await page.locator(`[id="${id}"]`).boundingBox();
    assert.ok(y >= 150, `#${id} stands ${y} pixels from the top`);
  }
  await page.close();
});

test("the same without JavaScript", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const faults = watch(page, site.base);
  await page.goto(site.base + LONG);
  const mark = page.locator("main a.cite[id^='use-']").first();
  const use = await mark.getAttribute("id");
  const entry = (await mark.getAttribute("href")).slice(1);
  await mark.click();
  assert.equal(new URL(page.url()).hash, `#${entry}`);
  assert.ok(await page.locator(`[id="${entry}"]`).isVisible());
  await page.locator(`.references a[href="#${use}"]`).first().click();
  assert.equal(new URL(page.url()).hash, `#${use}`);
  // The navigation and the source's own page are there as well.
  await page.goto(site.base + LONG + `#${entry}`);
  await page.locator(".references a[href*='sources/']").first().click();
  await page.waitForURL((url) => /\/sources\/[^/]+\/$/.test(url.pathname));
  assert.ok((await page.locator("h1").innerText()).length > 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("the same by keyboard alone", async () => {
  const page = await browser.newPage();
  const faults = watch(page, site.base);
  await page.goto(site.base + LONG);
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("href") ?? ""), /^#/, "the first stop is the skip link");
  await page.keyboard.press("Enter");
  const focused = () => page.evaluate(() => ({ id: document.activeElement.id, href: document.activeElement.getAttribute("href") ?? "" }));
  const tabUntil = async (wanted, limit) => {
    for (let i = 0; i < limit; i++) {
      await page.keyboard.press("Tab");
      const at = await focused();
      if (wanted(at)) return at;
    }
    assert.fail("Tab does not come there");
  };
  const mark = await tabUntil((at) => at.id.startsWith("use-"), 120);
  const outline = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" || style.boxShadow !== "none" || style.textDecorationLine !== "none";
  });
  assert.ok(outline, "the focus on a citation cannot be seen");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.hash === mark.href);
  await page.waitForFunction(inView, mark.href.slice(1), { timeout: 5000 });
  // The next stop after a jump is inside the entry, or right behind it.
  await tabUntil((at) => at.href === `#${mark.id}`, 40);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.hash === `#${mark.id}`);
  await page.waitForFunction(inView, mark.id, { timeout: 5000 });
  assert.deepEqual(faults, []);
  await page.close();
});

test("a card opens on focus and hover, can be entered, and closes on Escape", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const faults = watch(page, site.base);
  await page.goto(site.base + LONG);
  await page.waitForLoadState("networkidle");
  const mark = page.locator("main a.cite[id^='use-']").first();
  await pointAt(page, mark);
  const card = page.locator(".cc");
  await card.waitFor({ state: "visible" });
  const [cardBox, markBox] = [await card.boundingBox(), await mark.boundingBox()];
  const apart = cardBox.y >= markBox.y + markBox.height - 1 || cardBox.y + cardBox.height <= markBox.y + 1;
  assert.ok(apart, "the card covers its citation");
  await card.hover();
  await page.waitForTimeout(600);
  assert.ok(await card.isVisible(), "the card closes when the pointer enters it");
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await page.close();
});

test("a source in a list leads to its quote, by a card and without JavaScript", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const faults = watch(page, site.base);
  await page.goto(`${site.base}responses/`, { waitUntil: "networkidle" });
  // A source whose text is archived: its quote stands on the page of the claim, which the card fetches.
  const mark = page.locator("main a.src", { hasText: "Felitti 2024" }).first();
  await pointAt(page, mark);
  const card = page.locator(".cc");
  await card.waitFor({ state: "visible" });
  assert.match(await card.innerText(), /[“"].{8,}[”"]/s);
  await card.locator(".ref-why").waitFor();
  assert.equal(await card.locator("[id]").count(), 0, "the card repeats ids");
  const [fragment, quote] = [new URL(await mark.evaluate((a) => a.href)), await card.locator("q").first().innerText()];
  // The page of the source opens at this very quote.
  const about = new URL(await card.locator(".ref-meta a").first().evaluate((a) => a.href));
  const place = decodeURIComponent(about.hash.slice(1));
  assert.ok((await page.request.get(about.href).then((r) => r.text())).includes(`id="${place}"`), `${about.pathname} has no ${place}`);
  // Its links lead where the reference's own lead.
  for (const href of await card.locator("a").evaluateAll((links) => links.map((a) => a.href))) {
    if (href.startsWith(site.base)) assert.equal(await page.request.get(href).then((r) => r.status()), 200, href);
  }
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  // By keyboard: the card opens on focus and is no stop on the way; the key ↓ enters it, Escape leads back.
  await page.locator("body").press("Tab");
  await mark.evaluate((a) => a.focus({ focusVisible: true }));
  await card.waitFor({ state: "visible" });
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.closest(".cc") === null), "Tab enters the card");
  // It may stand on another citation now, whose card is open.
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  await mark.evaluate((a) => a.focus({ focusVisible: true }));
  await card.waitFor({ state: "visible" });
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.evaluate(() => document.activeElement.closest(".cc") !== null), "↓ does not enter the card");
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  assert.ok(await mark.evaluate((a) => a === document.activeElement), "Escape does not lead back to the citation");
  assert.deepEqual(faults, []);
  await page.close();

  const context = await browser.newContext({ javaScriptEnabled: false });
  const bare = await context.newPage();
  await bare.goto(`${site.base}responses/`);
  await bare.locator("main a.src", { hasText: "Felitti 2024" }).first().click();
  await bare.waitForURL(fragment.href);
  const entry = bare.locator(`[id="${decodeURIComponent(fragment.hash.slice(1))}"]`);
  assert.equal(await entry.locator("q").first().innerText(), quote);
  await context.close();
});

test("a term's card shows its definition from the glossary", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(site.base + LONG, { waitUntil: "networkidle" });
  const term = page.locator("main .text a.term").first();
  await pointAt(page, term);
  await page.locator(".cc").waitFor({ state: "visible" });
  const shown = await page.locator(".cc p").nth(1).innerText();
  await page.locator(".cc .close").click();
  await term.click();
  await page.waitForURL((url) => url.pathname.endsWith("/glossary/"));
  const id = decodeURIComponent(new URL(page.url()).hash.slice(1));
  assert.equal(await page.locator(`[id="${id}"] + dd p`).first().innerText(), shown);
  await page.close();
});

test("printed, a chart offers no link to follow", async () => {
  const page = await browser.newPage();
  await page.emulateMedia({ media: "print" });
  for (const route of ["", LONG]) {
    await page.goto(site.base + route, { waitUntil: "networkidle" });
    const words = (await page.locator("main .chart").allInnerTexts()).join("\n");
    assert.ok(words.length > 50, `/${route} has no chart`);
    assert.doesNotMatch(words, /The data as a table|Download|·\s*$/m, `/${route}`);
  }
  await page.close();
});

test("printed, a page keeps its references and their addresses, and drops navigation", async () => {
  const page = await browser.newPage();
  await page.goto(site.base + LONG);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".references").isVisible(), "no references in print");
  assert.ok((await page.locator(".references .ref, .references li").count()) > 5);
  assert.equal(await page.locator("header.mast nav:visible, .toc:visible, .skip:visible").count(), 0, "navigation in print");
  // Every reference with a public address shows it, as text or as generated content.
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll(".references a[href^='http']")]
      .filter((a) => a.getClientRects().length)
      .filter((a) => !a.textContent.includes("://") && !/attr\(href|http/.test(getComputedStyle(a, "::after").content))
      .map((a) => a.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(bare, [], "addresses are lost in print");
  const twice = await page.evaluate(() =>
    [...document.querySelectorAll(".references a[href^='http']")].filter((a) => a.textContent.includes("://") && /http|attr\(/.test(getComputedStyle(a, "::after").content)).map((a) => a.href),
  );
  assert.deepEqual(twice, [], "addresses are printed twice");
  const pdf = await page.pdf({ format: "A4" });
  assert.ok(pdf.length > 20_000);
  await page.close();
});
