import type { Region } from "./regions";

/** A Claude model on Bedrock, as far as calling it goes. Source: Bedrock model cards and lifecycle page, October 2026. */
export interface ModelFacts {
  /** Inference profile geographies that exist for it, e.g. `eu` for `eu.anthropic.…`. */
  readonly geographies: readonly Geography[];
  /** Regions in which the bare model id can be called without a profile. */
  readonly inRegion: readonly Region[];
  /** Day from which AWS no longer serves it, as yyyy-mm-dd; absent while no day is announced. */
  readonly endOfLife?: string;
}

export type Geography = "eu" | "us" | "global";

/** Models by Bedrock's id without a geography. */
export const MODELS: Readonly<Record<string, ModelFacts>> = {
  "anthropic.claude-sonnet-5-5": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-haiku-5-5": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-sonnet-5": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-sonnet-4-6": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-sonnet-4-5-20250929-v1:0": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-haiku-4-5-20251001-v1:0": { geographies: ["eu", "us", "global"], inRegion: [] },
  "anthropic.claude-sonnet-4-20250514-v1:0": {
    geographies: ["eu", "us", "global"],
    inRegion: [],
    endOfLife: "2026-10-14",
  },
  "anthropic.claude-3-7-sonnet-20250219-v1:0": { geographies: ["eu", "us"], inRegion: [], endOfLife: "2026-04-28" },
  "anthropic.claude-3-5-sonnet-20240620-v1:0": { geographies: ["us"], inRegion: [], endOfLife: "2026-03-01" },
  "anthropic.claude-3-5-sonnet-20241022-v2:0": { geographies: ["us"], inRegion: [], endOfLife: "2026-03-01" },
  "anthropic.claude-3-sonnet-20240229-v1:0": { geographies: ["us"], inRegion: [], endOfLife: "2026-03-01" },
};

/** Regions that a geography's profiles can be called from, and those a call may then run in. */
export const GEOGRAPHIES: Readonly<Record<Geography, { sources: readonly string[]; destinations: readonly string[] }>> =
  {
    eu: {
      sources: ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"],
      destinations: ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"],
    },
    us: {
      sources: ["us-east-1", "us-east-2", "us-west-2"],
      destinations: ["us-east-1", "us-east-2", "us-west-2"],
    },
    // A global profile may run anywhere, so a grant for it names no region.
    global: { sources: ["*"], destinations: [] },
  };

/** A model id taken apart: `eu.anthropic.claude-sonnet-4-6` is model `anthropic.claude-sonnet-4-6` through geography `eu`. */
export interface ModelReference {
  readonly model: string;
  /** Absent when the bare model is called in its region. */
  readonly geography?: string;
}

/** Splits a model id or inference profile id as the Bedrock API takes it. */
export function parseModelId(id: string): ModelReference {
  const match = /^(?:([a-z]+)\.)?(anthropic\..+)$/.exec(id);
  if (!match?.[2]) return { model: id };
  return match[1] === undefined ? { model: match[2] } : { model: match[2], geography: match[1] };
}

/**
 * Why a model id cannot be called from a region, or undefined when it can.
 *
 * @param today yyyy-mm-dd; models past their end of life on that day are refused.
 */
export function whyNotCallable(
  id: string,
  region: string,
  options: { allowGlobal: boolean; today: string },
): string | undefined {
  const { model, geography } = parseModelId(id);
  const facts = MODELS[model];
  if (!facts) {
    const near = Object.keys(MODELS).filter(
      (known) => family(known) === family(model) && !isRetired(known, options.today),
    );
    return `Bedrock has no model ${model}` + (near.length > 0 ? `; there is ${near.join(", ")}` : "");
  }
  if (isRetired(model, options.today)) return `${model} reached its end of life on ${facts.endOfLife}`;
  if (geography === undefined) {
    return (facts.inRegion as readonly string[]).includes(region)
      ? undefined
      : `${model} cannot be called in ${region} without an inference profile; callable from here: ${callableFrom(model, region).join(", ") || "nothing"}`;
  }
  if (!(facts.geographies as readonly string[]).includes(geography)) {
    return `there is no ${geography}. profile for ${model}; there is ${facts.geographies.map((g) => `${g}.`).join(", ")}`;
  }
  if (geography === "global") {
    return options.allowGlobal
      ? undefined
      : "a global. profile may run outside the EU; set models.allowGlobalInference to true to accept that";
  }
  const { sources } = GEOGRAPHIES[geography as Geography];
  if (sources.includes(region)) return undefined;
  return `${geography}. profiles cannot be called from ${region}; callable from here: ${callableFrom(model, region).join(", ") || "nothing"}`;
}

function isRetired(model: string, today: string): boolean {
  const endOfLife = MODELS[model]?.endOfLife;
  return endOfLife !== undefined && endOfLife <= today;
}

/** `sonnet`, `haiku`, …: what somebody meant who mistyped the rest. */
function family(model: string): string | undefined {
  return /claude.*?(sonnet|haiku|opus)/.exec(model)?.[1];
}

function callableFrom(model: string, region: string): string[] {
  return (MODELS[model]?.geographies ?? [])
    .filter((geography) => GEOGRAPHIES[geography].sources.some((source) => source === region || source === "*"))
    .map((geography) => `${geography}.${model}`);
}
