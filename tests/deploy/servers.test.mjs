// A folder that was deployed, served under a sub-path by nginx and by Caddy with the files written for them, and read
// in Chromium under the policy that they send.

import assert from "node:assert/strict";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, watch } from "../browser/site.mjs";
import { ROOT, cited, folder, freePort, serve } from "./setting.mjs";

const DEPLOY = `
deploy:
  hosts: [nginx, caddy]
  targets:
    www: { folder: ../www/sub, compress: [gzip] }
`;

let place, www, browser;
before(async () => {
  place = await folder("servers");
  www = path.join(place.at, "www");
  const site = path.join(place.at, "site");
  for (const name of ["site.yaml", "content", "themes"]) await cp(path.join(ROOT, name), path.join(site, name), { recursive: true });
  const config = path.join(site, "site.yaml");
  const text = (await readFile(config, "utf8")).replace(/^base_url: .*$/m, "base_url: https://cited.example/sub/");
  await writeFile(config, text.replace(/^deploy:\n(?:[ #].*\n|\n)*/m, "") + DEPLOY);
  await writeFile(path.join(site, "content/moved.md"), "---\ntitle: Moved\naliases: [old/place/]\n---\n\nA page with an earlier address.\n");
  const deployed = await cited(site, ["--format", "short", "deploy"]);
  assert.equal(deployed.code, 0, deployed.stderr);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await place?.close();
});

async function nginx(port) {
  const config = path.join(place.at, "nginx.conf");
  await mkdir(path.join(place.at, "nginx"), { recursive: true });
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((n) => `${n}_temp_path ${place.at}/nginx/${n};`).join(" ");
  await writeFile(
    config,
    `${user} worker_processes 1; daemon off; pid ${place.at}/nginx/pid; error_log stderr;
     events {}
     http { access_log off; ${temporary}
       server { listen 127.0.0.1:${port}; root ${www}; include ${www}/sub/nginx.conf; } }`,
  );
  return serve("nginx", ["-p", place.at, "-c", config], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }, `http://127.0.0.1:${port}/sub/`);
}

async function caddy(port) {
  const config = path.join(place.at, "Caddyfile");
  await writeFile(config, `{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:${port} {\n\troot * ${www}\n\timport ${www}/sub/Caddyfile\n}\n`);
  const home = { ...process.env, XDG_DATA_HOME: place.at, XDG_CONFIG_HOME: place.at };
  return serve("caddy", ["run", "--adapter", "caddyfile", "--config", config], { env: home }, `http://127.0.0.1:${port}/sub/`);
}

for (const start of [nginx, caddy]) {
  test(`${start.name} serves it`, async () => {
    const port = await freePort();
    const server = await start(port);
    const base = `http://127.0.0.1:${port}/sub/`;
    const ask = (address, headers = {}) => fetch(base + address, { redirect: "manual", headers });
    try {
      const home = await ask("");
      const html = await home.text();
      assert.equal(home.status, 200);
      assert.match(home.headers.get("content-type"), /^text\/html; charset=utf-8$/i);
      assert.match(home.headers.get("content-security-policy"), /^default-src 'self';.*frame-ancestors 'none'/);
      assert.equal(home.headers.get("x-content-type-options"), "nosniff");
      assert.equal(home.headers.get("cache-control"), "public, max-age=0, must-revalidate");
      const asset = html.match(/assets\/[^"]+\.css/)[0];
      const style = await ask(asset, { "accept-encoding": "gzip" });
      assert.equal(style.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(style.headers.get("content-encoding"), "gzip", "the variant beside it is sent");
      assert.match(style.headers.get("content-type"), /^text\/css/);
      assert.ok(style.headers.get("content-security-policy"), "every file has the policy");
      assert.match((await ask("atom.xml")).headers.get("content-type"), /^application\/atom\+xml/);

      const moved = await ask("old/place/");
      assert.deepEqual([moved.status, moved.headers.get("location")], [301, "/sub/moved/"]);
      assert.ok([301, 308].includes((await ask("moved")).status), "a page without its slash leads to the page");
      const missing = await ask("nowhere/at/all/");
      assert.equal(missing.status, 404);
      assert.match(await missing.text(), /<link[^>]+href="[^"]*assets\//, "the site's own page says so");
      for (const own of [".cited-manifest", "nginx.conf", "Caddyfile", "..%2f..%2fsite/site.yaml"]) {
        const status = (await ask(own)).status;
        assert.ok(status === 404 || status === 400, `${own}: ${status}`);
      }

      const map = await (await ask("sitemap.xml")).text();
      const pages = [...map.matchAll(/<loc>https:\/\/cited\.example\/sub\/([^<]*)<\/loc>/g)].map((m) => m[1]);
      assert.ok(pages.length >= 20, `${pages.length} pages`);
      const page = await browser.newPage();
      const faults = watch(page, base);
      // Every page once, in one of the two; some in the other.
      const shown = start === nginx ? pages : pages.filter((_, i) => i % 8 === 0);
      for (const address of shown) await page.goto(base + address, { waitUntil: "load" });
      await page.goto(base, { waitUntil: "networkidle" });
      assert.ok(await page.locator("h1").first().isVisible());
      await page.close();
      assert.deepEqual(faults, []);
    } finally {
      await server.close();
    }
  });
}
