import type { Configuration, Level } from "./configuration";
import { guardIds } from "./evaluate";

/** What of the engine's `ConfigureAnalyzerRequest` is used; its accessors are generated and not typed. */
export interface ConfigureRequest {
  getPolicyconfigMap(): {
    entries(): IterableIterator<[string, PolicyConfig]>;
    del(name: string): void;
  };
}

interface PolicyConfig {
  getEnforcementlevel(): number;
  getProperties(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** Levels by their number in the protocol. A rule that can mend nothing is mandatory where it is told to. */
const levels: readonly Level[] = ["advisory", "mandatory", "disabled", "mandatory"];

/**
 * The configuration that the engine sends: every policy of the pack with its level, and what else was named. The
 * guards are taken out of the request, so that they keep their levels whatever is configured.
 */
export function configurationOf(request: ConfigureRequest): Configuration {
  const map = request.getPolicyconfigMap();
  const configuration = Object.fromEntries(
    [...map.entries()].map(([id, config]) => [
      id,
      { level: levels[config.getEnforcementlevel()], parameters: config.getProperties()?.toJavaScript() },
    ]),
  );
  for (const id of guardIds) map.del(id);
  return configuration;
}
