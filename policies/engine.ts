import type { Configuration, Level } from "./configuration";
import { guardIds, type RunSettings } from "./evaluate";

/** What of the engine's messages is used; their accessors are generated and not typed. */
interface ConfigureRequest {
  getPolicyconfigMap(): {
    entries(): IterableIterator<[string, PolicyConfig]>;
    del(name: string): void;
  };
}

interface PolicyConfig {
  getEnforcementlevel(): number;
  getProperties(): { toJavaScript(): Record<string, unknown> } | undefined;
}

interface AnalyzeRequest {
  getUrn(): string;
  getType(): string;
  getProperties: () => unknown;
  getProvider: () => unknown;
}

interface AnalyzeResponse {
  getDiagnosticsList(): unknown[];
}

interface AnalyzeStackRequest {
  /** The same list at every call. */
  getResourcesList(): unknown[];
}

/** The part of the gRPC service's definition in which messages are taken apart. */
export interface AnalyzerService {
  configureStack: { requestDeserialize: (bytes: Uint8Array) => unknown };
  configure: { requestDeserialize: (bytes: Uint8Array) => ConfigureRequest };
  remediate: { requestDeserialize: (bytes: Uint8Array) => AnalyzeRequest };
  analyze: {
    requestDeserialize: (bytes: Uint8Array) => AnalyzeRequest;
    responseSerialize: (response: AnalyzeResponse) => Buffer;
  };
  analyzeStack: { requestDeserialize: (bytes: Uint8Array) => AnalyzeStackRequest };
}

/** Levels by their number in the protocol. A rule that can mend nothing is mandatory where it is told to. */
const levels: readonly Level[] = ["advisory", "mandatory", "disabled", "mandatory"];

/** What a pack knows of the engine beside what the SDK tells its policies. */
export class Engine {
  /** Of the run that is under way: another object, another run. */
  settings: Readonly<RunSettings> = {};
  readonly #requests = new Map<string, AnalyzeRequest>();
  #resources: unknown[] = [];
  /** Answers under way. The engine asks about one resource after the other, and another one need not. */
  #asked = 0;
  #answersByType = new Map<string, Buffer>();

  /** Whether one resource alone is asked about. */
  get asksAboutOne(): boolean {
    return this.#asked === 1;
  }

  /**
   * Listens to what the engine says. The SDK tells a policy its parameters and keeps its level, and what else was
   * configured, to itself; and it reads a resource, or all of a stack, anew for every policy.
   *
   * @param service The definition that the SDK serves. To be called before it does.
   */
  listen({ configureStack, configure, remediate, analyze, analyzeStack }: AnalyzerService): void {
    // The first that is said of a run. One server may see several, each with its own configuration.
    const readStackConfiguration = configureStack.requestDeserialize;
    configureStack.requestDeserialize = (bytes) => {
      this.#begin({ exemptions: this.settings.exemptions });
      return readStackConfiguration(bytes);
    };
    const readConfiguration = configure.requestDeserialize;
    configure.requestDeserialize = (bytes) => {
      const request = readConfiguration(bytes);
      this.#begin({ ...this.settings, configuration: configurationOf(request) });
      return request;
    };
    const readToRemediate = remediate.requestDeserialize;
    let nothing: AnalyzeRequest | undefined;
    // No rule remediates, and the SDK reads every property before it finds that out.
    remediate.requestDeserialize = (bytes) => (nothing ??= emptied(readToRemediate(bytes)));
    const readResource = analyze.requestDeserialize;
    let type = "";
    analyze.requestDeserialize = (bytes) => {
      const request = readResource(bytes);
      this.#requests.set(request.getUrn(), request);
      this.#asked++;
      type = request.getType();
      return request;
    };
    const writeAnswer = analyze.responseSerialize;
    // Most answers are lists of the rules that do not apply, which the type alone decides.
    analyze.responseSerialize = (response) => {
      const alike = this.asksAboutOne && response.getDiagnosticsList().length === 0;
      this.#asked--;
      const answer = (alike ? this.#answersByType.get(type) : undefined) ?? writeAnswer(response);
      if (alike) this.#answersByType.set(type, answer);
      return answer;
    };
    const readStack = analyzeStack.requestDeserialize;
    analyzeStack.requestDeserialize = (bytes) => {
      const request = readStack(bytes);
      this.#resources = request.getResourcesList();
      return request;
    };
  }

  #begin(settings: RunSettings): void {
    this.settings = settings;
    this.#answersByType.clear();
  }

  /** Lets go of a resource, so that the policies that come later read nothing of it. */
  releaseResource(urn: string): void {
    const request = this.#requests.get(urn);
    if (!request) return;
    this.#requests.delete(urn);
    emptied(request);
  }

  /** Lets go of the resources of the stack, so that the policies that come later find none to read. */
  releaseStack(): void {
    this.#resources.length = 0;
  }
}

/** Has a request answer that its resource has no properties. */
function emptied(request: AnalyzeRequest): AnalyzeRequest {
  request.getProperties = () => ({ toJavaScript: () => ({}) });
  request.getProvider = () => undefined;
  return request;
}

/**
 * The configuration that the engine sends: every policy of the pack with its level, and what else was named. The
 * guards are taken out of the request, so that they keep their levels whatever is configured.
 */
function configurationOf(request: ConfigureRequest): Configuration {
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
