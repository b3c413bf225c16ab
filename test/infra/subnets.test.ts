import assert from "node:assert/strict";
import { smallestPrefix, vpcPrefix } from "../../infra/subnets";

describe("subnet arithmetic", () => {
  it("knows the smallest block that holds three subnets in each zone", () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6].map(smallestPrefix), [26, 25, 24, 24, 23, 23]);
  });

  const blocks: [string, number | undefined][] = [
    ["10.20.0.0/16", 16],
    ["172.16.0.0/20", 20],
    ["172.31.255.0/24", 24],
    ["192.168.4.0/22", 22],
    ["172.32.0.0/16", undefined],
    ["11.0.0.0/16", undefined],
    ["10.20.0.1/16", undefined],
    ["10.20.0.0/33", undefined],
    ["10.300.0.0/16", undefined],
    ["10.0.0/16", undefined],
    ["192.167.0.0/16", undefined],
    ["192.168.128.0/16", undefined],
    ["172.15.0.0/16", undefined],
    ["010.20.0.0/16", undefined],
    ["10..0.0/16", undefined],
    ["10.20.0.0", undefined],
    ["10.20.0.0/", undefined],
    ["10.20.0.0/16/8", undefined],
    ["10.20.0.0/-1", undefined],
    ["10.20.0.0/1e1", undefined],
    ["fd00::/16", undefined],
    ["", undefined],
  ];
  for (const [block, prefix] of blocks) {
    it(`takes "${block}" for ${prefix === undefined ? "no private block" : `a private /${prefix}`}`, () => {
      assert.equal(vpcPrefix(block), prefix);
    });
  }
});
