import assert from "node:assert/strict";

import { diff } from "../../rehearsal/diff";
import { factsOf } from "../../rehearsal/facts";
import { type Properties, secret, UNKNOWN } from "../../rehearsal/values";

function difference(type: string, olds: Properties, news: Properties, autoNamed = false) {
  return diff(factsOf(type)!, olds, news, autoNamed);
}

const VPC = "aws:ec2/vpc:Vpc";
const DATABASE = "aws:rds/instance:Instance";
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";

describe("the difference of a resource", () => {
  it("is none where nothing changes, secrets and key order aside", () => {
    const { changes } = difference(
      VPC,
      { cidrBlock: "10.0.0.0/16", tags: { a: "1", b: "2" } },
      {
        tags: { b: "2", a: secret("1") },
        cidrBlock: "10.0.0.0/16",
      },
    );
    assert.deepEqual(changes, {});
  });

  it("names the leaves that are added, changed and removed", () => {
    const olds = { enableDnsSupport: true, tags: { a: "1", b: "2" } };
    assert.deepEqual(difference(VPC, olds, { tags: { a: "3", c: "4" }, enableDnsSupport: true }), {
      changes: { "tags.a": "UPDATE", "tags.b": "DELETE", "tags.c": "ADD" },
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  it("replaces where the facts say so, region included", () => {
    const { changes, replaces } = difference(
      VPC,
      { cidrBlock: "10.0.0.0/16", region: "eu-north-1" },
      { cidrBlock: "10.1.0.0/16", region: "eu-west-1" },
    );
    assert.deepEqual(changes, { cidrBlock: "UPDATE_REPLACE", region: "UPDATE_REPLACE" });
    assert.deepEqual(replaces, ["cidrBlock", "region"]);
  });

  it("takes an unknown value for a change, and for a replacement where the property forces one", () => {
    const subnet = difference("aws:ec2/subnet:Subnet", { vpcId: "vpc-1" }, { vpcId: UNKNOWN });
    assert.deepEqual(subnet.changes, { vpcId: "UPDATE_REPLACE" });
  });

  it("sees no change in the order of a set, and one in the order of a list", () => {
    assert.deepEqual(
      difference(DATABASE, { vpcSecurityGroupIds: ["a", "b"] }, { vpcSecurityGroupIds: ["b", "a"] }).changes,
      {},
    );
    const dashboard = difference(
      "aws:cloudfront/distribution:Distribution",
      { orderedCacheBehaviors: [{ pathPattern: "/a" }, { pathPattern: "/b" }] },
      { orderedCacheBehaviors: [{ pathPattern: "/b" }, { pathPattern: "/a" }] },
    );
    assert.deepEqual(Object.keys(dashboard.changes), [
      "orderedCacheBehaviors[0].pathPattern",
      "orderedCacheBehaviors[1].pathPattern",
    ]);
  });

  it("compares JSON texts by content", () => {
    const rule = (eventPattern: string) => ({ name: "r", eventPattern });
    const type = "aws:cloudwatch/eventRule:EventRule";
    assert.deepEqual(difference(type, rule('{"a":1,"b":2}'), rule('{ "b": 2, "a": 1 }')).changes, {});
    assert.deepEqual(difference(type, rule('{"a":1}'), rule('{"a":2}')).changes, { eventPattern: "UPDATE" });
  });

  it("keeps what AWS filled in when an optional computed property is no longer given", () => {
    assert.deepEqual(difference(DATABASE, { backupWindow: "03:00-04:00" }, {}).changes, {});
  });

  it("deletes first where the physical name is fixed, and not where the provider makes up another", () => {
    const olds = { identifier: "db", storageEncrypted: false };
    const news = { identifier: "db", storageEncrypted: true };
    assert.equal(difference(DATABASE, olds, news).deleteBeforeReplace, true);
    assert.equal(difference(DATABASE, olds, news, true).deleteBeforeReplace, false);
  });

  it("ignores what the provider ignores: by what else is given, by the value, and what AWS has raised by itself", () => {
    const balancer = "aws:lb/loadBalancer:LoadBalancer";
    const idle = (loadBalancerType: string, idleTimeout: number) => ({ loadBalancerType, idleTimeout });
    assert.deepEqual(difference(balancer, idle("network", 60), idle("network", 90)).changes, {});
    assert.deepEqual(difference(balancer, idle("application", 60), idle("application", 90)).changes, {
      idleTimeout: "UPDATE",
    });
    const parameter = "aws:ssm/parameter:Parameter";
    assert.deepEqual(difference(parameter, { tier: "Standard" }, { tier: "Intelligent-Tiering" }).changes, {});
    assert.deepEqual(difference(parameter, { tier: "Standard" }, { tier: "Advanced" }).changes, { tier: "UPDATE" });
    const storage = (allocatedStorage: number) => ({ allocatedStorage, maxAllocatedStorage: 100 });
    assert.deepEqual(difference(DATABASE, storage(40), storage(20)).changes, {});
    assert.deepEqual(difference(DATABASE, storage(20), storage(40)).changes, { allocatedStorage: "UPDATE" });
    assert.deepEqual(difference(DATABASE, { allocatedStorage: 40 }, { allocatedStorage: 20 }).changes, {
      allocatedStorage: "UPDATE",
    });
  });

  it("sees in a set only the property by which the provider tells its items apart", () => {
    const zone = (vpcId: string, vpcRegion: string) => ({ name: "a.example", vpcs: [{ vpcId, vpcRegion }] });
    const type = "aws:route53/zone:Zone";
    assert.deepEqual(difference(type, zone("vpc-1", "eu-north-1"), zone("vpc-1", "eu-west-1")).changes, {});
    assert.deepEqual(difference(type, zone("vpc-1", "eu-north-1"), zone("vpc-2", "eu-north-1")).changes, {
      "vpcs[0].vpcId": "UPDATE",
    });
  });

  it("takes an empty list of blocks for none, and one of texts for what it is", () => {
    const logging = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
    const redacted = (...names: string[]) => ({ redactedFields: names.map((name) => ({ singleHeader: { name } })) });
    assert.deepEqual(difference(logging, redacted("cookie"), redacted()).changes, {});
    assert.notDeepEqual(difference(logging, redacted("cookie", "authorization"), redacted("cookie")).changes, {});
    const groups = (...vpcSecurityGroupIds: string[]) => ({ vpcSecurityGroupIds });
    assert.notDeepEqual(difference(DATABASE, groups("sg-1"), groups()).changes, {});
  });

  it("replaces on a condition", () => {
    const destination = (arn: string) => ({ deliveryDestinationConfiguration: { destinationResourceArn: arn } });
    const delivery = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
    const bucket = destination("arn:aws:s3:::logs");
    assert.deepEqual(difference(delivery, bucket, destination("arn:aws:s3:::others")).replaces, []);
    assert.equal(difference(delivery, bucket, destination("arn:aws:firehose:eu-north-1:1:x")).replaces.length, 1);
    assert.equal(difference(delivery, bucket, destination(UNKNOWN)).replaces.length, 1);
    const table = "aws:dynamodb/table:Table";
    assert.deepEqual(difference(table, {}, { restoreSourceName: "old" }).replaces, ["restoreSourceName"]);
    assert.deepEqual(difference(table, { restoreSourceName: "old" }, {}).replaces, []);

    assert.deepEqual(difference(GROUP, { engine: "redis" }, { engine: "valkey" }).replaces, []);
    assert.deepEqual(difference(GROUP, { engine: "valkey" }, { engine: "redis" }).replaces, ["engine"]);
    assert.deepEqual(difference(GROUP, { engineVersion: "7.1" }, { engineVersion: "7.0" }).replaces, ["engineVersion"]);
    assert.deepEqual(difference(GROUP, { engineVersion: "7.0" }, { engineVersion: "7.1" }).replaces, []);
    const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    assert.deepEqual(difference(rule, { cidrIpv4: "10.0.0.0/8" }, { cidrIpv4: "10.1.0.0/16" }).replaces, []);
    assert.deepEqual(difference(rule, { cidrIpv4: "10.0.0.0/8" }, { prefixListId: "pl-1" }).replaces, [
      "cidrIpv4",
      "prefixListId",
    ]);
  });
});
