import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { SECTIONS } from "../../infra/config";
import { physicalNames } from "../../infra/names";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked } from "../support/mocks";
import { ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";

const directory = path.join(ROOT, "docs", "runbooks");
const pages = fs.readdirSync(directory).filter((name) => name !== "README.md");
const text = (page: string): string => fs.readFileSync(path.join(directory, page), "utf8");

/** The sections of a page, by what it is about. */
const HEADINGS = {
  alarm: ["First look", "Fix", "Escalate"],
  problem: ["First look and fix", "Escalate"],
  recover: ["Before", "Steps", "Check", "Back"],
  rotate: ["Before", "Steps", "Check", "Back"],
} as const;

function kindOf(page: string): keyof typeof HEADINGS {
  const [, kind = "alarm"] = /^(problem|recover|rotate)-/.exec(page) ?? [];
  return kind as keyof typeof HEADINGS;
}

describe("the runbooks", () => {
  it("are named by every alarm of every environment, and no page about an alarm is left over", async () => {
    const linked = new Set<string>();
    for (const environment of ENVIRONMENTS) {
      const config = {
        ...stackFile(environment),
        "ai-prism:cdn": JSON.stringify({
          domain: { name: "prism.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" },
        }),
      };
      const { resources } = await runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
        stack: environment,
        config,
        outputs: AWS_OUTPUTS,
        calls: AWS_CALLS,
      });
      const alarms = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
      assert.ok(alarms.length > 10);
      for (const { inputs } of alarms) {
        const [, page] = /What to do: docs\/runbooks\/(\S+\.md)$/.exec(inputs.alarmDescription) ?? [];
        assert.ok(page && pages.includes(page), `${inputs.name}: ${inputs.alarmDescription}`);
        linked.add(page);
      }
    }
    assert.deepEqual(
      pages.filter((page) => kindOf(page) === "alarm" && !linked.has(page)),
      [],
    );
  });

  it("say what it means, where to look first, what to do and whom to ask", () => {
    for (const page of pages) {
      const headings = [...text(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, HEADINGS[kindOf(page)], page);
      assert.match(text(page), /^# .+\n\n[A-Z]/, page);
    }
  });

  it("say of every recovery what is lost and how long it takes, and stand in the list of all of them", () => {
    const overview = text("README.md");
    for (const page of pages) {
      if (kindOf(page) === "recover") {
        assert.match(text(page), /^Recovery point: .+\. Recovery time: .+\.$/m, page);
        const objectives = fs.readFileSync(path.join(ROOT, "docs", "recovery.md"), "utf8");
        assert.ok(objectives.includes(`(runbooks/${page})`), `docs/recovery.md does not name ${page}`);
      }
      assert.ok(overview.includes(`(${page})`), `README.md does not name ${page}`);
    }
  });

  it("link to pages that exist, and name settings, alarms and dashboards that exist", () => {
    const names = physicalNames("production", "111122223333");
    const alarms = new Set(pages.map((page) => page.replace(".md", "")));
    const dashboards = ["Bedrock-Metrics", "Application-Performance", "Infrastructure-Health"].map(names.dashboard);
    for (const page of [...pages, "README.md"]) {
      const content = text(page);
      for (const [, target = ""] of content.matchAll(/\]\(([^)#]+)\)/g)) {
        assert.ok(fs.existsSync(path.join(directory, target)), `${page}: ${target}`);
      }
      for (const [, section = "", key] of content.matchAll(/`ai-prism:(\w+)(?:\.(\w+))?/g)) {
        const schema = (SECTIONS as Record<string, { unwrap?: () => unknown }>)[section];
        assert.ok(schema, `${page}: ai-prism:${section}`);
        if (key) assert.ok(keysOf(schema).includes(key), `${page}: ai-prism:${section}.${key}`);
      }
      for (const [, name = ""] of content.matchAll(/alarm `AI-Prism-([\w-]+)`/g)) {
        assert.ok(alarms.has(name.toLowerCase()), `${page}: ${name}`);
      }
      for (const [name] of content.matchAll(/AI-Prism-(?:Bedrock-Metrics|Application-\w+|Infrastructure-\w+)/g)) {
        assert.ok(dashboards.includes(name), `${page}: ${name}`);
      }
    }
  });
});

/** Keys of a section's schema, below what wraps it. */
function keysOf(schema: unknown): string[] {
  const { shape, def } = schema as { shape?: object; def?: { innerType?: unknown } };
  return shape ? Object.keys(shape) : keysOf(def?.innerType);
}
