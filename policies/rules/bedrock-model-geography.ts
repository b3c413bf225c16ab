import { beanstalkTypes, optionSettings } from "../beanstalk";
import { identityDocuments, identityPolicyTypes, statements } from "../policy-document";
import type { Resource } from "../resource";
import type { ResourceRule } from "../rule";

/** The geography that a region's inference profiles carry in their ids. */
const geographies: readonly [RegExp, string][] = [
  [/^eu-/, "eu"],
  [/^us-gov-/, "us-gov"],
  [/^us-/, "us"],
  [/^ap-northeast-1$|^ap-northeast-3$/, "jp"],
  [/^ap-southeast-(2|4)$/, "au"],
  [/^ap-/, "apac"],
];

export const bedrockModelGeography: ResourceRule = {
  id: "bedrock-model-geography",
  title: "Models are called in the geography of their region",
  family: "data-safety",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: [...identityPolicyTypes, ...beanstalkTypes],
  controls: { wellArchitected: ["SEC07-BP01"] },
  remediation:
    "Take the profile of the region's own geography (eu. in Europe), or set allowGlobal where documents may leave it.",
  url: "https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html",
  parameters: {
    allowGlobal: {
      type: "boolean",
      description: "Whether global profiles, whose calls may run anywhere, are allowed.",
      default: false,
    },
  },
  check(resource, { fail, attempt, parameter }) {
    const judge = (place: string, text: string, region: string | undefined) => {
      for (const geography of profilesIn(text)) {
        if (geography === "global" && parameter<boolean>("allowGlobal")) continue;
        const own =
          region === undefined
            ? undefined
            : geographies.filter(([pattern]) => pattern.test(region)).map(([, name]) => name);
        if (geography === "global") fail(`${place} names a global profile, whose calls may run anywhere.`);
        else if (own && own.length > 0 && !own.includes(geography) && !(geography === "apac" && /^ap-/.test(region!))) {
          fail(`${place} names a profile of ${geography}, which ${region} cannot call.`);
        }
      }
    };
    if (beanstalkTypes.includes(resource.type as never)) {
      for (const setting of optionSettings(resource)) {
        attempt(() => judge(`Option ${setting.name}`, resource.text(setting.path) ?? "", resource.region));
      }
      return;
    }
    for (const { label, path } of identityDocuments(resource)) {
      attempt(() => {
        for (const statement of statements(resource, path) ?? []) {
          attempt(() => {
            if (!statement.allows) return;
            for (const arn of statement.resources) judge(`${label}, ${statement.sid}`, arn, regionOf(arn, resource));
          });
        }
      });
    }
  },
};

/** The geographies of the inference profiles that a text names. */
function profilesIn(text: string): Set<string> {
  const pattern =
    /(?<![\w.-])(global|eu|us-gov|us|apac|jp|au|ca)\.(?:anthropic|amazon|meta|mistral|cohere|deepseek|writer)\./g;
  return new Set([...text.matchAll(pattern)].map(([, geography]) => geography!));
}

function regionOf(arn: string, resource: Resource): string | undefined {
  const region = arn.split(":")[3];
  return region && region !== "*" ? region : resource.region;
}
