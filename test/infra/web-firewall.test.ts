import assert from "node:assert/strict";
import { WebFirewall, type WebFirewallArgs } from "../../infra/web-firewall";
import { runMocked, type Run } from "../support/mocks";

const ARGS: WebFirewallArgs = {
  name: "ai-prism-cdn",
  region: "us-east-1",
  requestsPerFiveMinutes: 2000,
  uploadPaths: ["/documents", "/api/documents"],
  logGroupName: "aws-waf-logs-ai-prism",
  logRetentionInDays: 90,
  kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/edge",
};
const ACL = "aws:wafv2/webAcl:WebAcl";

function run(args: Partial<WebFirewallArgs> = {}, preview = false): Promise<Run<WebFirewall>> {
  return runMocked(() => new WebFirewall("firewall", { ...ARGS, ...args }), { preview });
}

describe("WebFirewall", () => {
  for (const preview of [false, true]) {
    it(`registers exactly its resources ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, preview)).list(), [
        "aws:cloudwatch/logGroup:LogGroup firewall",
        "aws:wafv2/webAcl:WebAcl firewall",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration firewall",
      ]);
    });
  }

  it("asks its rules in order, each with a priority of its own", async () => {
    const { rules } = (await run()).one(ACL).inputs;
    assert.deepEqual(
      rules.map(({ name, priority }: { name: string; priority: number }) => `${priority} ${name}`),
      [
        "0 rate-limit",
        "1 AmazonIpReputationList",
        "2 KnownBadInputsRuleSet",
        "3 SQLiRuleSet",
        "4 CommonRuleSet",
        "5 bodies-outside-uploads",
      ],
    );
  });

  it("blocks an address beyond the rate, and lets AWS's groups act as they are", async () => {
    const { rules } = (await run()).one(ACL).inputs;
    assert.deepEqual(rules[0].action, { block: {} });
    assert.deepEqual(rules[0].statement.rateBasedStatement, {
      limit: 2000,
      evaluationWindowSec: 300,
      aggregateKeyType: "IP",
    });
    for (const rule of rules.slice(1, 5)) assert.deepEqual(rule.overrideAction, { none: {} });
  });

  it("counts what a document's body would trip, and blocks it everywhere but on uploads", async () => {
    const { rules } = (await run()).one(ACL).inputs;
    const common = ["SizeRestrictions", "CrossSiteScripting", "GenericLFI", "GenericRFI", "EC2MetaDataSSRF"];
    const injection = ["SQLi", "SQLiExtendedPatterns"];
    const counted = (rule: number) =>
      rules[rule].statement.managedRuleGroupStatement.ruleActionOverrides.map(
        ({ name, actionToUse }: { name: string; actionToUse: object }) => [name, actionToUse],
      );
    assert.deepEqual(
      counted(4),
      common.map((name) => [`${name}_BODY`, { count: {} }]),
    );
    assert.deepEqual(
      counted(3),
      injection.map((name) => [`${name}_BODY`, { count: {} }]),
    );
    assert.deepEqual([counted(1), counted(2)], [[], []]);
    const [labels, outside] = rules[5].statement.andStatement.statements;
    assert.deepEqual(
      labels.orStatement.statements.map((one: any) => one.labelMatchStatement.key), // eslint-disable-line @typescript-eslint/no-explicit-any
      [
        ...common.map((name) => `awswaf:managed:aws:core-rule-set:${name}_Body`),
        ...injection.map((name) => `awswaf:managed:aws:sql-database:${name}_Body`),
      ],
    );
    const paths = outside.notStatement.statement.orStatement.statements;
    assert.deepEqual(
      paths.map((one: any) => one.byteMatchStatement.searchString), // eslint-disable-line @typescript-eslint/no-explicit-any
      ARGS.uploadPaths,
    );
    assert.deepEqual(rules[5].action, { block: {} });
  });

  it("combines no single statement, which WAF refuses", async () => {
    const one = (await run({ uploadPaths: ["/documents"] })).one(ACL).inputs.rules[5].statement;
    assert.ok(one.andStatement.statements[1].notStatement.statement.byteMatchStatement);
    const none = (await run({ uploadPaths: [] })).one(ACL).inputs.rules[5].statement;
    assert.ok(none.orStatement);
  });

  it("looks into as much of a body as WAF can, and logs without credentials", async () => {
    const { one } = await run();
    assert.deepEqual(one(ACL).inputs.associationConfig, {
      requestBodies: [{ cloudfront: { defaultSizeInspectionLimit: "KB_64" } }],
    });
    const logging = one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs;
    assert.deepEqual(
      logging.redactedFields.map((field: { singleHeader: { name: string } }) => field.singleHeader.name),
      ["authorization", "cookie"],
    );
    assert.equal(one("aws:cloudwatch/logGroup:LogGroup").inputs.kmsKeyId, ARGS.kmsKeyArn);
  });

  it("applies a transform to the access control list", async () => {
    const { one } = await run({ transform: { webAcl: { description: "Another" } } });
    assert.equal(one(ACL).inputs.description, "Another");
    assert.equal(one(ACL).inputs.scope, "CLOUDFRONT");
  });

  const refused: [Partial<WebFirewallArgs>, string][] = [
    [{ region: "eu-north-1" }, 'region = "eu-north-1" is not allowed: us-east-1, where CloudFront\'s firewalls live'],
    [{ requestsPerFiveMinutes: 99 }, "requestsPerFiveMinutes = 99 is not allowed: 100 or more"],
    [{ logGroupName: "waf" }, 'logGroupName = "waf" is not allowed: a name that starts with aws-waf-logs-'],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      await assert.rejects(run(args), { message: `WebFirewall "firewall": ${message}` });
    });
  }
});
