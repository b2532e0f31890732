// The table behind a drawing. It is made when it is opened: a year has many rows.
import { insight as says } from "../strings-insight.js";
import { html, useState } from "./html.js";

/**
 * @param {{of:string, head:string[], rows:any[][], own?:boolean, summary?:string}} props
 *   `of`: what it is a table of; the first of each row is its name, in the person's own words where `own`
 */
export function Table({ of, head, rows, own = false, summary = says.table }) {
  const [isOpen, open] = useState(false);
  return html`
    <details onToggle=${(event) => open(event.currentTarget.open)}>
      <summary>${summary}<span class="sr">${`: ${of}`}</span></summary>
      ${isOpen && html`
        <div class="wide" tabindex="0" role="region" aria-label=${of}>
          <table class="told">
            <thead><tr>${head.map((name, n) => html`<th key=${n} scope="col">${name}</th>`)}</tr></thead>
            <tbody>${rows.map(([name, ...cells], n) => html`<tr key=${n}><th scope="row" class=${own ? "own flow" : ""} dir=${own ? "auto" : undefined}>${name}</th>${cells.map((cell, m) => html`<td key=${m}>${cell}</td>`)}</tr>`)}</tbody>
          </table>
        </div>`}
    </details>`;
}
