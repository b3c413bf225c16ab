import { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { TRAIL_NAME } from "../../../catalog/account";
import { type Check, ok, wrong } from "../finding";
import { DAY, duration, type World } from "../world";

/** The account's audit trail: recording everywhere, and delivering what it records. */
export function audit({ outputs, aws, now }: World): Check[] {
  const { home } = outputs.regions;
  const client = aws.client(CloudTrailClient, home);
  const remedy = "./prism up of the account's program (--program account) puts it back; docs/account.md";
  return [
    {
      name: "trail",
      subject: TRAIL_NAME,
      look: async () => {
        const { trailList = [] } = await client.send(new DescribeTrailsCommand({ trailNameList: [TRAIL_NAME] }));
        const [trail] = trailList;
        if (!trail) return wrong("does not exist: nobody records who does what in this account", remedy);
        const faults = [
          ...(trail.IsMultiRegionTrail ? [] : ["records its own region only"]),
          ...(trail.LogFileValidationEnabled ? [] : ["its files can be changed unnoticed"]),
          ...(trail.KmsKeyId ? [] : ["its files are not encrypted with the account's key"]),
        ];
        const status = await client.send(new GetTrailStatusCommand({ Name: trail.TrailARN ?? TRAIL_NAME }));
        if (!status.IsLogging) {
          return wrong(
            "is switched off: nobody records who does what in this account",
            `find out who stopped it, then: aws cloudtrail start-logging --region ${home} --name ${TRAIL_NAME}`,
            { since: status.StopLoggingTime },
          );
        }
        if (status.LatestDeliveryError) {
          return wrong(
            `cannot deliver its files: ${status.LatestDeliveryError}`,
            `the bucket's policy or the key: ${remedy}`,
            { since: status.LatestDeliveryAttemptTime ? new Date(status.LatestDeliveryAttemptTime) : undefined },
          );
        }
        if (faults.length > 0) return wrong(faults.join("; "), remedy);
        const delivered = status.LatestDeliveryTime;
        if (!delivered) return ok("records, and has delivered nothing yet", status.StartLoggingTime);
        const age = now.getTime() - delivered.getTime();
        if (age > DAY) {
          return wrong(`has delivered nothing for ${duration(age)}`, `the bucket's policy or the key: ${remedy}`, {
            since: delivered,
          });
        }
        return ok(`records in every region, delivered ${duration(age)} ago`, status.StartLoggingTime);
      },
    },
  ];
}
