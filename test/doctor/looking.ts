import assert from "node:assert/strict";
import type { Area } from "../../operations/doctor/areas";
import { Aws } from "../../operations/aws";
import { checksOf, type Line, run } from "../../operations/doctor/run";
import type { World } from "../../operations/doctor/world";
import type { Deployed } from "../emulator/deployed";

/**
 * Looks at an emulated environment from this process, as `./prism doctor` would from one of its own: starting one for each
 * fault would take minutes.
 */
export class Looking {
  readonly #before: NodeJS.ProcessEnv = { ...process.env };

  constructor(readonly deployed: Deployed) {
    Object.assign(process.env, deployed.variables(), {
      // Roots beside Node's own are read when a process starts, so this one cannot come to trust the edge's.
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    });
  }

  /** Restores this process's variables. */
  end(): void {
    for (const name of Object.keys(process.env)) if (!(name in this.#before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, this.#before);
  }

  /** The environment as a verb that begins now sees it. */
  async with<T>(use: (world: World) => Promise<T>): Promise<T> {
    const aws = new Aws();
    const { environment, outputs, checkpoint } = this.deployed;
    try {
      return await use({ environment, outputs, deployment: checkpoint.deployment, aws, now: new Date() });
    } finally {
      aws.close();
    }
  }

  /** Runs the checks of an area, or those of these names. */
  look(area: Area, ...names: string[]): Promise<Line[]> {
    return this.with(async (world) => {
      const checks = (await checksOf(world, [area])).filter(
        ({ check }) => names.length === 0 || names.includes(check.name),
      );
      assert.ok(checks.length >= Math.max(1, names.length), `${area} ${names.join(", ")}`);
      return Promise.all(checks.map(({ check }) => run(world, area, check)));
    });
  }

  /** Runs one check. */
  async one(area: Area, name: string): Promise<Line> {
    const [line] = await this.look(area, name);
    return line!;
  }
}
