// The program as most install it, without object stores.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { ROOT, folder, run, smallSite } from "./setting.mjs";

// Not CITED_BIN, which has them.
const PLAIN = path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target"), "release/cited");

test("a target that needs object stores says how to get them", async () => {
  const place = await folder("without");
  try {
    const site = await smallSite(path.join(place.at, "site"), '  targets:\n    live: { store: "s3://bucket/below" }\n');
    const ran = await run(process.env.CITED_PLAIN ?? PLAIN, ["--root", site, "deploy"]);
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.last, /^error: this `cited` was made without object stores.*cargo install --locked --path \. --features object-store/);
  } finally {
    await place.close();
  }
});
