import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ownAccount, policyJson, trustService, type Statement } from "../../infra/policy-document";
import { runMocked, valueOf } from "../support/mocks";

const READ: Statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::documents/*" };

/** The text of a policy that is made while a program runs. */
async function text(policy: () => pulumi.Output<string>): Promise<string | undefined> {
  return valueOf((await runMocked(policy)).result);
}

describe("policy documents", () => {
  it("are JSON of the version that knows policy variables", async () => {
    assert.deepEqual(JSON.parse((await text(() => policyJson([READ])))!), {
      Version: "2012-10-17",
      Statement: [READ],
    });
  });

  it("take outputs anywhere: a list, a statement, or a value in one", async () => {
    const resource = pulumi.output("arn:aws:s3:::documents/*");
    const plain = await text(() => policyJson([READ]));
    assert.equal(await text(() => policyJson(pulumi.output([READ]))), plain);
    assert.equal(await text(() => policyJson([pulumi.output(READ)])), plain);
    assert.equal(await text(() => policyJson([{ ...READ, Resource: resource }])), plain);
  });

  it("keep the order of their statements, so that nothing differs from run to run", async () => {
    const statements = ["b", "a", "c"].map((Sid) => ({ ...READ, Sid }));
    const { Statement } = JSON.parse((await text(() => policyJson(statements)))!) as { Statement: Statement[] };
    assert.deepEqual(
      Statement.map(({ Sid }) => Sid),
      ["b", "a", "c"],
    );
  });

  it("stay secret when they hold a secret", async () => {
    const { result } = await runMocked(() => policyJson([{ ...READ, Resource: pulumi.secret("arn:aws:s3:::x/*") }]));
    assert.equal(await pulumi.isSecret(result), true);
  });
});

describe("trust in a service", () => {
  it("names one service, and no condition unless asked to", async () => {
    assert.deepEqual(JSON.parse((await text(() => trustService("ec2.amazonaws.com")))!), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
  });

  it("can be narrowed to this account's resources", async () => {
    const trust = () => trustService("vpc-flow-logs.amazonaws.com", ownAccount("111122223333"));
    assert.deepEqual(JSON.parse((await text(trust))!).Statement, [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
      },
    ]);
  });
});
