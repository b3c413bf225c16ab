import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import { instanceEnvironment, migrate, unpackBundle } from "./support/application";
import { Parts } from "./support/parts";
import { describeWith } from "../support/tools";

const DATABASE = "migrations_of_a_release";

/** A revision that adds a column. */
const revision = (id: string, after: string): string => `
import sqlalchemy as sa
from alembic import op

revision = "${id}"
down_revision = "${after}"


def upgrade():
    op.add_column("documents", sa.Column("column_${id}", sa.String(10)))
`;

describeWith("everything", "the migrations of a release", function () {
  this.timeout(180_000);
  let parts: Parts;
  before(async () => {
    parts = await Parts.start();
  });
  beforeEach(() => {
    parts.sql(`DROP DATABASE IF EXISTS ${DATABASE}`);
    parts.sql(`CREATE DATABASE ${DATABASE} OWNER aiprismadmin`);
  });
  after(() => parts?.stop());

  /** Releases the reference application with more revisions: after each other, following its own. */
  const released = async (...revisions: string[]): Promise<{ code: number | null; output: string }> => {
    const folder = fs.mkdtempSync(path.join(parts.folder, "release-"));
    unpackBundle(folder);
    revisions.forEach((id, index) => {
      const file = path.join(folder, "migrations", "versions", `${id}.py`);
      fs.writeFileSync(file, revision(id, revisions[index - 1] ?? "0001"));
    });
    const env = instanceEnvironment(parts, 8080);
    env.DATABASE_URL = env.DATABASE_URL!.replace("/aiprism?", `/${DATABASE}?`);
    const migrating = migrate(folder, env);
    return { code: await migrating.ended, output: migrating.output() };
  };
  const at = (): string => parts.sql("SELECT version_num FROM alembic_version", DATABASE).trim();
  const columns = (): string[] =>
    parts
      .sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'documents'", DATABASE)
      .split("\n")
      .map((line) => line.trim())
      .filter((name) => name.startsWith("column_"));

  it("bring a new database, and one of an earlier release, to the bundle's newest revision", async () => {
    assert.equal((await released()).code, 0);
    assert.equal(at(), "0001");
    const { code, output } = await released("a", "b");
    assert.equal(code, 0, output);
    assert.equal(at(), "b");
    assert.deepEqual(columns().sort(), ["column_a", "column_b"]);
  });

  it("change nothing the second time", async () => {
    await released("a");
    assert.equal((await released("a")).code, 0);
    assert.equal(at(), "a");
  });

  it("leave the database as it is when an earlier version is gone back to, and go on from there later", async () => {
    await released();
    await released("a", "b");
    const { code, output } = await released("a");
    assert.equal(code, 0, output);
    assert.match(output, /the database is ahead, at b, and is left as it is/);
    assert.equal(at(), "b");
    assert.deepEqual(columns().sort(), ["column_a", "column_b"]);
    assert.equal((await released("a", "b", "c")).code, 0);
    assert.equal(at(), "c");
  });

  it("fail the deployment of a bundle whose migrations are not the database's", async () => {
    await released("a");
    const { code, output } = await released("x");
    assert.equal(code, 1);
    assert.match(output, /the database is at a, which this bundle does not know, and never was at x/);
    assert.equal(at(), "a");
  });
});
