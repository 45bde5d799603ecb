// What the deploy tests share: the program with every feature, Python's tools, sites in folders of their own, ports.
//
// In: CITED_BIN (the program, built with the feature `object-store`) and CITED_TOOLS (a folder whose
// `deploy` has what requirements.txt names); both fall back to where tests/run puts them. Out: functions. Everything runs on loopback.

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
export const CITED = process.env.CITED_BIN ?? path.join(TARGET, "debug/cited");
export const TOOLS = path.join(process.env.CITED_TOOLS ?? path.join(TARGET, "tools"), "deploy");
for (const file of [CITED, TOOLS]) if (!existsSync(file)) throw new Error(`${file} is missing: tests/run setup deploy`);

/** Run a program to its end, whatever its exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 << 20, ...options }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: error?.code ?? 0, stdout, stderr, last: stderr.trimEnd().split("\n").at(-1) });
    });
  });
}

/** Run `cited` with no credentials of this machine. */
export const cited = (root, args, env = {}) =>
  run(CITED, args, { cwd: root, env: { PATH: process.env.PATH, HOME: path.dirname(root), ...env } });

/** Python with the tools of requirements.txt. */
export const python = (args, options = {}) => ["python3", args, { ...options, env: { ...process.env, PYTHONPATH: TOOLS, PYTHONDONTWRITEBYTECODE: "1" } }];

/** A program of a package below node_modules, for `serve`. */
export const program = (name, main) => [process.execPath, [path.join(ROOT, "tests/deploy/node_modules", name, main)]];

/** A folder that `close` removes. */
export async function folder(name) {
  const at = await mkdtemp(path.join(os.tmpdir(), `cited-${name}-`));
  return { at, close: () => rm(at, { recursive: true, force: true }) };
}

/** The site of `cited init` below a folder, with `deploy:` at its end and an address. */
export async function newSite(at, deploy, base_url = "https://example.org/") {
  const root = path.join(at, "river");
  const made = await run(CITED, ["init", root]);
  if (made.code !== 0) throw new Error(made.stderr);
  const config = path.join(root, "site.yaml");
  const text = (await readFile(config, "utf8")).replace(/^base_url: .*$/m, `base_url: ${base_url}`);
  await writeFile(config, `${text}\ndeploy:\n${deploy}`);
  return root;
}

/** A site of few files, for what is done many times. */
export async function smallSite(root, deploy) {
  await cp(path.join(ROOT, "tests/sites/base"), root, { recursive: true });
  await cp(path.join(ROOT, "tests/sites/minimal-theme"), path.join(root, "themes/minimal"), { recursive: true });
  await appendFile(path.join(root, "site.yaml"), `\ndeploy:\n${deploy}`);
  return root;
}

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Start a server and wait until it answers at `url`; `close` ends it. */
export async function serve(program, args, options, url) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  let failed;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said = (said + data).slice(-20_000)));
  child.on("error", (error) => (failed = error));
  const until = Date.now() + 30_000;
  for (;;) {
    if (failed) throw failed;
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${said}`);
    if (await fetch(url, { redirect: "manual" }).then(() => true, () => false)) break;
    if (Date.now() > until) throw new Error(`${program} does not answer at ${url}:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const close = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGTERM")) await ended;
  };
  return { close };
}
