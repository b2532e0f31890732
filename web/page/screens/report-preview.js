// What a report would hold, line by line, before it is made.
import { report as says } from "../strings-report.js";
import { fill, html, useEffect, useRef } from "../ui/html.js";
import { shortDay } from "../ui/dates.js";

/** @param {{preview:any, name?:string}} props `name`: what the person wants to be called on it */
export function Holds({ preview, name }) {
  const heading = useRef(null);
  useEffect(() => { heading.current.focus(); }, []);
  return html`
    <section class="part" aria-labelledby="holds">
      <h2 id="holds" tabindex="-1" ref=${heading}>${says.holds}</h2>
      ${preview.lines.length === 0 ? html`<p>${says.holdsNone}</p>` : html`
        <ul class="plain">${preview.lines.map((line) => html`<li key=${line.section}>${lineOf(line)}${line.own_words && html` <strong>${says.ownWords}</strong>`}</li>`)}</ul>
        ${name && html`<p>${fill(says.nameOn, { name })}</p>`}
        <p>${preview.own_words ? says.ownAny : says.ownNone}</p>`}
    </section>`;
}

function lineOf({ section, title, count: n, of, first, last }) {
  if (n === 0) return fill(says.nothing, { title });
  const [one, many] = says.counts[section] ?? [`1 ${of}`, `{n} ${of}`];
  const words = !first ? says.line : first === last ? says.lineDay : says.lineDays;
  return fill(words, { title, count: fill(n === 1 ? one : many, { n }), ...(first && { first: shortDay(first), last: shortDay(last) }) });
}
