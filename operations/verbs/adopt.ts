import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { stringify } from "yaml";
import type * as Rehearsal from "../../rehearsal";
import { missingIn, moveAlias, putHandMade, removeHandMade } from "../adopt/hand-made";
import { InventoryError, readInventory, type Inventory } from "../adopt/inventory";
import { planAdoption, type Plan, type RawConfig, type Stage } from "../adopt/plan";
import { formatAdoption, obstacleLines, type AdoptionReport, type Imported } from "../adopt/report";
import { inventoryTemplate } from "../adopt/template";
import { UsageError, exitCode, systemCode } from "../errors";
import { Progress, plural, printJson } from "../output";
import { root } from "../paths";
import { policyPackDirectory } from "../policy-pack";
import { DEFAULT_ENVIRONMENT, isMapping, loadProgram } from "../program";
import { lossIn } from "../rehearse/data-loss";
import { type Failure, exitCodeOf } from "../rehearse/report";
import { type Deployable, type Run, deployable, runTask } from "../rehearse/run";
import { readState } from "../rehearse/state";
import { formatFailure } from "../rehearse/summary";
import { lockWorkspace, removeAllButLock, workspaceOf, type Workspace } from "../rehearse/workspace";
import { jsonOption } from "./options";

interface Options {
  env: string;
  inventory?: string;
  template: boolean;
  json: boolean;
  world?: string;
  "policy-pack": string;
}

/** Works out and rehearses how an environment takes over a deployment that was made by hand. */
export const adopt: CommandModule<unknown, Options> = {
  command: "adopt [env]",
  describe: "Take over what was made by hand: what is imported, what is built beside it, rehearsed from an inventory",
  builder: (yargs) =>
    yargs
      .positional("env", {
        type: "string",
        default: DEFAULT_ENVIRONMENT,
        describe: "Environment: a stack file Pulumi.ENV.yaml",
      })
      .option("inventory", {
        type: "string",
        requiresArg: true,
        defaultDescription: "adopt.ENV.yaml",
        describe: "The ids of what exists",
      })
      .option("template", {
        type: "boolean",
        default: false,
        describe: "Write an inventory to fill in, where there is none yet",
      })
      .option("json", jsonOption)
      .option("world", {
        type: "string",
        requiresArg: true,
        defaultDescription: "made from the inventory",
        describe: "A rehearsal's world file with what exists, to rehearse against",
      })
      .option("policy-pack", {
        type: "string",
        requiresArg: true,
        default: policyPackDirectory,
        defaultDescription: "policies",
        describe: "Folder of the policy pack",
      })
      .example("$0 adopt production --template", "write adopt.production.yaml, with comments")
      .example("$0 adopt production", "what would be imported, and how it goes"),
  handler: async (options) => {
    const target = deployable(loadProgram(), options.env);
    const file = path.resolve(options.inventory ?? path.join(root, `adopt.${options.env}.yaml`));
    const shown = options.inventory ?? `adopt.${options.env}.yaml`;
    if (options.template) {
      writeTemplate(file, shown, options, target);
      return;
    }
    const inventory = readInventory(file, shown, `./prism adopt ${options.env} --template`);
    const plan = planAdoption(options.env, target.config, rawConfigOf(target), inventory);
    const world = readWorld(options.world, target);
    const missing = options.world === undefined ? [] : missingIn(world, inventory);
    const faults = [...plan.faults, ...missing];
    if (faults.length > 0) throw new InventoryError(shown, faults);
    // Once in memory, before the rehearsal that lies there gives way to another.
    if (options.world === undefined) putHandMade(world, inventory);
    await rehearseAdoption(options, shown, target, inventory, plan);
  },
};

function writeTemplate(file: string, shown: string, { env, json }: Options, { account }: Deployable): void {
  try {
    fs.writeFileSync(file, inventoryTemplate(env, account.accountId, account.region), { flag: "wx" });
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") throw new UsageError(`${shown} exists already, and is never overwritten`);
    throw new UsageError(`${shown} cannot be written: ${code ?? String(error)}`);
  }
  if (json) printJson({ verb: "adopt", environment: env, ok: true, exitCode: exitCode.fine, written: file });
  else process.stdout.write(`${shown} is written: replace its example ids, then ./prism adopt ${env}\n`);
}

/**
 * The world that was given; an empty one, in memory, when none was.
 *
 * @throws UsageError when there is no such file, or it is no world of this account
 */
function readWorld(file: string | undefined, { account }: Deployable): Rehearsal.World {
  const { World, WorldFileError } = require("../../rehearsal") as typeof Rehearsal;
  if (file === undefined) return World.load(path.join(root, "no-such-world"), account);
  if (!fs.existsSync(file)) throw new UsageError(`--world ${file}: does not exist`);
  try {
    return World.load(file, account);
  } catch (error) {
    if (error instanceof WorldFileError) throw new UsageError(`--world ${error.message.replace(/; start over.*/, "")}`);
    throw error;
  }
}

/** What the engine would hand the program for a stack file: defaults of the project file below it, structures as JSON. */
function rawConfigOf({ program }: Deployable): RawConfig {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  const defaults = Object.entries(program.schema).flatMap(([key, declared]) =>
    isMapping(declared) && declared.default !== undefined
      ? [[key.includes(":") ? key : `${program.project}:${key}`, declared.default] as const]
      : [],
  );
  return (config) =>
    Object.fromEntries(
      Object.entries({ ...Object.fromEntries(defaults), ...config }).map(([key, value]) => [key, text(value)]),
    );
}

async function rehearseAdoption(
  options: Options,
  inventoryFile: string,
  target: Deployable,
  inventory: Inventory,
  plan: Plan,
): Promise<void> {
  const started = Date.now();
  const progress = new Progress();
  const workspace = workspaceOf(target.program, options.env, "adoptions");
  const report: AdoptionReport = {
    verb: "adopt",
    program: target.program.project,
    environment: options.env,
    inventory: inventoryFile,
    ok: false,
    exitCode: exitCode.failed,
    obstacles: plan.obstacles,
    retired: plan.retired,
    stages: [],
    policies: { passed: [], broken: [], deferred: {}, judgedDuringUp: 0 },
    notes: [],
    location: { directory: workspace.directory, state: workspace.stateFile, world: workspace.worldFile },
    seconds: 0,
  };
  if (plan.obstacles.length > 0) {
    const count = plan.obstacles.length === 1 ? "1 thing has" : `${plan.obstacles.length} things have`;
    report.failure = {
      kind: "refused",
      message: `${count} to be put right before anything is imported; nothing was started`,
      details: obstacleLines(plan.obstacles).map((line) => line.slice(2)),
    };
  } else {
    const lock = lockWorkspace(workspace, options.env);
    try {
      const given = options.world === undefined ? undefined : fs.readFileSync(options.world);
      removeAllButLock(workspace);
      if (given) fs.writeFileSync(workspace.worldFile, given);
      for (const [index, stage] of plan.stages.entries()) {
        progress.line(`Deployment ${index + 1} of ${plan.stages.length}: ${stage.title}`);
        changeWorld(workspace, target, (world) => {
          if (stage.name === "import" && options.world === undefined) putHandMade(world, inventory);
          if (stage.name === "move") moveAlias(world);
          if (stage.name === "retire") removeHandMade(world, inventory);
        });
        report.failure = await rehearseStage(stage, { options, target, workspace, progress }, report);
        if (report.failure) break;
      }
    } finally {
      lock.release();
      progress.end();
    }
  }
  report.ok = !report.failure;
  report.exitCode = exitCodeOf(report.failure);
  report.seconds = (Date.now() - started) / 1000;
  process.exitCode = report.exitCode;
  if (options.json) printJson(report);
  if (report.failure) process.stderr.write(formatFailure(report));
  if (!options.json && report.stages.length > 0) process.stdout.write(formatAdoption(report));
}

/** Does in the stand-in's world what an operator does by hand before a deployment. */
function changeWorld(
  { worldFile }: Workspace,
  { account }: Deployable,
  change: (world: Rehearsal.World) => void,
): void {
  const { World } = require("../../rehearsal") as typeof Rehearsal;
  const world = World.load(worldFile, account);
  change(world);
  world.save();
}

async function rehearseStage(stage: Stage, run: Run, report: AdoptionReport): Promise<Failure | undefined> {
  const { options, workspace } = run;
  const target = { ...run.target, config: stage.config };
  const findings = await runTask({ task: "rehearse" }, { ...run, target });
  report.notes.push(...findings.notes);
  report.policies = findings.policies;
  const imported = importedIn(workspace, findings.changes.created);
  report.stages.push({
    name: stage.name,
    title: stage.title,
    config: stage.changed,
    file: writeConfig(workspace, options.env, stage),
    imported,
    changes: findings.changes,
    passes: findings.passes,
  });
  return findings.failure ?? unexpected(stage, report);
}

/** The resources among the created ones that were there already, with what they were imported by. */
function importedIn(
  { stateFile }: Workspace,
  created: { urn: string; resource: string; imported?: boolean }[],
): Imported[] {
  const ids = new Map(
    (readState(stateFile)?.deployment.resources ?? []).map(({ urn, id, importID }) => [urn, importID ?? id ?? ""]),
  );
  return created.flatMap(({ urn, resource, imported }) =>
    imported ? [{ urn, resource, id: ids.get(urn) ?? "" }] : [],
  );
}

/** The stack file's keys of a stage, for people to copy. */
function writeConfig(workspace: Workspace, environment: string, stage: Stage): string {
  const file = path.join(workspace.directory, `Pulumi.${environment}.${stage.name}.yaml`);
  fs.writeFileSync(file, stringify({ config: stage.changed }));
  return file;
}

/** What a stage did that an adoption must not do. */
function unexpected(stage: Stage, { stages }: AdoptionReport): Failure | undefined {
  const imported = new Set(stages.flatMap((done) => done.imported.map(({ id }) => id)));
  const missing = stage.imports.filter(({ id }) => !imported.has(id));
  if (missing.length > 0) {
    return {
      kind: "refused",
      message: `${plural(missing.length, "resource")} of the inventory would not be imported`,
      details: missing.map(({ type, id }) => `${type} ${id}: the program has no resource of this name`),
    };
  }
  const { changes } = stages.at(-1)!;
  const loss = lossIn(changes, { protected: [], allowed: [] });
  if (loss || stage.name !== "import") return loss;
  const gone = [...changes.replaced, ...changes.deleted];
  if (gone.length === 0) return undefined;
  return {
    kind: "refused",
    message: "the first deployment has to leave everything that exists in place",
    details: gone.map(
      ({ resource, properties }) => `${resource} would be replaced or deleted ${properties.join(", ")}`,
    ),
  };
}
