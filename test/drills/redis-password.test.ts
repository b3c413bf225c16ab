import assert from "node:assert/strict";
import * as fs from "node:fs";
import { pulumiCli } from "../support/pulumi-cli";
import { temporaryDirectory } from "../operations/prism";
import { Drill, named } from "./support";

const USER = "aws:elasticache/user:User";
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";

describe("rotating Redis's password", function () {
  this.timeout(1_200_000);
  const directory = temporaryDirectory();
  let drill: Drill;
  let group: string;
  let user: string;

  before(async function () {
    drill = new Drill(directory, await pulumiCli(this));
    await drill.deploy("--fresh");
    group = drill.inAws(GROUP, "redis").id;
    user = drill.inAws(USER, "redis-application").id;
  });

  const accepted = () =>
    (drill.inAws(USER, "redis-application").inputs.authenticationMode as { passwords: unknown[] }).passwords.length;

  /** What the environment hands to its instances as `REDIS_URL`. */
  const handedOut = () => {
    const settings = drill.inAws(ENVIRONMENT, "application").inputs.settings as { name: string; value: string }[];
    return settings
      .find(({ name }) => name === "REDIS_URL")!
      .value.split(":")
      .at(-1);
  };

  it("starts with one password, which the instances hold", () => {
    assert.equal(accepted(), 1);
    assert.equal(handedOut(), "url1");
  });

  it("refuses to take that password from them, before anything is changed", async () => {
    for (const generations of [[2], [3, 2]]) {
      drill.configure(["redis", "passwordGenerations"], generations);
      const { ok, failure, passes } = await drill.rehearse();
      assert.equal(ok, false);
      assert.match(
        JSON.stringify(failure),
        /RedisCache \\"redis\\": passwordGenerations = .* is not allowed: the instances hold password 1, so that one stays/,
      );
      assert.deepEqual(
        passes.map(({ name }) => name),
        ["gate"],
      );
      assert.equal(accepted(), 1);
    }
  });

  it("takes a second password and hands it to the instances, without a new user, cache or environment", async () => {
    drill.configure(["redis", "passwordGenerations"], [2, 1]);
    const { changes } = await drill.deploy();
    assert.deepEqual(named(changes), {
      created: ["random.RandomPassword redis-password-2"],
      updated: ["elasticache.User redis-application", "elasticbeanstalk.Environment application"],
      replaced: ["secretsmanager.SecretVersion redis"],
      deleted: [],
    });
    assert.equal(accepted(), 2);
    assert.equal(handedOut(), "url2");
  });

  it("can be taken back as long as both are accepted", async () => {
    drill.configure(["redis", "passwordGenerations"], [1, 2]);
    await drill.deploy();
    assert.equal(accepted(), 2);
    assert.equal(handedOut(), "url1");
    drill.configure(["redis", "passwordGenerations"], [2, 1]);
    await drill.deploy();
  });

  it("lets go of the first password, and leaves the instances alone", async () => {
    drill.configure(["redis", "passwordGenerations"], [2]);
    const { changes } = await drill.deploy();
    assert.deepEqual(named(changes), {
      created: [],
      updated: ["elasticache.User redis-application"],
      replaced: ["secretsmanager.SecretVersion redis"],
      deleted: ["random.RandomPassword redis-password-1"],
    });
    assert.equal(accepted(), 1);
    assert.equal(handedOut(), "url2");
  });

  it("has kept cache and user from the first to the last, and no password in clear in the state", () => {
    assert.equal(drill.inAws(GROUP, "redis").id, group);
    assert.equal(drill.inAws(USER, "redis-application").id, user);
    assert.doesNotMatch(fs.readFileSync(drill.stateFile, "utf8"), /rediss:\/\/[^"]*@/);
  });
});
