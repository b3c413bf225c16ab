import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type { Call, Service } from "../service";

/** What a trail last delivered to its bucket. */
export interface Delivery {
  /** A few minutes ago unless a test says otherwise. */
  latest?: Date;
  /** Why the last one failed, such as `AccessDenied`. */
  error?: string;
}

/** CloudTrail: the emulator's, which delivers nothing; the front says what would have been delivered. */
export class CloudTrail implements Service {
  readonly name = "cloudtrail";
  private readonly deliveries = new Map<string, Delivery>();

  /** What a trail delivers, by its name. */
  delivery(name: string): Delivery {
    const delivery = this.deliveries.get(name) ?? {};
    this.deliveries.set(name, delivery);
    return delivery;
  }

  readonly answers = {
    GetTrailStatus: async (
      call: Call<cloudtrail.GetTrailStatusRequest>,
    ): Promise<cloudtrail.GetTrailStatusResponse> => {
      const status = await call.forward<cloudtrail.GetTrailStatusResponse>();
      const { latest, error } = this.delivery(call.input.Name!.split("/").at(-1)!);
      return {
        ...status,
        LatestDeliveryTime: latest ?? (status.IsLogging ? new Date(Date.now() - 4 * 60_000) : status.StopLoggingTime),
        LatestDeliveryError: error,
      };
    },
  };
}
