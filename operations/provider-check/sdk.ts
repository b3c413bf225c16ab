import * as fs from "node:fs";
import * as path from "node:path";

const sdk = path.dirname(require.resolve("@pulumi/aws/package.json"));
const texts = new Map<string, string>();

/**
 * Whether @pulumi/aws, which is built on a newer provider than the one on this machine may be, requires a property.
 *
 * @param property Path in Pulumi's names, such as `rules[0].filter.prefix`
 * @returns undefined when the SDK has no such property
 */
export function sdkRequires(token: string, property: string): boolean | undefined {
  return sdkProperty(token, property)?.required;
}

/** How @pulumi/aws declares a property: whether it is required, and its TypeScript type. */
export function sdkProperty(token: string, property: string): { required: boolean; type: string } | undefined {
  const [, file = "", name = ""] = token.split(":");
  let declaration = interfaceOf(path.join(sdk, `${file}.d.ts`), `export interface ${name}Args {`, "\n}");
  let declared: { required: boolean; type: string } | undefined;
  for (const step of property.replace(/\[[^\]]*\]/g, "").split(".")) {
    const found = new RegExp(`^\\s+${step}(\\??): (.*);$`, "m").exec(declaration);
    if (!found) return undefined;
    declared = { required: found[1] === "", type: found[2] ?? "" };
    const [, namespace, inner] = /\binputs\.(\w+)\.(\w+)/.exec(declared.type) ?? [];
    declaration = inner ? inputInterface(namespace ?? "", inner) : "";
  }
  return declared;
}

function inputInterface(namespace: string, name: string): string {
  const file = path.join(sdk, "types", "input.d.ts");
  const after = read(file).indexOf(`export declare namespace ${namespace} {`);
  return interfaceOf(file, `\n    interface ${name} {`, "\n    }", Math.max(0, after));
}

function interfaceOf(file: string, head: string, end: string, from = 0): string {
  const text = read(file);
  const start = text.indexOf(head, from);
  return start < 0 ? "" : text.slice(start + head.length, text.indexOf(end, start));
}

function read(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    texts.set(file, text);
  }
  return text;
}
