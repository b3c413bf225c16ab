import assert from "node:assert/strict";
import { generate } from "../../docs/generate";
import { graphOf, mermaid } from "../../docs/diagram";
import type { Registered } from "../support/mocks";

describe("generated documentation", () => {
  it("is current; `npm run docs` writes it anew", async () => {
    assert.deepEqual(await generate(true), []);
  }).timeout(30_000);

  it("draws an arrow for what a component needs, and none that follows from others", () => {
    const urn = (type: string, name: string) => `urn:pulumi:s::p::${type}::${name}`;
    const component = (name: string): Partial<Registered> => ({
      type: "ai-prism:infra:X",
      name,
      parent: "",
      dependencies: [],
    });
    const child = (owner: string, ...needs: string[]): Partial<Registered> => ({
      type: "aws:x:Y",
      name: `${owner}-child`,
      parent: urn("ai-prism:infra:X", owner),
      dependencies: needs.map((name) => urn("ai-prism:infra:X$aws:x:Y", `${name}-child`)),
    });
    const resources = [
      ...["a", "b", "c"].map(component),
      child("a"),
      child("b", "a"),
      child("c", "a", "b"),
    ] as Registered[];
    assert.equal(
      mermaid(graphOf(resources)),
      ["flowchart LR", '  a["X<br/>a"]', '  b["X<br/>b"]', '  c["X<br/>c"]', "  b --> a", "  c --> b"].join("\n"),
    );
  });
});
