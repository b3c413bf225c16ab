import { bucketTypes } from "./buckets";
import { read } from "./read";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

/** An S3 origin of a distribution. */
export interface S3Origin {
  path: string;
  /** The buckets of this stack that it may be; empty where it is none of them. */
  buckets: Resource[];
}

/**
 * The origins of a distribution that are S3 buckets. What is served as a website or by anything else is a custom
 * origin.
 */
export function s3Origins(stack: StackIndex, distribution: Resource): S3Origin[] {
  return distribution.list("origins").flatMap((origin, index) => {
    const other = ["customOriginConfig", "vpcOriginConfig"].some((field) => read(origin, field).state !== "absent");
    if (other) return [];
    const path = `origins.${index}`;
    const domain = read(origin, "domainName");
    const named = domain.state === "known" && /\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com$/.test(String(domain.value));
    const { resources } = stack.target(distribution, "origins", bucketTypes, `${path}.domainName`);
    return named || resources.length > 0 ? [{ path, buckets: resources }] : [];
  });
}
