import assert from "node:assert/strict";
import { MARK, Mask } from "../../operations/report/masking";
import { collect } from "../../operations/report/collect";
import { pageOf } from "../../operations/report/page";
import { rawResources } from "../../operations/report/raw";
import { rehearsed } from "../support/rehearsed";
import { type Exported, exportOf, productionSettings, secret, stackOf } from "./fixtures";

/** A value that nothing but the place where it stands makes a secret. */
const PLANTED = "correct horse battery staple";

function page(resources: readonly Exported[], outputs: Record<string, unknown> = {}): string {
  return pageOf(collect({ stack: stackOf(exportOf(resources, outputs)), policies: {} }));
}

const bucket = (inputs: Record<string, unknown>, more: Partial<Exported> = {}): Exported => ({
  type: "aws:s3/bucket:Bucket",
  name: "documents",
  inputs,
  ...more,
});

/** Made of parts, so that no scanner takes this file for a leak. */
const accessKey = `AKIA${"ABCDEFGH".repeat(2)}`;

describe("secrets in a report", () => {
  const cases: [string, string, Exported[], Record<string, unknown>?][] = [
    ["a marked input", PLANTED, [bucket({ bucket: secret(PLANTED) })]],
    ["a marked part of an input", PLANTED, [bucket({ tags: { note: secret(PLANTED) } })]],
    ["a marked document's fields", PLANTED, [bucket({ tags: { note: secret({ user: "a", password: PLANTED }) } })]],
    ["a marked output of the stack", PLANTED, [], { note: secret(PLANTED) }],
    ["a marked part of an output", PLANTED, [], { deep: { list: [secret(PLANTED)] } }],
    [
      "a place that is made for one",
      PLANTED,
      [{ type: "aws:rds/instance:Instance", name: "database", inputs: { password: PLANTED } }],
    ],
    [
      "an output that the program calls secret, copied into another resource",
      PLANTED,
      [bucket({ tags: { note: PLANTED } }, { outputs: { hint: PLANTED }, additionalSecretOutputs: ["hint"] })],
    ],
    [
      "a generated password, copied into an alarm's description",
      PLANTED,
      [
        { type: "random:index/randomPassword:RandomPassword", name: "password", outputs: { result: PLANTED } },
        {
          type: "aws:cloudwatch/metricAlarm:MetricAlarm",
          name: "alarm",
          inputs: { alarmDescription: `Type ${PLANTED} to silence it` },
        },
      ],
    ],
    [
      "a marked value, copied into a dashboard, a name and a tag's name",
      PLANTED,
      [
        bucket({ bucket: secret(PLANTED), tags: { [PLANTED]: "yes" } }),
        {
          type: "aws:cloudwatch/dashboard:Dashboard",
          name: PLANTED,
          inputs: {
            dashboardName: PLANTED,
            dashboardBody: JSON.stringify({ widgets: [{ type: "text", properties: { markdown: PLANTED } }] }),
          },
        },
      ],
    ],
    [
      "a marked value in base64",
      Buffer.from(PLANTED).toString("base64"),
      [bucket({ bucket: secret(PLANTED), tags: { note: Buffer.from(PLANTED).toString("base64") } })],
    ],
    [
      "a marked value written for an address",
      encodeURIComponent(PLANTED),
      [
        bucket({
          bucket: secret(PLANTED),
          website: { redirect: `https://example.com/?k=${encodeURIComponent(PLANTED)}` },
        }),
      ],
    ],
    [
      "a variable of the application that is named like one",
      PLANTED,
      [
        {
          type: "aws:elasticbeanstalk/environment:Environment",
          name: "application",
          inputs: {
            settings: [
              { namespace: "aws:elasticbeanstalk:application:environment", name: "DB_PASSWORD", value: PLANTED },
            ],
          },
        },
      ],
    ],
    [
      "a variable of a container, inside a JSON text",
      PLANTED,
      [
        {
          type: "aws:ecs/taskDefinition:TaskDefinition",
          name: "task",
          inputs: {
            containerDefinitions: JSON.stringify([{ environment: [{ name: "API_TOKEN", value: PLANTED }] }]),
          },
        },
      ],
    ],
    ["an unmarked output that is named like one", PLANTED, [], { adminPassword: PLANTED }],
    [
      "an access key, wherever it stands",
      accessKey,
      [bucket({ tags: { note: `use ${accessKey}` } })],
      { a: accessKey },
    ],
    [
      "a password in a script of an instance",
      "correct-horse-battery",
      [
        {
          type: "aws:ec2/instance:Instance",
          name: "host",
          inputs: { userData: "#!/bin/sh\nexport DB_PASSWORD=correct-horse-battery\n" },
        },
      ],
    ],
    [
      "a password in an address",
      "s3same-open",
      [bucket({ tags: { database: ["postgres://app", "s3same-open@db.example.com/app"].join(":") } })],
    ],
  ];
  for (const [what, value, resources, outputs] of cases) {
    it(`never show ${what}`, () => {
      const html = page(resources, outputs);
      assert.ok(!html.includes(value));
      assert.ok(html.includes(MARK));
    });
  }

  it("are kept out of what a change was before, too", () => {
    const before = stackOf(exportOf([bucket({ bucket: "a", tags: { note: PLANTED }, acl: secret(PLANTED) })]));
    const after = stackOf(exportOf([bucket({ bucket: "b", tags: {} })]));
    const html = pageOf(collect({ stack: after, base: before, policies: {} }));
    assert.ok(!html.includes(PLANTED));
  });

  it("are kept out of why a rehearsal failed", () => {
    const stack = stackOf(exportOf([bucket({ bucket: secret(PLANTED) })]));
    const failure = { message: `bucket ${PLANTED} is taken`, details: [PLANTED] };
    assert.ok(!pageOf(collect({ stack, policies: {}, failure })).includes(PLANTED));
  });

  it("leave everything else of a value readable", () => {
    const raw = rawResources(exportOf([bucket({ a: secret(PLANTED), b: "of the partner", c: [1, true, null] })]));
    const mask = new Mask(raw);
    const inputs = raw.at(-1)!.inputs!;
    assert.deepEqual(mask.property(raw.at(-1)!, "b", inputs.b), "of the partner");
    assert.deepEqual(mask.property(raw.at(-1)!, "c", inputs.c), [1, true, null]);
    assert.deepEqual(mask.everywhere({ text: `a ${PLANTED} b`, list: ["c"] }), { text: `a ${MARK} b`, list: ["c"] });
  });

  it("are all that is masked of production", async function () {
    this.timeout(300_000);
    const { checkpoint } = await rehearsed(this, "production");
    const report = collect({ stack: stackOf(checkpoint, productionSettings()), policies: {} });
    const masked = report.resources.flatMap(({ type, name, inputs }) =>
      inputs.filter(({ value }) => value.includes(MARK)).map((input) => `${type} ${name} ${input.name}`),
    );
    assert.deepEqual(masked.sort(), [
      "elasticache.User redis-application authenticationMode",
      "elasticache.User redis-default authenticationMode",
      "secretsmanager.SecretVersion operator-token secretString",
      "secretsmanager.SecretVersion redis secretString",
    ]);
    assert.deepEqual(
      report.outputs.filter(({ value }) => value.includes(MARK)),
      [],
    );
  });
});
