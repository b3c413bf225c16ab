import type * as secrets from "@aws-sdk/client-secrets-manager";
import type { Call, Service } from "../service";

/** What time has done to a secret. */
export interface SecretDates {
  created?: Date;
  changed?: Date;
  rotated?: Date;
}

/** Secrets Manager: the emulator's, with the dates and the owner of what is rotated. */
export class SecretsManager implements Service {
  readonly name = "secretsmanager";
  private readonly dates = new Map<string, SecretDates>();

  /** The dates of a secret, for a test to set back; what is not set is as the emulator has it. */
  datesOf(arn: string): SecretDates {
    const dates = this.dates.get(arn) ?? {};
    this.dates.set(arn, dates);
    return dates;
  }

  readonly answers = {
    DescribeSecret: async (call: Call<secrets.DescribeSecretRequest>): Promise<secrets.DescribeSecretResponse> => {
      const secret = await call.forward<secrets.DescribeSecretResponse>();
      const dates = this.datesOf(secret.ARN!);
      const changed = dates.changed ?? secret.LastChangedDate;
      const days = secret.RotationRules?.AutomaticallyAfterDays;
      return {
        ...secret,
        CreatedDate: dates.created ?? secret.CreatedDate,
        LastChangedDate: changed,
        LastRotatedDate: dates.rotated,
        NextRotationDate:
          secret.RotationEnabled && days !== undefined
            ? new Date((dates.rotated ?? dates.created ?? secret.CreatedDate!).getTime() + days * 86_400_000)
            : undefined,
        OwningService: secret.Name!.includes("!") ? secret.Name!.split("!")[0] : undefined,
      };
    },

    RotateSecret: async (call: Call<secrets.RotateSecretRequest>): Promise<secrets.RotateSecretResponse> => {
      const answer = await call.forward<secrets.RotateSecretResponse>();
      if (call.input.RotateImmediately !== false) this.datesOf(answer.ARN!).rotated = new Date();
      return answer;
    },
  };
}
