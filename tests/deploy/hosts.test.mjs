// The files for hosts, read by what the hosts read them with.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";
import routing from "@vercel/routing-utils";
import { writeFile } from "node:fs/promises";
import { cited, folder, newSite } from "./setting.mjs";

let place, site;
before(async () => {
  place = await folder("hosts");
  site = await newSite(place.at, "  hosts: [netlify, vercel]\n");
  await writeFile(path.join(site, "content/weirs.md"), "---\ntitle: Weirs\naliases: [old/weirs/, old.v1.html, größe/]\n---\n\nA weir is a low dam.\n");
  const built = await cited(site, ["build"]);
  assert.equal(built.code, 0, built.stderr);
});
after(() => place?.close());

test("Netlify reads the headers and the redirects", async () => {
  const { headers, errors } = await parseAllHeaders({ headersFiles: [path.join(site, "public/_headers")], minimal: true });
  assert.deepEqual(errors, []);
  assert.deepEqual(headers.map((rule) => rule.for), ["/*", "/assets/*"]);
  assert.match(headers[0].values["Content-Security-Policy"], /^default-src 'self';.*object-src 'none'$/);
  assert.equal(headers[1].values["Cache-Control"], "public, max-age=31536000, immutable");

  const read = await parseAllRedirects({ redirectsFiles: [path.join(site, "public/_redirects")], minimal: true });
  assert.deepEqual(read.errors, []);
  const rules = read.redirects.map(({ from, to, status }) => [from, to, status]);
  assert.deepEqual(rules, [
    ["/gr%C3%B6%C3%9Fe/", "/weirs/", 301],
    ["/gr%C3%B6%C3%9Fe", "/weirs/", 301],
    ["/old.v1.html", "/weirs/", 301],
    ["/old/weirs/", "/weirs/", 301],
    ["/old/weirs", "/weirs/", 301],
  ]);
});

test("Vercel takes its file, and its patterns match what they should", async () => {
  const config = JSON.parse(await readFile(path.join(site, "public/vercel.json"), "utf8"));
  const { routes, error } = routing.getTransformedRoutes(config);
  assert.equal(error, null);
  const redirect = (address) => routes.find((r) => r.status === 301 && new RegExp(r.src).test(address))?.headers?.Location;
  assert.equal(redirect("/old/weirs/"), "/weirs/");
  assert.equal(redirect("/old/weirs"), "/weirs/");
  assert.equal(redirect("/old.v1.html"), "/weirs/");
  assert.equal(redirect("/oldxv1.html"), undefined, "a dot is a dot");
  const headers = (address) => Object.assign({}, ...routes.filter((r) => r.continue && r.headers && new RegExp(r.src).test(address)).map((r) => r.headers));
  assert.match(headers("/weirs/")["Content-Security-Policy"], /^default-src 'self'/);
  assert.equal(headers("/weirs/")["Cache-Control"], undefined);
  assert.match(headers("/assets/x.0123456789.css")["Cache-Control"], /immutable/);
});
