// schema.org's vocabulary, read from the types that schema-dts generates from it.
//
// In: where schema-dts is. Out: a check of JSON-LD nodes: known types, known properties, values of a type that the
// property takes. Must never fetch anything.

import { readFile } from "node:fs/promises";
import path from "node:path";

const TEXTS = ["Text", "URL", "Date", "DateTime", "Time", "Language", "Country", "Duration", "CssSelectorType", "XPathType", "PronounceableText"];

/** Reads the vocabulary; `faultsOf` says what is wrong with a node, in words. */
export async function vocabulary(manifest) {
  const text = await readFile(path.join(path.dirname(manifest), "dist/schema.d.ts"), "utf8");
  /** Base name → { above: [base names], takes: property → [type names] }. */
  const bases = new Map();
  for (const [, name, above = "", body] of text.matchAll(/^(?:export )?interface (\w+Base)(?: extends ([^{]+))? \{\n([\s\S]*?)^\}/gm)) {
    const takes = new Map();
    for (const [, property, range] of body.matchAll(/^ {4}"([\w-]+)"\?: SchemaValue<(.+), "[\w-]+">;$/gm)) takes.set(property, range.split("|").map((t) => t.trim()));
    bases.set(name, { above: above.match(/\w+Base/g) ?? [], takes });
  }
  /** Type name → base name: what carries "@type": "Name". */
  const types = new Map();
  for (const [, base, name] of text.matchAll(/interface \w+Leaf extends (\w+Base) \{\s+"@type": "(\w+)"/g)) types.set(name, base);
  if (types.size < 700) throw new Error(`only ${types.size} types were read: schema-dts is written otherwise now`);

  const lineage = (base) => [base, ...(bases.get(base)?.above ?? []).flatMap(lineage)];
  const isA = (type, wanted) => lineage(types.get(type)).includes(`${wanted}Base`) || type === wanted;
  const rangeOf = (type, property) => lineage(types.get(type)).map((b) => bases.get(b)?.takes.get(property)).find(Boolean);

  function faultsOf(node) {
    // A mere reference to a node elsewhere.
    if (Object.keys(node).every((k) => k === "@id")) return [];
    const type = node["@type"];
    if (!types.has(type)) return [`${type} is no type of schema.org`];
    return Object.entries(node)
      .filter(([property]) => !property.startsWith("@"))
      .flatMap(([property, value]) => {
        const range = rangeOf(type, property);
        if (!range) return [`${type} has no property ${property}`];
        return [value].flat().flatMap((v) => {
          if (v === null) return [`${type}.${property} is null`];
          if (typeof v === "object") {
            const inside = faultsOf(v);
            if (inside.length || !v["@type"]) return inside;
            return range.some((r) => isA(v["@type"], r)) ? [] : [`${type}.${property} takes ${range.join(", ")}, not ${v["@type"]}`];
          }
          const fits =
            typeof v === "boolean" ? range.includes("Boolean") : typeof v === "number" ? range.some((r) => ["Number", "Integer", "Float"].includes(r)) : range.some((r) => TEXTS.includes(r));
          return fits ? [] : [`${type}.${property} takes ${range.join(", ")}, not ${JSON.stringify(v)}`];
        });
      });
  }
  return { faultsOf };
}
