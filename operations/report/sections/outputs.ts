import type { Report } from "../collect";
import { absent } from "../elements";
import { type Markup, html } from "../html";

/** Every output of the stack. */
export function outputs({ outputs: all }: Report): Markup {
  if (all.length === 0) return absent("The stack has no outputs.");
  return html`<div class="scroll" role="group" aria-label="Outputs" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Output</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          ({ path, value }) =>
            html`<tr>
              <th scope="row"><code>${path}</code></th>
              <td><pre>${value}</pre></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
