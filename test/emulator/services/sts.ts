import type * as sts from "@aws-sdk/client-sts";
import type { Call, Service } from "../service";

/** Who somebody is: the front knows the callers, the emulator does not. */
export class Sts implements Service {
  readonly name = "sts";

  readonly answers = {
    GetCallerIdentity: ({ principal }: Call): sts.GetCallerIdentityResponse => ({
      Account: principal.account,
      Arn: principal.arn,
      UserId: "AIDAEMULATEDWORLD000",
    }),
  };
}
