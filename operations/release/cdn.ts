import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetDistributionConfigCommand,
  GetInvalidationCommand,
} from "@aws-sdk/client-cloudfront";
import { MANAGED_CACHE_POLICIES } from "../../catalog/cloudfront";
import type { Aws } from "../aws";

/** What `/health` answered through the CDN. */
export interface HealthAnswer {
  /** HTTP's status; 0 when there was no answer. */
  code: number;
  /** `ok` or `failing`, or why there was no answer. */
  status: string;
  /** The version that answered; missing where the application does not say it. */
  version?: string;
}

/** The distribution in front of the environment. */
export class Cdn {
  readonly #client: CloudFrontClient;

  constructor(
    aws: Aws,
    edgeRegion: string,
    private readonly distributionId: string,
    private readonly url: string,
  ) {
    this.#client = aws.client(CloudFrontClient, edgeRegion);
  }

  /** Path patterns whose answers the distribution may keep. */
  async cachedPaths(): Promise<string[]> {
    const command = new GetDistributionConfigCommand({ Id: this.distributionId });
    const { DistributionConfig: config } = await this.#client.send(command);
    const behaviors = [
      ...(config?.CacheBehaviors?.Items ?? []).map((behavior) => ({ ...behavior, path: behavior.PathPattern ?? "" })),
      { ...config?.DefaultCacheBehavior, path: "*" },
    ];
    const paths = behaviors
      .filter(({ CachePolicyId: policy }) => policy !== MANAGED_CACHE_POLICIES.cachingDisabled)
      .map(({ path }) => (path.startsWith("/") ? path : `/${path}`));
    return paths.includes("/*") ? ["/*"] : paths;
  }

  /**
   * Has the distribution forget what it keeps of these paths.
   *
   * @param reference The same reference twice is the same invalidation.
   * @returns the invalidation's id
   */
  async invalidate(paths: string[], reference: string): Promise<string> {
    const command = new CreateInvalidationCommand({
      DistributionId: this.distributionId,
      InvalidationBatch: { CallerReference: reference, Paths: { Quantity: paths.length, Items: paths } },
    });
    const { Invalidation: made } = await this.#client.send(command);
    return made?.Id ?? "";
  }

  /** True once every edge has forgotten. */
  async invalidated(id: string): Promise<boolean> {
    const command = new GetInvalidationCommand({ DistributionId: this.distributionId, Id: id });
    const { Invalidation: found } = await this.#client.send(command);
    return found?.Status === "Completed";
  }

  /** Asks the application whether it is well, as everybody reaches it. */
  async health(): Promise<HealthAnswer> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(20_000) });
    } catch (error) {
      const { message, cause } = error as Error;
      return { code: 0, status: cause instanceof Error ? cause.message : message };
    }
    const body: unknown = await response.json().catch(() => undefined);
    const { status, version } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    return {
      code: response.status,
      status: typeof status === "string" ? status : "no answer of /health's form",
      ...(typeof version === "string" ? { version } : {}),
    };
  }
}
