import assert from "node:assert/strict";
import { escapeHtml, html } from "../../operations/report/html";

describe("markup of the report", () => {
  it("escapes every inserted text, in elements and in attributes", () => {
    const text = `"><b class='x'>&amp;`;
    assert.equal(
      html`<p title="${text}">${text}</p>`.text,
      '<p title="&quot;&gt;&lt;b class=&#39;x&#39;&gt;&amp;amp;">&quot;&gt;&lt;b class=&#39;x&#39;&gt;&amp;amp;</p>',
    );
  });

  it("inserts markup and lists of it as they are, and nothing for what is absent", () => {
    const items = ["a", "<b>"].map((text) => html`<i>${text}</i>`);
    assert.equal(html`<p>${items}${undefined}${false}${0}</p>`.text, "<p><i>a</i><i>&lt;b&gt;</i>0</p>");
  });

  it("makes characters visible that hide others or turn their direction", () => {
    assert.equal(escapeHtml("a\u202eb\u0007c\nd"), "a\ufffdb\ufffdc\nd");
  });

  it("keeps the spaces and lines of inserted text", () => {
    assert.equal(html`<pre>${"a\n  b"}</pre>`.text, "<pre>a\n  b</pre>");
  });
});
