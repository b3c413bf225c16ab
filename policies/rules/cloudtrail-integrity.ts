import { isFalse, isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const cloudtrailIntegrity: ResourceRule = {
  id: "cloudtrail-integrity",
  title: "The trail records every region and cannot be altered unnoticed",
  family: "observability",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudtrail/trail:Trail"],
  controls: { fsbp: ["CloudTrail.1", "CloudTrail.4"], cis: ["3.1", "3.2"], wellArchitected: ["SEC04-BP01"] },
  remediation:
    "Set isMultiRegionTrail and enableLogFileValidation to true, and leave enableLogging and includeGlobalServiceEvents alone.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
  check(trail, { fail, attempt }) {
    for (const field of ["isMultiRegionTrail", "enableLogFileValidation"]) {
      attempt(() => {
        if (!isTrue(trail.value(field))) fail(`${field} is not true.`);
      });
    }
    for (const field of ["enableLogging", "includeGlobalServiceEvents"]) {
      attempt(() => {
        if (isFalse(trail.value(field))) fail(`${field} is false.`);
      });
    }
  },
};
