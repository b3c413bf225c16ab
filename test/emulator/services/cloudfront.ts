import type * as cloudfront from "@aws-sdk/client-cloudfront";
import type { Cdn } from "../cdn";
import { type Call, type Service, AwsError } from "../service";

/** CloudFront: the emulator's, whose distribution is served by the world's edge under the edge's own name. */
export class CloudFront implements Service {
  readonly name = "cloudfront";
  /** Whether a change of the distribution is still on its way to the edges. */
  inProgress = false;

  constructor(private readonly cdn: Cdn) {}

  readonly answers = {
    CreateDistribution: async (
      call: Call<cloudfront.CreateDistributionRequest>,
    ): Promise<cloudfront.CreateDistributionResult> => {
      if (this.cdn.distributionId !== undefined) {
        throw new AwsError("TooManyDistributions", "The edge of the emulated world serves one distribution.");
      }
      const answer = await call.forward<cloudfront.CreateDistributionResult>();
      this.cdn.distributionId = answer.Distribution!.Id;
      return { ...answer, Distribution: this.named(answer.Distribution!) };
    },

    GetDistribution: async (
      call: Call<cloudfront.GetDistributionRequest>,
    ): Promise<cloudfront.GetDistributionResult> => {
      const answer = await call.forward<cloudfront.GetDistributionResult>();
      return { ...answer, Distribution: this.named(answer.Distribution!) };
    },

    UpdateDistribution: async (
      call: Call<cloudfront.UpdateDistributionRequest>,
    ): Promise<cloudfront.UpdateDistributionResult> => {
      const answer = await call.forward<cloudfront.UpdateDistributionResult>();
      return { ...answer, Distribution: this.named(answer.Distribution!) };
    },

    CreateInvalidation: async (
      call: Call<cloudfront.CreateInvalidationRequest>,
    ): Promise<cloudfront.CreateInvalidationResult> => {
      const answer = await call.forward<cloudfront.CreateInvalidationResult>();
      this.cdn.forget(call.input.InvalidationBatch!.Paths!.Items ?? []);
      return answer;
    },
  };

  private named(distribution: cloudfront.Distribution): cloudfront.Distribution {
    return {
      ...distribution,
      DomainName: this.cdn.host,
      Status: this.inProgress ? "InProgress" : distribution.Status,
    };
  }
}
