import assert from "node:assert/strict";

import { type Access, isPublic, lets, servicesIn } from "../../rehearsal/models/policy";
import type { Properties } from "../../rehearsal/values";
import { policy } from "./fixtures";

const access: Access = {
  service: "s3.amazonaws.com",
  action: "sns:Publish",
  resource: "arn:aws:sns:eu-north-1:111122223333:alerts",
  context: { "aws:SourceAccount": "111122223333", "aws:SecureTransport": "true", "aws:SourceOwner": undefined },
};

/** Whether a policy with this one statement lets S3 publish. */
function allows(statement: Properties): boolean {
  return lets(
    policy({ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "*", ...statement }),
    access,
  );
}

describe("what a policy lets a service do", () => {
  it("depends on whom it names", () => {
    assert.ok(allows({}));
    assert.ok(allows({ Principal: "*" }));
    assert.ok(allows({ Principal: { AWS: "*" } }));
    assert.ok(allows({ Principal: { Service: ["ec2.amazonaws.com", "s3.amazonaws.com"] } }));
    assert.ok(!allows({ Principal: { Service: "ec2.amazonaws.com" } }));
    assert.ok(!allows({ Principal: { AWS: "arn:aws:iam::111122223333:root" } }));
  });

  it("depends on the action, whatever its case, and on the resource, whose case counts", () => {
    assert.ok(allows({ Action: ["sqs:*", "SNS:Pub*"] }));
    assert.ok(!allows({ Action: "sns:Subscribe" }));
    assert.ok(!allows({ Action: undefined, NotAction: "sns:*" }));
    assert.ok(allows({ Action: undefined, NotAction: "sqs:*" }));
    assert.ok(allows({ Resource: "arn:aws:sns:*:111122223333:alert?" }));
    assert.ok(!allows({ Resource: "arn:aws:sns:eu-north-1:111122223333:Alerts" }));
    assert.ok(!allows({ NotResource: "arn:aws:sns:*" }));
    assert.ok(allows({ NotResource: "arn:aws:sqs:*" }));
  });

  it("depends on conditions that can be judged, and takes the others to hold", () => {
    const when = (operator: string, key: string, value: unknown) =>
      allows({ Condition: { [operator]: { [key]: value } } });
    assert.ok(when("StringEquals", "aws:SourceAccount", ["999999999999", "111122223333"]));
    assert.ok(!when("StringEquals", "AWS:sourceaccount", "999999999999"));
    assert.ok(!when("StringNotEquals", "aws:SourceAccount", "111122223333"));
    assert.ok(when("StringLike", "aws:SourceAccount", "1111*"));
    assert.ok(!when("StringNotLike", "aws:SourceAccount", "1111*"));
    assert.ok(!when("Bool", "aws:SecureTransport", "false"));
    assert.ok(!when("StringEquals", "aws:SourceOwner", "111122223333"));
    assert.ok(when("StringEqualsIfExists", "aws:SourceOwner", "111122223333"));
    assert.ok(when("StringNotEquals", "aws:SourceOwner", "111122223333"));
    assert.ok(when("ArnLike", "aws:SourceArn", "arn:aws:s3:::other"));
    assert.ok(when("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"));
  });

  it("ends where it certainly denies", () => {
    const open = { Effect: "Allow", Principal: "*", Action: "*" };
    const denied = (statement: Properties) =>
      !lets(policy(open, { Effect: "Deny", Principal: "*", Action: "sns:*", ...statement }), access);
    assert.ok(denied({}));
    assert.ok(!denied({ Action: "sqs:*" }));
    assert.ok(!denied({ Condition: { Bool: { "aws:SecureTransport": "false" } } }));
    assert.ok(!denied({ Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } }));
  });

  it("is nothing without a policy, and unknown where it cannot be read", () => {
    assert.equal(lets(undefined, access), false);
    assert.equal(lets("", access), false);
    assert.equal(lets("{", access), true);
    assert.equal(lets("[]", access), true);
  });

  it("is open to everybody without a condition only", () => {
    const open = { Effect: "Allow", Principal: "*", Action: "*" };
    assert.ok(isPublic(policy(open)));
    assert.ok(isPublic(policy({ ...open, Principal: { AWS: ["*"] } })));
    assert.ok(!isPublic(policy({ ...open, Condition: { StringEquals: { "aws:PrincipalAccount": "111122223333" } } })));
    assert.ok(!isPublic(policy({ ...open, Effect: "Deny" })));
    assert.deepEqual(servicesIn(policy({ ...open, Principal: { Service: ["a", "b"] } }, { ...open, Effect: "Deny" })), [
      "a",
      "b",
    ]);
  });
});
