import assert from "node:assert/strict";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { collect } from "../../operations/report/collect";
import { pageOf } from "../../operations/report/page";
import { Exemptions } from "../../policies/exemptions";
import { rules } from "../../policies/rules";
import { rehearsed } from "../support/rehearsed";
import { type View, describeInChromium } from "./browser";
import { HOSTILE, foreignExport, productionSettings, stackOf } from "./fixtures";

const SECTIONS = [
  "changes",
  "architecture",
  "policies",
  "costs",
  "capacity",
  "deployment",
  "dashboards",
  "outputs",
  "resources",
];

const SIZES: readonly [string, View][] = [
  ["a phone", { width: 360, height: 740 }],
  ["a tablet", { width: 820, height: 1180, colorScheme: "dark" }],
  ["a desktop", { width: 1440, height: 900 }],
];

/** What axe finds, one line for each. */
async function accessibilityOf(page: Page): Promise<string[]> {
  // What is folded away is looked at as well.
  await page.evaluate(
    `document.querySelectorAll("details").forEach((each, index) => { each.open = index % 9 === 0; })`,
  );
  // Evaluated by the debugger, which the page's policy does not forbid.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(`axe.run(document, { resultTypes: ["violations"] })`)) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  );
}

const number = (page: Page, expression: string): Promise<number> => page.evaluate(expression);

describeInChromium("the report of production in Chromium", (open) => {
  let html = "";
  let exempted = "";
  before(async function () {
    this.timeout(300_000);
    const { checkpoint } = await rehearsed(this, "production");
    const stack = stackOf(checkpoint, productionSettings(), "the rehearsal");
    const before = structuredClone(checkpoint);
    const database = before.deployment.resources!.find(({ type }) => type === "aws:rds/instance:Instance")!;
    database.inputs!.instanceClass = "db.t3.large";
    const topic = before.deployment.resources!.findIndex(({ type }) => type === "aws:sns/topic:Topic");
    before.deployment.resources!.splice(topic, 1);
    const base = stackOf(before, productionSettings(), "main");
    // A bucket that is not versioned: an advisory finding, and one that is exempted.
    exempted = stack.resources.find(({ type }) => type === "aws:elasticache/replicationGroup:ReplicationGroup")!.urn;
    stack.resources.find(({ urn }) => urn === exempted)!.inputs!.transitEncryptionEnabled = false;
    const exemption = {
      rule: "elasticache-in-transit-encryption",
      resource: exempted,
      reason: "the client of a partner cannot speak TLS yet",
      owner: "platform@example.com",
      expires: "2099-01-01",
    };
    const today = new Date().toISOString().slice(0, 10);
    const next = new Date(Date.now() + 86_400_000 * 30).toISOString().slice(0, 10);
    const exemptions = new Exemptions({ exemptions: [{ ...exemption, expires: next }] }, rules, today);
    html = pageOf(collect({ stack, base, policies: { exemptions } }));
  });

  it("shows every section without an error, and asks for nothing but itself", async () => {
    const { page, complaints } = await open(html);
    for (const id of SECTIONS) {
      const text = (await page.locator(`#${id}`).innerText()).trim();
      assert.ok(text.length > 40, `${id}: ${text}`);
    }
    assert.equal(await page.locator("h1").innerText(), "ai-prism production");
    assert.deepEqual(complaints, []);
  });

  it("draws the way of a request, each box a link to what it stands for", async () => {
    const { page } = await open(html);
    const drawing = page.locator("svg.paths");
    const titles = await drawing.locator("text.head").allTextContents();
    for (const name of ["Visitors", "firewall", "cdn", "application", "redis", "database", "documents", "Models"]) {
      assert.ok(titles.includes(name), `${name} is not among ${titles.join(", ")}`);
    }
    await drawing.getByText("rds.Instance", { exact: true }).first().click();
    const opened = page.locator("#resources details[open]");
    assert.match(await opened.innerText(), /database[\s\S]*rds\.Instance[\s\S]*instanceClass[\s\S]*db\.t3\.micro/);
    assert.match(await opened.innerText(), /USD a month/);
  });

  it("leads from a resource to a rule, and from the rule back", async () => {
    const { page } = await open(html);
    await page.goto(`${page.url()}#resources`);
    const urn = page.locator("code", { hasText: /aws:rds\/instance:Instance::database$/ });
    const database = page.locator("#resources details", { has: urn });
    await database.locator("summary").click();
    await database.getByRole("link", { name: "rds-multi-az", exact: true }).click();
    const rule = page.locator("#policies details:target");
    assert.equal(await rule.getAttribute("open"), "");
    await rule.getByRole("link", { name: "rds.Instance database", exact: true }).click();
    assert.equal(await page.locator("#resources details:target").getAttribute("open"), "");
  });

  it("has no link that leads nowhere", async () => {
    const { page } = await open(html);
    const dead = await page.evaluate(
      `[...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id))`,
    );
    assert.deepEqual(dead, []);
  });

  it("narrows rules and resources down, says how many are left, and shows what a link leads to nevertheless", async () => {
    const { page } = await open(html);
    const form = page.locator('form[data-filters="rules"]');
    const shown = page.locator("#rules > details:not([hidden])");
    const all = await shown.count();
    assert.equal(all, rules.length);
    await form.getByRole("searchbox").fill("redis encrypted");
    const some = await shown.count();
    assert.ok(some < all);
    assert.equal(await form.locator("output").innerText(), `${some} of ${all} shown`);
    await form.getByRole("button", { name: "Show all" }).click();
    await form.getByLabel("Result").selectOption("exempted");
    assert.equal(await shown.count(), 1);
    assert.match(await shown.innerText(), /exempted/);
    await page.locator('form[data-filters="resources-list"]').getByRole("searchbox").fill("rds.instance database");
    assert.ok((await page.locator("#resources-list details:not([hidden])").count()) < 5);
    // The rule's resource is hidden by that filter.
    await shown.locator("summary").first().click();
    await shown.getByRole("link", { name: "elasticache.ReplicationGroup redis" }).first().click();
    assert.ok(await page.locator("#resources details:target").isVisible());
  });

  it("shows an exemption with its reason, its owner and its end", async () => {
    const { page } = await open(html);
    const rule = page.locator("#rules > details").filter({ hasText: "elasticache-in-transit-encryption" });
    assert.match(
      (await rule.textContent())!,
      /Exempted until \d{4}-\d{2}-\d{2} by platform@example\.com: the client of a partner cannot speak TLS yet/,
    );
  });

  it("shows what a change does, before and after, and what it costs", async () => {
    const { page } = await open(html);
    const text = await page.locator("#changes").innerText();
    assert.match(
      text,
      /Updated: 1[\s\S]*rds\.Instance database[\s\S]*instanceClass[\s\S]*db\.t3\.large[\s\S]*db\.t3\.micro/,
    );
    assert.match(text, /Created: 1[\s\S]*sns\.Topic/);
    assert.match(text, /What that does to the costs[\s\S]*RDS[\s\S]*Total/);
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await open(html);
    const active = (property: string): Promise<string> =>
      page.evaluate(`String(document.activeElement.${property}).slice(0, 200)`);
    await page.keyboard.press("Tab");
    assert.equal(await active("textContent"), "To the content");
    await page.keyboard.press("Enter");
    assert.equal(await active("id"), "content");
    await page.locator("svg.paths a").first().focus();
    await page.keyboard.press("Enter");
    assert.match(page.url(), /#[gr]-\d+$/);
    const summary = page.locator("#rules > details:not([open]) > summary").first();
    const id = await summary.evaluate(
      (element) => (element as unknown as { parentNode: { id: string } }).parentNode.id,
    );
    await summary.focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(`#${id}`).getAttribute("open"), "");
    const width = await page.evaluate(`getComputedStyle(document.activeElement).outlineWidth`);
    assert.equal(width, "2px", "what has the focus is marked");
  });

  it("keeps the choice of colours while the page is open", async () => {
    const { page } = await open(html);
    const ground = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    const button = page.getByRole("button", { name: /Colours/ });
    await button.click();
    assert.equal(await button.getAttribute("aria-label"), "Colours: light");
    assert.equal(await ground(), light);
    await button.click();
    assert.equal(await button.getAttribute("aria-label"), "Colours: dark");
    assert.notEqual(await ground(), light);
  });

  it("is all there without scripts", async () => {
    const { page } = await open(html, { javaScriptEnabled: false });
    for (const id of SECTIONS) assert.ok(await page.locator(`#${id} h2`).isVisible());
    assert.equal(await page.locator("form").first().isVisible(), false, "no filter that does nothing");
  });

  for (const [what, view] of [...SIZES, ["a desktop in the dark", { ...SIZES[2]![1], colorScheme: "dark" }]] as const) {
    it(`fits ${what} and has nothing that axe objects to`, async () => {
      const { page, complaints } = await open(html, view);
      assert.ok((await number(page, "document.documentElement.scrollWidth")) <= view.width!);
      assert.deepEqual(await accessibilityOf(page), []);
      assert.ok((await number(page, "document.documentElement.scrollWidth")) <= view.width!);
      assert.deepEqual(complaints, []);
    });
  }

  it("prints without what only a screen needs, and without cutting anything off", async () => {
    const { page } = await open(html);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".bar").isVisible(), false);
    assert.equal(await page.locator("form").first().isVisible(), false);
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 10_000);
  });
});

describeInChromium("the report of another program in Chromium", (open) => {
  const html = () => pageOf(collect({ stack: stackOf(foreignExport()), policies: {} }));

  it("shows names full of markup as text, and runs nothing of them", async () => {
    const { page, complaints } = await open(html());
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.locator("script").count(), 1);
    const visible = HOSTILE.replace("\u202e", "\ufffd");
    assert.ok((await page.locator("#resources").textContent())!.includes(visible));
    assert.ok((await page.locator("#outputs").textContent())!.includes(`${visible}.${visible}`));
  });

  it("says in each section what is not there, and why", async () => {
    const { page } = await open(html());
    const text = async (id: string) => page.locator(`#${id}`).innerText();
    assert.match(await text("changes"), /Nothing is compared here/);
    assert.match(await text("architecture"), /No path of data can be told from the dependencies/);
    assert.match(await text("costs"), /There are no prices for what the stack holds[\s\S]*no prices of gcp here/);
    assert.match(await text("capacity"), /No load is known/);
    assert.match(await text("dashboards"), /The stack has no CloudWatch dashboards/);
  });

  for (const [what, view] of SIZES) {
    it(`fits ${what} and has nothing that axe objects to`, async () => {
      const { page } = await open(html(), view);
      assert.ok((await number(page, "document.documentElement.scrollWidth")) <= view.width!);
      assert.deepEqual(await accessibilityOf(page), []);
    });
  }

  it("shows a stack without any resource", async () => {
    const empty = pageOf(collect({ stack: stackOf({ version: 3, deployment: { resources: [] } }), policies: {} }));
    const { page, complaints } = await open(empty);
    assert.match(await page.locator("#architecture").innerText(), /The stack holds no resources/);
    assert.deepEqual(complaints, []);
  });
});
