// The workflows, against the schemas that GitHub's and GitLab's editors use.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { CITED, cited, folder, python, run } from "./setting.mjs";

const SERVICES = [
  ["github", ".github/workflows/site.yml", "vendor.github-workflows"],
  ["gitlab", ".gitlab-ci.yml", "vendor.gitlab-ci"],
];

for (const [service, file, schema] of SERVICES) {
  test(`${service} gets a workflow for a new site and for one that exists`, async () => {
    const place = await folder("ci");
    try {
      for (const name of ["new", "old"]) {
        const site = path.join(place.at, name);
        if (name === "old") assert.equal((await run(CITED, ["init", site])).code, 0);
        const made = await run(CITED, ["init", site, "--ci", service]);
        assert.equal(made.code, 0, made.stderr);
        const checked = await run(...python(["-m", "check_jsonschema", "--builtin-schema", schema, path.join(site, file)]));
        assert.equal(checked.code, 0, checked.stdout + checked.stderr);
        if (name === "old") {
          assert.match(made.stdout, /Add the target that it deploys to[^]*targets:\n {4}pages: /);
          assert.equal((await run(CITED, ["init", site, "--ci", service])).code, 2, "a workflow that exists is not replaced");
        }
      }
      const site = path.join(place.at, "new");
      const text = await readFile(path.join(site, file), "utf8");
      // Every command in it is one that the program has.
      const commands = [...text.matchAll(/^\s*- (?:run: )?cited (.*)$/gm)].map((m) => m[1].trim().split(" "));
      assert.ok(commands.length >= 3, text);
      for (const args of commands.filter((args) => !args.includes("deploy"))) {
        const ran = await cited(site, args);
        assert.equal(ran.code, 0, `cited ${args.join(" ")}\n${ran.stderr}`);
      }
      const deploy = commands.find((args) => args.includes("deploy"));
      const planned = await cited(site, [...deploy, "--dry-run"]);
      if (service === "gitlab") assert.match(planned.last, /nothing was touched$/);
      else assert.match(planned.last, /`origin` is no remote/, "the target is there; the repository is not");
    } finally {
      await place.close();
    }
  });
}
