import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, createChild, InvalidArgument, type Transform } from "../../infra/component";
import { runMocked } from "../support/mocks";

class Topics extends Component<{ topic?: Transform<aws.sns.TopicArgs> }> {
  constructor(name: string, transform?: Transform<aws.sns.TopicArgs>, options?: pulumi.CustomResourceOptions) {
    super("Topics", name, { topic: transform });
    this.child("topic", aws.sns.Topic, name, { name: "alerts", tags: { Owner: "platform", Tier: "1" } }, options);
    this.registerOutputs({});
  }
  fail(): never {
    return this.refuse("size", 7, "1 to 5");
  }
}

const TOPIC = "aws:sns/topic:Topic";
const run = (transform?: Transform<aws.sns.TopicArgs>, options?: pulumi.CustomResourceOptions) =>
  runMocked(() => new Topics("alerts", transform, options));

describe("a component", () => {
  it("is the parent of its children and has a type of this project", async () => {
    const { one } = await run();
    assert.match(one(TOPIC).parent, /ai-prism:infra:Topics::alerts$/);
  });

  it("merges an object transform one level deep: a given property replaces the whole property", async () => {
    const { inputs } = (await run({ tags: { Tier: "2" } })).one(TOPIC);
    assert.deepEqual(inputs, { name: "alerts", tags: { Tier: "2" } });
  });

  it("leaves the caller's transform and arguments as they were, so that both serve twice", async () => {
    const shared = { name: "alerts", tags: { Tier: "1" } };
    const transform = Object.freeze({ displayName: "Ours" });
    const { inputs } = (
      await runMocked(() => {
        const parent = new Topics("parent");
        createChild<aws.sns.TopicArgs, aws.sns.Topic>(parent, transform, aws.sns.Topic, "first", shared);
        createChild<aws.sns.TopicArgs, aws.sns.Topic>(
          parent,
          (args) => (args.displayName = "Theirs"),
          aws.sns.Topic,
          "second",
          shared,
        );
      })
    ).one(TOPIC, "first");
    assert.deepEqual(inputs, { ...shared, displayName: "Ours" });
    assert.deepEqual(shared, { name: "alerts", tags: { Tier: "1" } });
  });

  it("lets an object transform take a property away", async () => {
    assert.deepEqual((await run({ tags: undefined })).one(TOPIC).inputs, { name: "alerts" });
  });

  it("lets a function transform edit arguments and options, and tells it the child's name", async () => {
    let told = "";
    const { one } = await run((args, options, name) => {
      told = name;
      args.displayName = "Ours";
      options.protect = true;
    });
    assert.equal(told, "alerts");
    assert.equal(one(TOPIC).inputs.displayName, "Ours");
    assert.equal(one(TOPIC).inputs.name, "alerts");
    assert.equal(one(TOPIC).protect, true);
  });

  it("gives children the options that it was told to", async () => {
    assert.deepEqual((await run(undefined, { ignoreChanges: ["tags"] })).one(TOPIC).ignoreChanges, ["tags"]);
  });

  it("gives a child another parent only when told to", async () => {
    const { one } = await runMocked(() => {
      const topics = new Topics("alerts");
      const grandparent = new Topics("others");
      createChild(grandparent, undefined, aws.sns.Topic, "child", {}, { parent: topics });
    });
    assert.match(one(TOPIC, "child").parent, /::alerts$/);
  });

  it("refuses in one line that names it, the field, the value and what is allowed", async () => {
    await assert.rejects(
      runMocked(() => new Topics("alerts").fail()),
      { message: 'Topics "alerts": size = 7 is not allowed: 1 to 5' },
    );
  });

  it("is refused without a stack trace, as a mistake of the program's user", () => {
    const refusal = new InvalidArgument('Topics "alerts"', "sizes", [], "at least one");
    assert.ok(pulumi.RunError.isInstance(refusal));
    assert.equal(refusal.message, 'Topics "alerts": sizes = [] is not allowed: at least one');
  });
});
