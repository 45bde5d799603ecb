// An object store: moto, which speaks S3's language, on loopback. Deploys through a connection that is cut after a
// random number of bytes, that answers "slow down", or beside another deploy.
//
// What must hold after every cut: each page that is there finds every asset that it names.

import assert from "node:assert/strict";
import { createHash, randomInt } from "node:crypto";
import { appendFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { cited, folder, freePort, newSite, python, serve, smallSite } from "./setting.mjs";

const CUTS = Number(process.env.CITED_CUTS ?? 100);
const KEYS = { AWS_ACCESS_KEY_ID: "AKIA0123456789ABCDEF", AWS_SECRET_ACCESS_KEY: "a-secret-that-nobody-may-see" };

let place, moto, port, cut;
before(async () => {
  place = await folder("store");
  port = await freePort();
  const [program, args, options] = python(["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { cwd: place.at });
  moto = await serve(program, args, options, `http://127.0.0.1:${port}/moto-api/`);
});
after(async () => {
  await cut?.close();
  await moto?.close();
  await place?.close();
});

/** A target whose requests go to a port. */
const target = (name, bucket, at) => `    ${name}: { store: "s3://${bucket}/below", region: us-east-1, endpoint: "http://127.0.0.1:${at}" }\n`;
const signed = { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a" };
const ask = (address, options = {}) => fetch(`http://127.0.0.1:${port}/${address}`, { ...options, headers: { ...signed, ...options.headers } });

async function bucket(name) {
  assert.equal((await ask(name, { method: "PUT" })).status, 200);
  return name;
}

/** Key → MD5 of every object below the prefix. */
async function objects(name) {
  const text = await (await ask(`${name}?list-type=2&prefix=below/`)).text();
  const all = [...text.matchAll(/<Key>below\/([^<]*)<\/Key>.*?<ETag>(?:"|&quot;)([0-9a-f]{32})/gs)].map((m) => [m[1], m[2]]);
  return new Map(all);
}

async function made(site, env, args = ["deploy", "live"]) {
  const ran = await cited(site, args, { ...KEYS, ...env });
  assert.equal(ran.code, 0, ran.stderr);
  return ran.last;
}

/**
 * Passes on requests, but of each its head only when all of it has come: a store refuses half a head (RFC 9112, section 8),
 * and moto takes what it has for the whole, so that a head cut before its `content-length` makes an empty object.
 */
function wholeHeads() {
  let [head, body] = [Buffer.alloc(0), 0];
  return (data) => {
    const passed = [];
    while (data.length) {
      if (body > 0) {
        passed.push(data.subarray(0, body));
        [data, body] = [data.subarray(body), body - passed.at(-1).length];
        continue;
      }
      head = Buffer.concat([head, data]);
      const end = head.indexOf("\r\n\r\n") + 4;
      if (end < 4) break;
      const lines = head.subarray(0, end).toString("latin1");
      assert.doesNotMatch(lines, /^transfer-encoding:/im, "where such a request ends is not known here");
      body = Number(/^content-length: *(\d+)/im.exec(lines)?.[1] ?? 0);
      passed.push(head.subarray(0, end));
      [data, head] = [head.subarray(end), Buffer.alloc(0)];
    }
    return Buffer.concat(passed);
  };
}

/** A proxy that lets so many bytes through, in both directions together, and then cuts every connection. */
function cutter() {
  const state = { left: Infinity, passed: 0, port: 0 };
  const open = new Set();
  const server = net.createServer((near) => {
    if (state.left <= 0) return near.destroy();
    const far = net.connect(port, "127.0.0.1");
    for (const [from, to, pass] of [[near, far, wholeHeads()], [far, near, (data) => data]]) {
      open.add(from);
      from.on("error", () => {});
      from.on("close", () => (open.delete(from), to.destroy()));
      from.on("data", (data) => {
        const part = pass(data.subarray(0, Math.max(0, state.left)));
        state.left -= data.length;
        state.passed += data.length;
        if (part.length) to.write(part);
        // What was let through arrives; nothing after it does.
        if (state.left <= 0) for (const socket of open) socket.destroySoon();
      });
      from.on("end", () => to.end());
    }
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      state.port = server.address().port;
      state.close = () => (open.forEach((socket) => socket.destroy()), new Promise((done) => server.close(done)));
      resolve(state);
    }),
  );
}

async function filesBelow(at) {
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => path.relative(at, path.join(e.parentPath ?? e.path, e.name)).split(path.sep).join("/"));
}

const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

/** The site as it is, built: its objects, and, for each version of a page by its digest, the assets that it names. */
async function version(site, pages) {
  const built = await cited(site, ["build"]);
  assert.equal(built.code, 0, built.stderr);
  const whole = new Map();
  for (const file of await filesBelow(path.join(site, "public"))) {
    if (file.startsWith(".")) continue;
    const bytes = await readFile(path.join(site, "public", file));
    whole.set(file, md5(bytes));
    if (file.endsWith(".html")) pages.set(md5(bytes), new Set([...bytes.toString().matchAll(/(?:href|src)="(?:[^"]*\/)?(assets\/[^"?#]+)/g)].map((m) => m[1])));
  }
  return whole;
}

test(`after each of ${CUTS} cuts readers find whole pages, and the next deploy completes`, async () => {
  const name = await bucket("cuts");
  cut = await cutter();
  const targets = `  targets:\n${target("live", name, port)}${target("cut", name, cut.port)}`;
  const sites = await Promise.all(["one", "two"].map((site) => smallSite(path.join(place.at, site), targets)));
  // The second site has other assets, other bytes on every page, pages more and pages less.
  for (const file of ["site.css", "dot.svg"]) await appendFile(path.join(sites[1], "themes/minimal/assets", file), "\n<!-- the other one -->\n");
  for (const n of ["a", "b", "c", "d"]) {
    await writeFile(path.join(sites[0], `content/one-${n}.md`), `---\ntitle: First ${n}\n---\n\nA page of the first.\n`);
    await writeFile(path.join(sites[1], `content/two-${n}.md`), `---\ntitle: Second ${n}\n---\n\nA page of the second.\n`);
  }
  const pages = new Map();
  const wholes = [await version(sites[0], pages), await version(sites[1], pages)];
  const assets = wholes.map((whole) => [...whole.keys()].filter((file) => file.startsWith("assets/")));
  assert.equal(assets[0].filter((file) => assets[1].includes(file)).length, 0, "no asset has the same name in both");
  assert.ok([...pages.values()].every((needs) => needs.size > 0), "every page needs an asset");

  await made(sites[0]);
  cut.passed = 0;
  await made(sites[1], {}, ["deploy", "cut"]);
  const all = cut.passed;
  assert.ok(all > 50_000, `${all} bytes pass in a deploy`);
  let now = 1;
  const ended = { cut: 0, whole: 0 };
  for (let i = 0; i < CUTS; i++) {
    now = randomInt(2);
    const after = randomInt(all);
    cut.left = after;
    const ran = await cited(sites[now], ["deploy", "cut", "--retries", "0"], KEYS);
    cut.left = Infinity;
    assert.ok(ran.code === 0 || ran.code === 2, ran.stderr);
    ended[ran.code === 0 ? "whole" : "cut"] += 1;
    const there = await objects(name);
    for (const [file, digest] of there) {
      if (!file.endsWith(".html")) continue;
      const needs = pages.get(digest);
      assert.ok(needs, `cut after ${after} bytes: ${file} is no version of the page`);
      for (const asset of needs) assert.ok(there.has(asset), `cut after ${after} bytes: ${file} is there, and ${asset} is not`);
    }
    // A cut deploy may be followed by another that is cut, and need not be completed first.
    if (i % 4 !== 3) continue;
    if (i % 8 === 7) now = 1 - now;
    await made(sites[now]);
    const done = await objects(name);
    done.delete(".cited-manifest");
    assert.deepEqual([...done].sort(), [...wholes[now]].sort(), `cut after ${after} bytes`);
  }
  assert.ok(ended.cut > CUTS / 4, `only ${ended.cut} of ${CUTS} deploys were cut`);
});

test("objects have their types, and what is not ours stays", async () => {
  const name = await bucket("types");
  const own = await folder("types");
  try {
    const site = await newSite(own.at, `  targets:\n${target("live", name, port)}`);
    await ask(`${name}/below/theirs.txt`, { method: "PUT", body: "theirs" });
    await ask(`${name}/beside.txt`, { method: "PUT", body: "beside" });
    const planned = await cited(site, ["deploy", "--dry-run"], KEYS);
    assert.match(planned.last, /nothing was touched$/);
    assert.equal((await objects(name)).size, 1, "a dry run writes nothing");
    await made(site);
    const head = async (file) => (await ask(`${name}/below/${file}`)).headers;
    const [css] = [...(await objects(name)).keys()].filter((f) => f.startsWith("assets/") && f.endsWith(".css"));
    assert.equal((await head(css)).get("cache-control"), "public, max-age=31536000, immutable");
    assert.match((await head(css)).get("content-type"), /^text\/css/);
    assert.equal((await head("index.html")).get("cache-control"), "public, max-age=0, must-revalidate");
    assert.equal((await head("atom.xml")).get("content-type"), "application/atom+xml; charset=utf-8");

    // Somebody removes one of our objects, and a page leaves the site.
    await ask(`${name}/below/robots.txt`, { method: "DELETE" });
    await rm(path.join(site, "content/river.md"), { force: true });
    const config = path.join(site, "content/_index.md");
    const home = (await readFile(config, "utf8")).replace(/\[([^\]]*)\]\(river\.md[^)]*\)/g, "$1").replace(/^ *key_figures:.*\n/m, "");
    await writeFile(config, home);
    const plan = (await cited(site, ["deploy", "-n", "--max-deletes", "0"], KEYS)).stdout;
    assert.match(plan, /^put {5}robots\.txt {2}\(an earlier deploy put it there, and it is gone\)$/m);
    assert.match(plan, /^delete {2}river\/index\.html {2}\(no longer part of the site\)$/m);
    const refused = await cited(site, ["deploy", "--max-deletes", "0"], KEYS);
    assert.match(refused.last, /^error: \d+ files? would be removed, and 0 may be/);
    assert.ok((await objects(name)).has("river/index.html"));
    await made(site);
    const there = await objects(name);
    assert.ok(there.has("robots.txt") && there.has("theirs.txt") && !there.has("river/index.html"));
    assert.equal(await (await ask(`${name}/beside.txt`)).text(), "beside");

    // A file of ours where one of theirs lies is refused before anything is put.
    await writeFile(path.join(site, "content/theirs.txt"), "ours");
    const stopped = await cited(site, ["deploy"], KEYS);
    assert.equal(stopped.code, 2);
    assert.match(stopped.last, /^error: `theirs\.txt` is there already, and no deploy put it there; /);
    assert.equal(await (await ask(`${name}/below/theirs.txt`)).text(), "theirs");
  } finally {
    await own.close();
  }
});

/** A proxy that looks at each request and may answer it itself. */
async function between(look) {
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", async () => {
      if (await look(request, response)) return;
      const onward = http.request({ port, host: "127.0.0.1", method: request.method, path: request.url, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      onward.end(Buffer.concat(parts));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

test("a busy service is asked again, one that refuses is quoted without the key, another deploy is noticed", async () => {
  const name = await bucket("faults");
  const own = await folder("faults");
  let busy = 3;
  let refuses = false;
  let interferes = false;
  const proxy = await between(async (request, response) => {
    if (refuses) {
      const text = `<Error><Code>InvalidAccessKeyId</Code><Message>no such key ${KEYS.AWS_ACCESS_KEY_ID}, ${KEYS.AWS_SECRET_ACCESS_KEY}</Message></Error>`;
      response.writeHead(403, { "content-type": "application/xml" }).end(text);
      return true;
    }
    if (busy > 0 && request.method === "PUT") {
      busy -= 1;
      response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
      return true;
    }
    if (interferes && request.method === "PUT" && request.url.includes("/assets/")) {
      interferes = false;
      await ask(`${name}/below/.cited-manifest`, { method: "PUT", body: "# another deploy\n" });
    }
    return false;
  });
  try {
    const site = await newSite(own.at, `  targets:\n${target("live", name, proxy.port)}`);
    await made(site);
    assert.equal(busy, 0, "the requests were repeated");

    await appendFile(path.join(site, "themes/explainer/assets/style.css"), "\n/* new */\n").catch(() => {});
    await writeFile(path.join(site, "themes/explainer/assets/added.css"), "p { margin: 0 }\n");
    interferes = true;
    const second = await cited(site, ["deploy"], KEYS);
    assert.equal(second.code, 2, second.stderr);
    assert.match(second.last, /^error: another deploy to s3:\/\/faults\/below has begun since this one did; /);

    refuses = true;
    const refused = await cited(site, ["deploy", "--retries", "0"], KEYS);
    assert.equal(refused.code, 2);
    assert.match(refused.last, /InvalidAccessKeyId/);
    for (const secret of Object.values(KEYS)) assert.ok(!(refused.stderr + refused.stdout).includes(secret), refused.stderr);
  } finally {
    await proxy.close();
    await own.close();
  }
});

