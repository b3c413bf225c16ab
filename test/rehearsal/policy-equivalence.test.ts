import assert from "node:assert/strict";

import { diff } from "../../rehearsal/diff";
import { factsOf } from "../../rehearsal/facts";
import { samePolicy } from "../../rehearsal/policy-equivalence";

const read = { Sid: "Read", Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["s3:GetObject"] };
const write = { Effect: "Deny", Principal: "*", Action: ["s3:PutObject", "s3:DeleteObject"], Resource: "*" };

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

describe("two policies", () => {
  it("are the same whatever the order of statements, actions and principals, and with a text for a list of one", () => {
    const written = policy(read, write);
    const other = policy(
      { ...write, Action: ["s3:DeleteObject", "s3:PutObject"] },
      { ...read, Action: "s3:GetObject" },
    );
    assert.ok(samePolicy(written, other));
    assert.ok(samePolicy(policy(write), JSON.stringify({ Statement: write, Version: "2012-10-17" })));
    const principals = (...AWS: string[]) => policy({ ...read, Principal: { AWS } });
    assert.ok(samePolicy(principals("123456789012", "a"), principals("a", "arn:aws:iam::123456789012:root")));
    const condition = (value: unknown) => policy({ ...read, Condition: { Bool: { "aws:SecureTransport": value } } });
    assert.ok(samePolicy(condition(true), condition(["true"])));
  });

  it("differ in an effect, an action, a principal, a condition, a statement or the version", () => {
    const written = policy(read, write);
    for (const other of [
      policy(read),
      policy(read, { ...write, Effect: "Allow" }),
      policy(read, { ...write, Action: "s3:PutObject" }),
      policy({ ...read, Principal: { Service: "lambda.amazonaws.com" } }, write),
      policy({ ...read, Condition: { Bool: { "aws:SecureTransport": "true" } } }, write),
      JSON.stringify({ Statement: [read, write] }),
    ]) {
      assert.equal(samePolicy(written, other), false, other);
    }
  });

  it("differ where one of them is no JSON, and an empty one is one without statements", () => {
    assert.equal(samePolicy("{", "{"), false);
    assert.ok(samePolicy("", "{}"));
    assert.ok(samePolicy("", '{"widgets":[]}'));
  });

  it("that are the same make no change of a resource, in every property that holds one", () => {
    const role = factsOf("aws:iam/role:Role")!;
    const changes = (assumeRolePolicy: string) =>
      Object.keys(diff(role, { assumeRolePolicy: policy(read, write) }, { assumeRolePolicy }, false).changes);
    assert.deepEqual(changes(policy(write, read)), []);
    assert.deepEqual(changes(policy(write)), ["assumeRolePolicy"]);
  });
});
