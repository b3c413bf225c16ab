import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { unknownCheckingProxy } from "@pulumi/policy";
import type { JudgedResource } from "../../policies/evaluate";
import { terraformOf } from "./terraform";

/** What another scanner finds in each of several stacks: a text per finding, the same for the same finding. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  scan(stacks: readonly (readonly JudgedResource[])[]): Promise<Set<string>[]>;
}

/** checkov scans nothing below a folder whose name begins with a dot, unless it is told to, and says nothing of it. */
const scansHiddenFolders = { CKV_IGNORE_HIDDEN_DIRECTORIES: "False" };

/** checkov over the stacks as Terraform. Undefined where it is not installed. */
export function checkov(folder: string): Peer | undefined {
  const { status, stdout } = spawnSync("checkov", ["--version"], { encoding: "utf8" });
  if (status !== 0) return undefined;
  return {
    name: "checkov",
    version: stdout.trim(),
    scan(stacks) {
      fs.rmSync(folder, { recursive: true, force: true });
      for (const [index, stack] of stacks.entries()) {
        const own = path.join(folder, String(index));
        fs.mkdirSync(own, { recursive: true });
        const described = stack.map((one) => ({ ...one, outputs: { id: one.id, ...one.properties } }));
        fs.writeFileSync(path.join(own, "main.tf.json"), terraformOf(described));
      }
      const options = ["--framework", "terraform_json", "--output", "json", "--compact", "--quiet", "--soft-fail"];
      const result = spawnSync("checkov", ["--directory", folder, ...options, "--skip-download"], {
        encoding: "utf8",
        maxBuffer: 1 << 30,
        env: { ...process.env, ...scansHiddenFolders },
      });
      if (result.status !== 0) throw new Error(`checkov failed: ${result.stderr}`);
      const reports = JSON.parse(result.stdout) as CheckovReport | CheckovReport[];
      if ([reports].flat().some(({ results }) => !results)) throw new Error("checkov found nothing to scan");
      const found = stacks.map(() => new Set<string>());
      for (const { results } of [reports].flat()) {
        for (const { check_id: id, resource, file_path: file } of results?.failed_checks ?? []) {
          found[Number(file.split("/")[1])]!.add(`${id} ${resource.replace(/\.r\d+_/, ".")}`);
        }
      }
      return Promise.resolve(found);
    },
  };
}

interface CheckovReport {
  results?: { failed_checks: { check_id: string; resource: string; file_path: string }[] };
}

/** A policy of awsguard, as far as it is used. */
interface GuardPolicy {
  name: string;
  configSchema?: { properties: Record<string, { default?: unknown }> };
  validateResource?: Validation | Validation[];
  validateStack?: Validation;
}
type Validation = (args: object, report: (message: string, urn?: string) => void) => void | Promise<void>;

/** awsguard over the stacks, by its defaults, in this process. Undefined where `folder` does not hold it. */
export function awsguard(folder: string): Peer | undefined {
  const root = path.join(folder, "node_modules", "@pulumi", "awsguard");
  if (!fs.existsSync(root)) return undefined;
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  const modules = ["apiGateway", "compute", "database", "elasticsearch", "network", "security", "storage"];
  const policies = modules
    .flatMap((name) => Object.values(require(path.join(root, name)) as Record<string, Partial<GuardPolicy>>))
    .filter((one): one is GuardPolicy => Boolean(one?.name && (one.validateResource ?? one.validateStack)));
  return {
    name: "awsguard",
    version: version.replace(/^v/, ""),
    async scan(stacks) {
      const found: Set<string>[] = [];
      for (const stack of stacks) found.push(await guarded(policies, stack));
      return found;
    },
  };
}

async function guarded(policies: readonly GuardPolicy[], stack: readonly JudgedResource[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { name, configSchema, validateResource, validateStack } of policies) {
    const defaults = Object.entries(configSchema?.properties ?? {}).map(([key, { default: value }]) => [key, value]);
    const common = {
      getConfig: () => Object.fromEntries(defaults) as object,
      notApplicable: () => {
        throw new Error("not applicable");
      },
    };
    const resources = stack.map((one) => argsOf(one, common));
    const report = (urn: string) => (message: string) => void found.add(`${name} ${urn} ${message}`);
    // Some ask AWS about the account, and there is none.
    const attempt = async (call: () => void | Promise<void>) => {
      try {
        await call();
      } catch {
        return;
      }
    };
    for (const args of resources) {
      for (const validate of [validateResource ?? []].flat()) await attempt(() => validate(args, report(args.urn)));
    }
    if (validateStack) await attempt(() => validateStack({ ...common, resources }, report("stack")));
  }
  return found;
}

function argsOf({ type, name, urn, inputs, properties, protect }: JudgedResource, common: object) {
  const props = unknownCheckingProxy(inputs ?? properties) as object;
  const isType = (resource: { __pulumiType?: string }): boolean => resource.__pulumiType === type;
  return {
    ...common,
    type,
    name,
    urn,
    props,
    opts: { protect, aliases: [], ignoreChanges: [] },
    dependencies: [],
    propertyDependencies: {},
    isType,
    asType: (resource: { __pulumiType?: string }) => (isType(resource) ? props : undefined),
  };
}
