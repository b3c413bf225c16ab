import assert from "node:assert/strict";
import { versionBefore } from "../../operations/release/history";
import type { NumberedRecord } from "../../operations/release/store";

type Line = [kind: NumberedRecord["kind"], from: string, to: string, outcome?: NumberedRecord["outcome"]];

/** What comes before the version that runs, after these releases in order. */
function before(running: string, ...lines: Line[]): Promise<unknown> {
  const records = lines.map(([kind, from, to, outcome = "deployed"], index): NumberedRecord => ({
    number: index + 1,
    kind,
    from,
    to,
    outcome,
    by: "arn:aws:iam::111122223333:user/operator",
    startedAt: "2026-11-26T00:00:00Z",
  }));
  return versionBefore(records.reverse(), running);
}

describe("the version that ran before", () => {
  it("is what the last release came from", async () => {
    assert.deepEqual(await before("c", ["release", "a", "b"], ["release", "b", "c"]), { kind: "found", version: "b" });
  });

  it("is none before the first release", async () => {
    assert.deepEqual(await before("a"), { kind: "none" });
    assert.deepEqual(await before("a", ["release", "a", "b"], ["rollback", "b", "a"]), { kind: "none" });
  });

  it("is one further back after a rollback, not what was gone back from", async () => {
    const lines: Line[] = [
      ["release", "a", "b"],
      ["release", "b", "c"],
      ["rollback", "c", "b"],
    ];
    assert.deepEqual(await before("b", ...lines), { kind: "found", version: "a" });
  });

  it("is the newer one when an older one was released on purpose", async () => {
    const lines: Line[] = [
      ["release", "a", "b"],
      ["release", "b", "a"],
    ];
    assert.deepEqual(await before("a", ...lines), { kind: "found", version: "b" });
  });

  it("does not count releases that failed or were refused, but says when the last one did", async () => {
    const lines: Line[] = [
      ["release", "a", "b"],
      ["release", "b", "c", "failed"],
    ];
    assert.deepEqual(await before("b", ...lines), { kind: "never-took-over", version: "c" });
    assert.deepEqual(await before("d", ...lines, ["release", "b", "d"]), { kind: "found", version: "b" });
    const refused: Line[] = [...lines, ["release", "b", "d", "refused"]];
    assert.deepEqual(await before("b", ...refused), { kind: "never-took-over", version: "d" });
  });

  it("is what an interrupted release came from once its version runs", async () => {
    assert.deepEqual(await before("b", ["release", "a", "b", "started"]), { kind: "found", version: "a" });
    assert.deepEqual(await before("a", ["release", "a", "b", "started"]), { kind: "never-took-over", version: "b" });
  });

  it("is not the version itself, when it was deployed again", async () => {
    const lines: Line[] = [
      ["release", "a", "b"],
      ["release", "b", "b"],
    ];
    assert.deepEqual(await before("b", ...lines), { kind: "found", version: "a" });
    const failed: Line[] = [
      ["release", "a", "b"],
      ["release", "b", "b", "failed"],
    ];
    assert.deepEqual(await before("b", ...failed), { kind: "found", version: "a" });
  });

  it("is what the records say last when what runs was deployed past them", async () => {
    assert.deepEqual(await before("x", ["release", "a", "b"]), { kind: "found", version: "b" });
    assert.deepEqual(await before("x", ["release", "a", "b", "failed"]), { kind: "none" });
  });
});
