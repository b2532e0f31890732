// Where numbers of one scale lie: a row each, with its name, a dot or dots, a line, and its number.
import { html } from "./html.js";

/**
 * @param {{rows:{name:string, value:string, low?:number, high?:number, dots:number[], middle?:number}[], most:number,
 *   ends:{no:string, yes:string}, label:string, own?:boolean}} props `own`: the names are the person's words
 */
export function RangeChart({ rows, most, ends, label, own = false }) {
  const part = (n) => `${(n / most) * 100}%`;
  return html`
    <div class="bars" role="img" aria-label=${label}>
      ${rows.map((row, n) => html`
        <div key=${n} class="bar-row">
          <span class=${own ? "bar-name own flow" : "bar-name"} dir=${own ? "auto" : undefined}>${row.name}</span>
          <span class="range">
            ${row.low !== undefined && html`<span class="range-line" style=${{ insetInlineStart: part(row.low), inlineSize: part(row.high - row.low) }}></span>`}
            ${row.dots.map((dot, m) => html`<span key=${m} class=${row.middle === undefined ? "range-dot" : "range-dot small"} style=${{ insetInlineStart: part(dot) }}></span>`)}
            ${row.middle !== undefined && html`<span class="range-middle" style=${{ insetInlineStart: part(row.middle) }}></span>`}
          </span>
          <span class="bar-value">${row.value}</span>
        </div>`)}
      <div class="bar-row bar-ends"><span class="bar-name"></span><span class="range-ends"><span>${ends.no}</span><span>${ends.yes}</span></span><span></span></div>
    </div>`;
}
