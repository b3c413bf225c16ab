import assert from "node:assert/strict";
import { collect } from "../../operations/report/collect";
import { toComment } from "../../operations/report/markdown";
import { pageOf } from "../../operations/report/page";
import { type Exported, HOSTILE, exportOf, foreignExport, productionSettings, secret, stackOf } from "./fixtures";

const PLANTED = "correct horse battery staple";

const database = (instanceClass: string, more: Record<string, unknown> = {}): Exported => ({
  type: "aws:rds/instance:Instance",
  name: "database",
  id: "db",
  inputs: { region: "eu-north-1", engine: "postgres", instanceClass, ...more },
});

describe("the report as a pull request's comment", () => {
  const comment = () =>
    toComment(
      collect({
        stack: stackOf(exportOf([database("db.t3.large", { password: secret(PLANTED) })]), productionSettings()),
        base: stackOf(exportOf([database("db.t3.micro")]), productionSettings(), "main (0123456789)"),
        policies: {},
      }),
    );

  it("has the figures first, then what changes and what it costs, then what the policies found", () => {
    assert.match(
      comment(),
      /^### shop live\n[\s\S]*\| Changes \| 1 updated \|[\s\S]*Changes against main[\s\S]*updated rds\.Instance database \(instanceClass, password\)[\s\S]*#### Costs[\s\S]*RDS[\s\S]*Findings of the policies[\s\S]*mandatory /,
    );
  });

  it("holds no secret, and shows names full of markup as text", () => {
    assert.ok(!comment().includes(PLANTED));
    const foreign = toComment(collect({ stack: stackOf(foreignExport()), policies: {} }));
    assert.ok(!foreign.includes(HOSTILE));
    assert.doesNotMatch(foreign, /<(?!\/?(?:details|summary)>)/);
  });

  it("cuts a list that nobody reads to its end, and says by how much", () => {
    const buckets = Array.from({ length: 60 }, (_, index): Exported => ({
      type: "aws:s3/bucket:Bucket",
      name: `b-${index}`,
    }));
    const base = stackOf(exportOf([]));
    const text = toComment(collect({ stack: stackOf(exportOf(buckets)), base, policies: {} }));
    assert.equal(text.match(/^- created /gm)?.length, 50);
    assert.match(text, /\(60\)<\/summary>[\s\S]*\n- and 10 more\n/);
  });
});

describe("the report of a large stack", () => {
  it("lists what is too much to draw", () => {
    const type = "aws:s3/bucket:Bucket";
    const buckets = Array.from({ length: 300 }, (_, index): Exported => ({ type, name: `bucket-${index}` }));
    const html = pageOf(collect({ stack: stackOf(exportOf(buckets)), policies: {} }));
    assert.match(html, /300 boxes are too many for a drawing; the list below has all\./);
    assert.ok(html.includes("<li>bucket-299</li>"));
  });
});
