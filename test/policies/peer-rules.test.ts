import assert from "node:assert/strict";
import { PEERS, type PeerRule } from "../../docs/policy-tables";
import { guardIds } from "../../policies/evaluate";
import { rules } from "../../policies/rules";

const ids = new Set([...rules.map(({ id }) => id), ...guardIds]);
const rows = [...numbered("", 97), ...numbered("A", 19)];
const starred =
  "1 2 3 4 5 6 7 15 16 18 19 20 29 30 36 37 43 50 51 63 68 72 73 75 78 80 88 93 A1 A2 A4 A6 A8 A9 A10 A11 A18 A19";

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

/** What is wrong with the account that is given of other packs' rules. */
function faults(peers: readonly PeerRule[]): string[] {
  const found = peers.flatMap(({ row, rules: own, leftOut, starred: must }) => [
    ...own.filter((id) => !ids.has(id)).map((id) => `${row}: there is no rule ${id}`),
    ...(own.length === 0 && leftOut === undefined ? [`${row}: neither a rule nor a reason`] : []),
    ...(own.length > 0 && leftOut !== undefined ? [`${row}: left out, and there`] : []),
    ...(own.length === 0 && must ? [`${row}: must be there`] : []),
    // A reason is a sentence, and says more than that something is not there.
    ...(leftOut !== undefined && !/^[A-Z].{40,}\.$/s.test(leftOut) ? [`${row}: gives no reason`] : []),
    ...(leftOut?.match(/[a-z]+\d?(-[a-z0-9]+)+/g) ?? [])
      .filter((id) => /^(s3|rds|eb|secret|cloudfront|cloudtrail|cdn)-/.test(id) && !ids.has(id))
      .map((id) => `${row}: its reason names ${id}, which is no rule`),
  ]);
  const present = peers.map(({ row }) => row);
  return [...found, ...rows.filter((row) => !present.includes(row)).map((row) => `${row}: not accounted for`)];
}

describe("The rules of other packs", () => {
  it("are rules here or left out for a reason, all of them", () => {
    assert.deepEqual(faults(PEERS), []);
  });

  it("are written down once each, the indispensable ones marked", () => {
    assert.deepEqual(
      PEERS.map(({ row }) => row),
      rows,
    );
    assert.deepEqual(
      PEERS.filter((one) => one.starred).map(({ row }) => row),
      starred.split(" "),
    );
  });

  it("are missed when one is dropped, names a rule that is gone, or goes without a reason", () => {
    const withFirst = (change: Partial<PeerRule>): readonly PeerRule[] => [
      { ...PEERS[0]!, ...change },
      ...PEERS.slice(1),
    ];
    assert.deepEqual(faults(PEERS.slice(1)), ["1: not accounted for"]);
    assert.deepEqual(faults(withFirst({ rules: ["s3-public"] })), ["1: there is no rule s3-public"]);
    assert.deepEqual(faults(withFirst({ rules: [], starred: false })), ["1: neither a rule nor a reason"]);
    assert.deepEqual(faults(withFirst({ rules: [], leftOut: "Not needed." })), [
      "1: must be there",
      "1: gives no reason",
    ]);
  });
});
