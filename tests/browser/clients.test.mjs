// The programs that readers use read what the site offers them: citation-js its references, feedparser its feeds,
// Zotero its meta tags, and any reader of schema.org its JSON-LD.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { Cite, plugins } from "@citation-js/core";
import "@citation-js/plugin-bibtex";
import "@citation-js/plugin-csl";
import "@citation-js/plugin-ris";
import jsonld from "jsonld";
import { ROOT, openBrowser, openSite, run } from "./site.mjs";
import { vocabulary } from "./schema.mjs";

const TOOLS = process.env.CITED_TOOLS ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target"), "tools");

let site;
/** What the head of each page says: route → { language, title, canonical, metas: [[name, content]], linked: [JSON-LD] }. */
const heads = new Map();
before(async () => {
  site = await openSite();
  const browser = await openBrowser();
  const context = await browser.newContext({ javaScriptEnabled: true });
  const page = await context.newPage();
  for (const route of site.pages) {
    await page.goto(site.base + route, { waitUntil: "domcontentloaded" });
    heads.set(
      route,
      await page.evaluate(() => ({
        language: document.documentElement.lang,
        heading: document.querySelector("h1").firstChild.textContent.trim(),
        canonical: document.querySelector("link[rel=canonical]")?.href,
        metas: [...document.querySelectorAll("meta[content]")].map((m) => [m.getAttribute("name") ?? m.getAttribute("property"), m.content]),
        linked: [...document.querySelectorAll("script[type='application/ld+json']")].map((s) => JSON.parse(s.textContent)),
      })),
    );
  }
  await browser.close();
});
after(() => site?.close());

const read = (file) => readFile(path.join(site.folder, file), "utf8");
const meta = (head, name) => head.metas.filter(([n]) => n === name).map(([, content]) => content);
/** Pages that can be cited. */
const citable = () => [...heads].filter(([, head]) => meta(head, "citation_title").length);

test("citation-js reads every BibTeX, RIS and CSL-JSON file, and finds the page in it", async () => {
  assert.ok(plugins.list().includes("@bibtex") && plugins.list().includes("@ris"));
  let files = 0;
  for (const [route, head] of citable()) {
    const [title] = meta(head, "citation_title");
    const [date] = meta(head, "DC.date");
    for (const [file, type] of [
      ["cite.bib", "@biblatex/text"],
      ["cite.ris", "@ris/file"],
      ["cite.json", "@csl/list+object"],
    ]) {
      const at = `/${route}${file}`;
      if (!site.files.includes(route + file)) continue;
      files++;
      const text = await read(route + file);
      const { data } = new Cite(type.startsWith("@csl") ? JSON.parse(text) : text, { forceType: type });
      assert.equal(data.length, 1, at);
      assert.equal(data[0].title, title, at);
      assert.equal(data[0].URL, head.canonical, at);
      assert.equal(data[0].type, "webpage", at);
      const [parts = []] = data[0].issued?.["date-parts"] ?? [];
      assert.equal(parts.map((n) => String(n).padStart(2, "0")).join("-"), date ?? "", at);
    }
  }
  assert.ok(files >= 90, `only ${files} files`);
});

test("citation-js reads the sources of the site", async () => {
  const sources = JSON.parse(await read("data/sources.json"));
  const { data } = new Cite(sources, { forceType: "@csl/list+object" });
  assert.equal(data.length, sources.length);
  assert.ok(data.length > 40 && data.every((s) => s.title && s.id));
  // A formatted line of each: what a reference manager would show.
  const lines = new Cite(sources).format("bibliography", { template: "apa", format: "text" }).trim().split("\n").filter(Boolean);
  assert.equal(lines.length, sources.length);
});

test("feedparser reads the Atom feeds; the JSON feed keeps the rules of version 1.1 and says the same", async () => {
  const program = `
import feedparser, json, sys
out = []
for name in sys.argv[1:]:
    d = feedparser.parse(name)
    out.append({"version": d.version, "bozo": bool(d.bozo), "why": str(d.get("bozo_exception", "")), "title": d.feed.get("title"),
        "updated": d.feed.get("updated"), "self": [l.href for l in d.feed.links if l.rel == "self"],
        "entries": [{"id": e.get("id"), "title": e.get("title"), "link": e.get("link"), "summary": e.get("summary"),
            "updated": e.get("updated"), "dated": bool(e.get("updated_parsed"))} for e in d.entries]})
json.dump(out, sys.stdout)`;
  const names = ["atom.xml", "corrections.xml"].filter((f) => site.files.includes(f));
  const { stdout } = await run("python3", ["-c", program, ...names.map((f) => path.join(site.folder, f))], {
    env: { ...process.env, PYTHONPATH: path.join(TOOLS, "feedparser") },
  });
  const feeds = JSON.parse(stdout);
  for (const [i, feed] of feeds.entries()) {
    assert.equal(feed.version, "atom10", names[i]);
    assert.ok(!feed.bozo, `${names[i]}: ${feed.why}`);
    assert.ok(feed.title && feed.updated && feed.entries.length, names[i]);
    assert.deepEqual(feed.self, [site.base + names[i]]);
    assert.equal(new Set(feed.entries.map((e) => e.id)).size, feed.entries.length, `${names[i]}: an id stands twice`);
    for (const entry of feed.entries) assert.ok(entry.title && entry.link.startsWith(site.base) && entry.dated, JSON.stringify(entry));
  }
  // https://www.jsonfeed.org/version/1.1/
  const json = JSON.parse(await read("feed.json"));
  assert.equal(json.version, "https://jsonfeed.org/version/1.1");
  assert.ok(json.title && json.items.length);
  assert.equal(json.feed_url, `${site.base}feed.json`);
  assert.equal(json.home_page_url, site.base);
  for (const item of json.items) {
    assert.equal(typeof item.id, "string");
    assert.ok(item.content_html || item.content_text, item.id);
    for (const key of ["date_published", "date_modified"]) assert.ok(!item[key] || !Number.isNaN(Date.parse(item[key])), item[key]);
  }
  assert.deepEqual(
    json.items.map((i) => [i.id, i.title]),
    feeds[0].entries.map((e) => [e.id, e.title]),
  );
});

/** The record that Zotero makes of a page's meta tags, by the order that its translators "Embedded Metadata" and "RDF"
    publish: the kind from `citation_*` that name a container, else from Dublin Core and Open Graph, else what it
    guesses from `citation_title`; the fields from Dublin Core and Open Graph, replaced by those of `citation_*`. */
function zotero(head) {
  const first = (...names) => names.flatMap((n) => head.metas.filter(([name]) => name?.toLowerCase() === n.toLowerCase()))[0]?.[1];
  const containers = {
    citation_journal_title: "journalArticle",
    citation_technical_report_institution: "report",
    citation_conference_title: "conferencePaper",
    citation_conference: "conferencePaper",
    citation_book_title: "bookSection",
    citation_inbook_title: "bookSection",
    citation_dissertation_institution: "thesis",
  };
  const known = ["webpage", "report", "blogPost", "journalArticle", "newspaperArticle", "book", "dataset"];
  const kind =
    Object.keys(containers).filter((n) => first(n)).map((n) => containers[n])[0] ??
    [first("z:itemType"), first("DC.type", "DCTERMS.type")].find((t) => known.includes(t)) ??
    ({ book: "book", website: "webpage" })[first("og:type")] ??
    (first("citation_title") ? "journalArticle" : "webpage");
  return {
    itemType: kind,
    title: first("citation_title") ?? first("DC.title", "og:title"),
    date: first("citation_publication_date", "citation_date") ?? first("DC.date", "article:published_time"),
    publicationTitle: first("DC.source", "og:site_name"),
    url: first("citation_public_url") ?? first("og:url"),
    language: first("citation_language") ?? first("DC.language"),
    rights: first("DC.rights"),
    abstractNote: first("citation_abstract") ?? first("og:description"),
    creators: meta(head, "citation_author"),
  };
}

test("Zotero's rules make the right record of every page", async () => {
  const pages = citable();
  assert.ok(pages.length >= 30);
  for (const [route, head] of pages) {
    const record = zotero(head);
    const csl = JSON.parse(await read(`${route}cite.json`).catch(() => "[{}]"))[0];
    assert.equal(record.itemType, "webpage", `/${route}: an item of the wrong kind`);
    assert.equal(record.title, head.heading, `/${route}`);
    assert.equal(record.url, head.canonical, `/${route}`);
    assert.equal(record.url, site.base + route);
    assert.equal(record.language, head.language);
    assert.ok(record.publicationTitle && record.abstractNote && record.rights, `/${route}: ${JSON.stringify(record)}`);
    if (!csl.title) continue;
    // The record is the one that "Cite this page" offers.
    assert.equal(record.title, csl.title);
    assert.equal(record.publicationTitle, csl["container-title"]);
    assert.equal(record.date?.replaceAll("/", "-"), csl.issued?.["date-parts"][0].map((n) => String(n).padStart(2, "0")).join("-"));
    assert.equal(record.creators.length, csl.author?.length ?? 0);
  }
});

test("the JSON-LD parses, with schema.org's types and properties alone", async () => {
  const fetched = [];
  // schema.org's context sends every name into its vocabulary; which names there are, the vocabulary says.
  const documentLoader = async (url) => {
    fetched.push(url);
    return { documentUrl: url, document: { "@context": { "@vocab": "https://schema.org/" } } };
  };
  const { faultsOf } = await vocabulary(createRequire(import.meta.url).resolve("schema-dts/package.json"));
  const documents = [...heads].flatMap(([route, head]) => head.linked.map((data) => [`/${route}`, data]));
  for (const file of site.files.filter((f) => f.endsWith(".jsonld"))) documents.push([`/${file}`, JSON.parse(await read(file))]);
  assert.ok(documents.length > 30);
  const faults = [];
  const types = new Set();
  const ids = new Set();
  const claims = [];
  for (const [at, data] of documents) {
    assert.equal(data["@context"], "https://schema.org", at);
    const expanded = await jsonld.expand(data, { documentLoader, safe: true });
    assert.ok(expanded.length > 0, `${at}: nothing is said`);
    for (const node of data["@graph"]) {
      faults.push(...faultsOf(node).map((f) => `${at}: ${f}`));
      types.add(node["@type"]);
      if (node["@id"]) ids.add(node["@id"]);
      if (node["@type"] === "Claim") claims.push(node);
    }
  }
  assert.deepEqual(faults, []);
  assert.deepEqual([...new Set(fetched)], ["https://schema.org"]);
  for (const type of ["Article", "BreadcrumbList", "Claim", "Dataset", "DefinedTermSet"]) assert.ok(types.has(type), `no ${type}`);
  // Claims lead to places that exist, and stand in articles that pages describe.
  assert.ok(claims.length > 100);
  for (const claim of claims) {
    const [address, anchor] = claim["@id"].split("#");
    const html = await read(`${address.slice(site.base.length)}index.html`);
    assert.ok(html.includes(`id="${anchor}"`), claim["@id"]);
    assert.ok(ids.has(claim.appearance["@id"]), `${claim["@id"]} appears nowhere`);
    assert.ok(claim.text && claim.citation.length, claim["@id"]);
  }
  const data = documents.flatMap(([, d]) => d["@graph"]).find((n) => n["@type"] === "Dataset");
  for (const { contentUrl } of data.distribution) assert.ok(site.files.includes(contentUrl.slice(site.base.length)), `${contentUrl} is missing`);
});
