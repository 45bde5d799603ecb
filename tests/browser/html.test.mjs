// The Nu HTML checker on every page: no error, no warning.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { openKept, openSite, run } from "./site.mjs";

const JAR = path.join(path.dirname(createRequire(import.meta.url).resolve("vnu-jar/package.json")), "build/dist/vnu.jar");

let sites = [];
before(async () => {
  sites = [await openSite(), await openKept()];
});
after(() => Promise.all(sites.map((site) => site.close())));

test("every page is valid HTML", async () => {
  const pages = sites.flatMap(({ folder, files }) => files.filter((f) => f.endsWith(".html")).map((f) => path.join(folder, f)));
  let report;
  try {
    report = (await run("java", ["-Xss2m", "-jar", JAR, "--format", "json", "--exit-zero-always", ...pages])).stderr;
  } catch (error) {
    assert.fail(`the checker does not run: ${error.message}`);
  }
  const found = JSON.parse(report).messages.map((m) => {
    const file = new URL(m.url).pathname;
    return `${file}:${m.lastLine ?? "?"}: ${m.subType ?? m.type}: ${m.message} [${(m.extract ?? "").replace(/\s+/g, " ").slice(0, 100)}]`;
  });
  assert.equal(found.length, 0, `${found.length} findings:\n${found.join("\n")}`);
});
