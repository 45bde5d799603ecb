// A SARIF report against the schema that OASIS published (2.1.0, as a package ships it).
//
// In: the report on standard input. Out: nothing and exit code 0, or what is wrong with it and exit code 1; exit code
// 3 says that the packages are not installed. Must never fetch anything.
//
//   npm ci --prefix tests/schemas
//   cited check --format sarif | node tests/schemas/validate.mjs
import { readFileSync } from "node:fs";

let Ajv, addFormats, schema;
try {
  Ajv = (await import("ajv-draft-04")).default;
  addFormats = (await import("ajv-formats")).default;
  const place = new URL("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json", import.meta.url);
  schema = JSON.parse(readFileSync(place, "utf8"));
} catch (error) {
  console.error(`the schema is not installed (${error.message}): run \`npm ci\` in tests/schemas`);
  process.exit(3);
}
// One of its patterns is not a regular expression in the Unicode mode.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);
if (!validate(JSON.parse(readFileSync(0, "utf8")))) {
  for (const { instancePath, message, params } of validate.errors) console.error(instancePath, message, JSON.stringify(params));
  process.exit(1);
}
