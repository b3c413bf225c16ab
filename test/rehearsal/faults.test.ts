import assert from "node:assert/strict";

import { CREATION_SECONDS } from "../../catalog/creation-times";
import { apiCallOf } from "../../rehearsal/api-calls";
import { type Action, modelledTypes } from "../../rehearsal/facts";
import {
  AcceptedAndFailed,
  Failed,
  type FaultKind,
  Faults,
  faultKinds,
  InvalidFault,
  parseFault,
  shortTypeOf,
  Unanswered,
} from "../../rehearsal/faults";
import { Account, ACCOUNT } from "./account";

const TOPIC = "aws:sns/topic:Topic";

describe("a fault's text", () => {
  it("names a type by token or for short, and may name resource, operation and kind", () => {
    const type = "aws:rds/instance:Instance";
    const cases: [string, object][] = [
      ["rds.Instance", { type, nth: 1, kind: "throttled" }],
      ["aws:rds/instance:Instance", { type, nth: 1, kind: "throttled" }],
      ["rds.Instance:database", { type, name: "database", nth: 1, kind: "throttled" }],
      ["aws:rds/instance:Instance:database@2", { type, name: "database", nth: 2, kind: "throttled" }],
      ["rds.Instance@3=lost", { type, nth: 3, kind: "lost" }],
      ["aws:rds/instance:Instance:Instance@1=timeout", { type, name: "Instance", nth: 1, kind: "timeout" }],
      ["random.RandomPassword=killed", { type: "random:index/randomPassword:RandomPassword", nth: 1, kind: "killed" }],
      ["s3.Bucket:a:b.c=denied", { type: "aws:s3/bucket:Bucket", name: "a:b.c", nth: 1, kind: "denied" }],
    ];
    for (const [text, fault] of cases) assert.deepEqual(parseFault(text), { text, ...fault });
  });

  it("can name every type that the stand-in serves, and its short name means no other", () => {
    const types = modelledTypes();
    assert.equal(new Set(types.map(shortTypeOf)).size, types.length);
    for (const type of types) assert.equal(parseFault(shortTypeOf(type)).type, type);
  });

  it("is refused with what is allowed", () => {
    const allowed = "one of throttled, denied, capacity, timeout, lost, killed";
    const cases: [string, RegExp][] = [
      ["", /^"": has to be TYPE\[:NAME\]\[@N\]\[=KIND\], as in rds\.Instance:database@1=throttled$/],
      ["@1", /has to be TYPE/],
      ["rds.Instanz", /no type "rds\.Instanz"; one of rds\.EventSubscription, rds\.Instance, rds\./],
      ["aws:rds/instanz:Instanz", /no type "aws:rds\/instanz:Instanz"; one of rds\.EventSubscription, rds\.Instance, /],
      ["database.Instance", /no type "database\.Instance"; one of .*rds\.Instance/],
      ["Bucket", /no type "Bucket"; one of s3\.Bucket, /],
      ["nothing.Alike", /no type "nothing\.Alike"; a type of accessanalyzer, .*, wafv2.*, as in rds\.Instance$/],
      ["rds.Instance:", /the name after the type is empty/],
      ["rds.Instance@0", /@0 has to be a number from 1/],
      ["rds.Instance@first", /@first has to be a number from 1/],
      ["rds.Instance@", /@ has to be a number from 1/],
      ["rds.Instance=slow", new RegExp(`no kind "slow"; ${allowed}$`)],
      ["rds.Instance=toString", new RegExp(`no kind "toString"; ${allowed}$`)],
      ["rds.Instance=", new RegExp(`no kind ""; ${allowed}$`)],
      ["s3.Bucket=capacity", /s3\.Bucket never lacks capacity; one of rds\.Instance, elasticache\.ReplicationGroup, /],
    ];
    for (const [text, message] of cases) {
      assert.throws(
        () => parseFault(text),
        (error) => error instanceof InvalidFault && message.test(error.message),
        text,
      );
    }
  });
});

describe("the calls that errors name", () => {
  it("have a service's own words for every type of AWS, and an action of that service", () => {
    for (const type of modelledTypes().filter((one) => one.startsWith("aws:"))) {
      for (const action of ["create", "update", "delete"] satisfies Action[]) {
        const call = apiCallOf(type, action);
        assert.match(call.action, /^[a-z0-9-]+:[A-Z][A-Za-z]+$/, type);
        assert.match(call.operation, /^[A-Z][A-Za-z]+$/, type);
        assert.match(call.service, /^[A-Z]|^chatbot$/, `${type}: no service for ${call.action}`);
      }
    }
  });

  it("are those that AWS documents", () => {
    const actionOf = (type: string, action: Action) => apiCallOf(type, action).action;
    assert.equal(actionOf("aws:rds/instance:Instance", "create"), "rds:CreateDBInstance");
    assert.equal(
      actionOf("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "update"),
      "s3:PutEncryptionConfiguration",
    );
    assert.equal(
      apiCallOf("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "update")
        .operation,
      "PutBucketEncryption",
    );
    assert.equal(
      actionOf("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "delete"),
      "ec2:RevokeSecurityGroupIngress",
    );
    assert.equal(
      actionOf("aws:elasticbeanstalk/application:Application", "create"),
      "elasticbeanstalk:CreateApplication",
    );
  });
});

/** An account in which these faults happen. */
function accountWith(...texts: string[]) {
  let kills = 0;
  const faults = new Faults(texts.map(parseFault), () => kills++);
  return { account: new Account(faults), faults, kills: () => kills };
}

function failureOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it succeeded");
}

describe("a fault", () => {
  const topic = { name: "alerts" };

  it("makes the Nth operation fail and no other", () => {
    const { account, faults } = accountWith("sns.Topic:alerts@2");
    account.create(TOPIC, "others", { name: "others" });
    const { id } = account.create(TOPIC, "alerts", topic);
    const change = () => account.update(TOPIC, "alerts", id, { ...topic, displayName: "Alerts" });
    assert.match(
      failureOf(change).message,
      /^updating aws:sns\/topic:Topic "alerts": operation error SNS: SetTopicAttributes/,
    );
    assert.equal(account.world.find(TOPIC, id)!.inputs.displayName, undefined);
    change();
    assert.equal(account.world.find(TOPIC, id)!.inputs.displayName, "Alerts");
    const [outcome] = faults.outcomes();
    assert.deepEqual([outcome?.hit, outcome?.operations], [{ action: "update", name: "alerts" }, 3]);
  });

  it("counts the operations of every resource of the type where it names none", () => {
    const { account } = accountWith("sns.Topic@2=denied");
    account.create(TOPIC, "one", { name: "one" });
    assert.ok(failureOf(() => account.create(TOPIC, "two", { name: "two" })) instanceof Failed);
  });

  it("is none of a preview, and is reported as one that never happened", () => {
    const { account, faults } = accountWith("sns.Topic", "sns.Topic:elsewhere");
    account.preview(TOPIC, "alerts", topic);
    assert.deepEqual(
      faults.outcomes().map(({ hit, operations }) => [hit, operations]),
      [
        [undefined, 0],
        [undefined, 0],
      ],
    );
  });

  it("changes nothing when it is refused: throttled, denied, or without capacity", () => {
    const expected: [string, FaultKind, RegExp][] = [
      [
        TOPIC,
        "throttled",
        /exceeded maximum number of attempts, 25, https response error StatusCode: 400, api error Throttling: Rate exceeded$/,
      ],
      [
        TOPIC,
        "denied",
        new RegExp(
          `StatusCode: 403, api error AuthorizationError: User: arn:aws:sts::${ACCOUNT}:assumed-role/deployment/rehearsal is not ` +
            `authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-north-1:${ACCOUNT}:alerts because no ` +
            "identity-based policy allows the sns:CreateTopic action$",
        ),
      ],
      [
        "aws:ec2/eip:Eip",
        "capacity",
        /operation error EC2: AllocateAddress, .*api error InsufficientAddressCapacity: /,
      ],
    ];
    for (const [type, kind, message] of expected) {
      const { account } = accountWith(`${shortTypeOf(type)}=${kind}`);
      const create = () => account.create(type, "one", type === TOPIC ? topic : {});
      assert.match(failureOf(create).message, message);
      assert.deepEqual(account.world.resources(), [], kind);
      create();
    }
  });

  it("names the resource in what a policy lacks, once there is one or its name tells", () => {
    const { account: empty } = accountWith("ec2.Eip=denied");
    assert.match(
      failureOf(() => empty.create("aws:ec2/eip:Eip", "nat", {})).message,
      /api error UnauthorizedOperation: .* not authorized to perform: ec2:AllocateAddress on resource: \* because/,
    );
    const { account } = accountWith("sns.Topic@2=denied");
    const { id } = account.create(TOPIC, "alerts", topic);
    assert.match(
      failureOf(() => account.delete(TOPIC, "alerts", id)).message,
      /not authorized to perform: sns:DeleteTopic on resource: arn:aws:sns:eu-north-1:\d+:alerts because/,
    );
    assert.ok(account.world.find(TOPIC, id));
  });

  it("tells the engine of a resource that was created and waited for in vain", () => {
    const { account } = accountWith("sns.Topic=timeout");
    const error = failureOf(() => account.create(TOPIC, "alerts", topic));
    assert.ok(error instanceof AcceptedAndFailed);
    const [made] = account.world.ofType(TOPIC);
    assert.equal(error.id, made!.id);
    assert.deepEqual(error.outputs, made!.outputs);
    assert.match(
      error.message,
      /timeout while waiting for state to become 'available' \(last state: 'creating', timeout: 10m0s\)/,
    );
  });

  it("waits for what takes long several times as long", () => {
    const seconds = CREATION_SECONDS["aws:rds/instance:Instance"]!;
    const faults = new Faults([parseFault("rds.Instance=timeout")], () => undefined);
    const operation = {
      action: "create" as const,
      type: "aws:rds/instance:Instance",
      name: "database",
      id: "db-1",
      arn: "",
      partition: "aws",
      region: "eu-north-1",
      account: ACCOUNT,
    };
    faults.before(operation);
    const minutes = Number(/timeout: (\d+)m0s/.exec(failureOf(() => faults.after(operation, {})).message)?.[1]);
    assert.ok(minutes * 60 >= seconds * 4);
  });

  it("tells the engine nothing of a resource whose answer was lost, which is there nevertheless", () => {
    const { account } = accountWith("sns.Topic=lost");
    const error = failureOf(() => account.create(TOPIC, "alerts", topic));
    assert.ok(error instanceof Failed && !(error instanceof AcceptedAndFailed));
    assert.match(error.message, /request send failed, read: connection reset by peer$/);
    assert.equal(account.world.ofType(TOPIC).length, 1);
    assert.match(
      failureOf(() => account.create(TOPIC, "alerts", topic)).message,
      /alerts/,
      "the name is taken by what was created",
    );
  });

  it("kills the engine once AWS has accepted, and answers nobody", () => {
    const { account, kills } = accountWith("sns.Topic=killed");
    assert.ok(failureOf(() => account.create(TOPIC, "alerts", topic)) instanceof Unanswered);
    assert.equal(kills(), 1);
    assert.equal(account.world.ofType(TOPIC).length, 1);
  });

  it("leaves the deletion done that was accepted, so that the next one finds nothing", () => {
    const { account } = accountWith("sns.Topic@2=lost");
    const { id } = account.create(TOPIC, "alerts", topic);
    failureOf(() => account.delete(TOPIC, "alerts", id));
    assert.deepEqual(account.world.ofType(TOPIC), []);
    account.delete(TOPIC, "alerts", id);
  });

  it("that takes capacity spares deletions", () => {
    const { account, faults } = accountWith("ec2.Eip@2=capacity");
    const { id } = account.create("aws:ec2/eip:Eip", "nat", {});
    account.delete("aws:ec2/eip:Eip", "nat", id);
    assert.equal(faults.outcomes()[0]?.operations, 1);
  });

  it("has a meaning that can be read for each kind", () => {
    for (const meaning of Object.values(faultKinds)) assert.ok(meaning.length > 20);
  });
});
