import { bucketTypes } from "../buckets";
import { need } from "../read";
import type { ResourceRule } from "../rule";

export const s3NoPublicAcl: ResourceRule = {
  id: "s3-no-public-acl",
  title: "No access control list opens a bucket or an object to everybody",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: [
    ...bucketTypes,
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
  ],
  controls: { fsbp: ["S3.2", "S3.3"], wellArchitected: ["SEC03-BP07"] },
  remediation:
    "Remove the ACL; with ownership BucketOwnerEnforced a bucket needs none. Serve public files through CloudFront.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  check(resource, { fail, attempt }) {
    attempt(() => {
      const acl = resource.text("acl");
      if (acl !== undefined && /^(public-|authenticated-read$)/.test(acl)) fail(`acl is "${acl}".`);
    });
    attempt(() => {
      for (const grant of [...resource.list("grants"), ...resource.list("accessControlPolicy.grants")]) {
        attempt(() => {
          // The inline form has the group's address on the grant, the resource of its own on the grantee.
          const group = String(need(grant, "grantee.uri") ?? need(grant, "uri") ?? "");
          if (/\/groups\/global\/(AllUsers|AuthenticatedUsers)$/.test(group)) {
            fail(`A grant gives access to ${group.slice(group.lastIndexOf("/") + 1)}.`);
          }
        });
      }
    });
  },
};
