import assert from "node:assert/strict";
import { toComment } from "../../operations/rehearse/markdown";
import { type RehearsalReport, emptyReport } from "../../operations/rehearse/report";

const nobody = { directory: "", state: "", world: "" };

function comment(parts: Partial<RehearsalReport>): string {
  return toComment({ ...emptyReport("sample", "production", nobody), ...parts });
}

describe("a rehearsal as a pull request's comment", () => {
  it("says first whether it passed, what changes, and against what", () => {
    const change = { urn: "urn", resource: "s3.Bucket documents", properties: ["tags.Owner"] };
    const text = comment({
      from: { reference: "main", commit: "0123456789abcdef" },
      changes: { created: [], updated: [change], replaced: [], deleted: [] },
    });
    assert.match(
      text,
      /^### production: rehearsal passed\n\n0 created, 1 updated, 0 replaced, 0 deleted against main \(0123456789\)\n/,
    );
    assert.match(text, /\n- updated s3\.Bucket documents \(tags\.Owner\)\n/);
  });

  it("shows why it failed and which policies are broken", () => {
    const failure = {
      kind: "data-loss" as const,
      message: "the change would lose data",
      details: ["rds.Instance db would be deleted"],
    };
    const broken = {
      policy: "no-public",
      level: "mandatory" as const,
      resource: "rds.Instance db",
      message: "It is public.",
    };
    const text = comment({
      failure,
      policies: { passed: ["a"], broken: [broken], deferred: { a: 2 }, judgedDuringUp: 2 },
    });
    assert.match(text, /^### production: rehearsal \*\*failed\*\*/);
    assert.match(text, /\*\*the change would lose data\*\*\n\n~~~~\nrds\.Instance db would be deleted\n~~~~\n/);
    assert.match(
      text,
      /Policies: 1 passed, 1 mandatory and 0 advisory broken; 2 checks waited for the deployment, 2 judged then/,
    );
    assert.match(text, /- mandatory `no-public` rds\.Instance db: It is public\./);
  });

  it("shows names with Markdown and HTML in them as they are", () => {
    const hostile = { urn: "urn", resource: "s3.Bucket <img src=x>|*bold*", properties: ["`a`"] };
    const failure = { kind: "refused" as const, message: "<script>", details: ["~~~~", "<b>"] };
    const text = comment({ failure, changes: { created: [hostile], updated: [], replaced: [], deleted: [] } });
    assert.ok(text.includes("s3.Bucket &lt;img src=x&gt;\\|\\*bold\\*"));
    assert.ok(text.includes("**&lt;script&gt;**"));
    assert.equal(text.match(/^~~~~$/gm)?.length, 2, "a fence of its own, which no detail can end");
  });

  it("cuts a list that is longer than anybody reads, and says by how much", () => {
    const created = Array.from({ length: 60 }, (_, index) => ({
      urn: "",
      resource: `sqs.Queue q${index}`,
      properties: [],
    }));
    assert.match(comment({ changes: { created, updated: [], replaced: [], deleted: [] } }), /- and 10 more\n/);
  });
});
