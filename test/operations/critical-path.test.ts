import assert from "node:assert/strict";
import { firstDeployment } from "../../operations/rehearse/critical-path";
import type { StateResource } from "../../operations/rehearse/state";

/** A resource of a state. `waitsFor` names what it depends on, by the property that the value came through. */
function resource(
  type: string,
  name: string,
  inputs: Record<string, unknown> = {},
  waitsFor: Record<string, StateResource> = {},
  dependsOn: StateResource[] = [],
): StateResource {
  return {
    urn: `urn:pulumi:test::test::${type}::${name}`,
    type,
    custom: true,
    id: `${name}-0123456789`,
    inputs,
    outputs: { ...inputs, arn: `arn:aws:test:::${name}` },
    dependencies: [...Object.values(waitsFor), ...dependsOn].map(({ urn }) => urn),
    propertyDependencies: Object.fromEntries(Object.entries(waitsFor).map(([key, { urn }]) => [key, [urn]])),
  };
}

const names = ({ links }: { links: { urn: string }[] }): string[] => links.map(({ urn }) => urn.split("::").at(-1)!);

describe("the critical path of a first deployment", () => {
  const group = resource("aws:rds/subnetGroup:SubnetGroup", "group", { name: "sample" });
  const database = resource("aws:rds/instance:Instance", "database", { group: "group-0123456789" }, { group });

  it("is the chain whose creation times add up to the most, not the one with the most links", () => {
    const topic = resource("aws:sns/topic:Topic", "topic");
    const policy = resource(
      "aws:sns/topicPolicy:TopicPolicy",
      "policy",
      { arn: "arn:aws:test:::topic" },
      { arn: topic },
    );
    const rest = resource(
      "aws:sns/topicSubscription:TopicSubscription",
      "rest",
      { arn: "policy-0123456789" },
      { arn: policy },
    );
    const { program, forced, ratio, avoidable } = firstDeployment([topic, policy, rest, group, database]);
    assert.deepEqual(names(program), ["group", "database"]);
    assert.equal(program.seconds, 903);
    assert.deepEqual(forced, program);
    assert.equal(ratio, 1);
    assert.deepEqual(avoidable, []);
  });

  it("names a dependency that carries no value and that AWS does not ask for", () => {
    const environment = resource("aws:elasticbeanstalk/environment:Environment", "web", {}, {}, [database]);
    const { program, forced, ratio, avoidable } = firstDeployment([group, database, environment]);
    assert.deepEqual(names(program), ["group", "database", "web"]);
    assert.deepEqual(names(forced), ["group", "database"]);
    assert.equal(ratio, 1383 / 903);
    assert.deepEqual(avoidable, [{ resource: "elasticbeanstalk.Environment web", waitsFor: "rds.Instance database" }]);
  });

  it("does not take a value that was known beforehand for one that only AWS gives", () => {
    const inputs = { database: "the-name" };
    const named = resource("aws:rds/instance:Instance", "database", { identifier: "the-name" });
    const environment = resource("aws:elasticbeanstalk/environment:Environment", "web", inputs, { database: named });
    assert.deepEqual(names(firstDeployment([named, environment]).forced), ["database"]);
  });

  it("counts an order that AWS insists on although no value says so", () => {
    const versioning = resource("aws:s3/bucketVersioning:BucketVersioning", "versioning");
    const replication = resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "replication", {}, {}, [
      versioning,
    ]);
    assert.deepEqual(names(firstDeployment([versioning, replication]).forced), ["versioning", "replication"]);
  });

  it("takes an encrypted input for a value that has to be waited for", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x:y" };
    const user = resource("aws:elasticache/user:User", "user", { passwords: secret }, { passwords: database });
    assert.deepEqual(names(firstDeployment([group, database, user]).forced), ["group", "database", "user"]);
  });

  it("lets components and random values take no time", () => {
    const component = { ...resource("sample:index:Store", "store"), custom: false };
    const random = resource("random:index/randomPassword:RandomPassword", "password");
    assert.deepEqual(firstDeployment([component, random]).program, { seconds: 0, links: [] });
  });
});
