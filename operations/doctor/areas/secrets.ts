import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Check, type Finding, ok, wrong } from "../finding";
import { DAY, duration, type World } from "../world";

/** How old a secret may be that people rotate. */
const ROTATED_WITHIN = 365 * DAY;

const PAGES: Readonly<Record<string, string>> = {
  database: "rotate-database-password.md",
  redis: "rotate-redis-password.md",
  "operator-token": "rotate-operator-token.md",
};

/** The secrets: there, and changed lately. Their values are not read. */
export function secrets({ environment, outputs, aws, now }: World): Check[] {
  const { regions, database, redis, application } = outputs;
  const client = aws.client(SecretsManagerClient, regions.home);
  const arns = {
    database: database.secretArn,
    redis: redis.secretArn,
    "operator-token": application.operatorTokenSecretArn,
  };
  return Object.entries(arns).map(([name, arn]) => ({
    name,
    subject: arn.split(":secret:")[1] ?? arn,
    runbook: PAGES[name],
    look: async (): Promise<Finding> => {
      const secret = await client.send(new DescribeSecretCommand({ SecretId: arn }));
      if (secret.DeletedDate) {
        return wrong(
          "is marked for deletion",
          `aws secretsmanager restore-secret --region ${regions.home} --secret-id ${arn}`,
          { since: secret.DeletedDate },
        );
      }
      const changed = secret.LastRotatedDate ?? secret.LastChangedDate ?? secret.CreatedDate;
      const age = changed ? now.getTime() - changed.getTime() : Infinity;
      if (name === "database") {
        const every = secret.RotationRules?.AutomaticallyAfterDays;
        if (!secret.RotationEnabled) return wrong("is not rotated any more", `./prism up ${environment}`);
        const due = secret.NextRotationDate;
        if (due && now.getTime() - due.getTime() > DAY) {
          return wrong(`should have been rotated ${duration(now.getTime() - due.getTime())} ago`, rotateNow(arn), {
            since: due,
          });
        }
        if (every && age > (every + 1) * DAY) {
          return wrong(`was rotated ${duration(age)} ago, and should be every ${every} days`, rotateNow(arn), {
            since: changed,
          });
        }
        return ok(`rotated ${duration(age)} ago, every ${every ?? "few"} days`, changed);
      }
      if (age <= ROTATED_WITHIN) return ok(`changed ${duration(age)} ago`, changed);
      return wrong(`was last changed ${duration(age)} ago; a year is the limit`, "rotate it, as its page says", {
        since: changed,
      });
    },
  }));
}

function rotateNow(arn: string): string {
  return `aws secretsmanager rotate-secret --secret-id '${arn}'`;
}
