// One line over time, drawn as wide as there is room, so that its letters keep their size.
import { shortDay } from "./dates.js";
import { html } from "./html.js";
import { Drawing, letters, useWidth } from "./svg.js";

const HEIGHT = 200;
const TOP = 24;
const FOOT = 30;
const SIDE = 20;
/** Room for a letter of a named height, at the end of the lines. */
const LETTER = 7.6;
/** Numbers nearer than this would stand on each other. */
const APART = 20;
/** So many points stand close together, and are smaller. */
const MANY = 60;
/** So many points carry their number; with more, the first, the last, the highest and the lowest do. */
const LABELLED = 9;

/**
 * A line over time.
 * @param {{points:{at:string, value:number}[], min:number, max:number, label:string, guides?:{line:number|null, at:number, label:string}[]}} props
 *   `points` in the order of their days; `label` says all of it; `guides` are names of heights, some with a line.
 */
export function LineChart({ points, min, max, label, guides: all = [] }) {
  const [box, width] = useWidth();
  const room = all.length > 0 ? Math.max(...all.map((guide) => guide.label.length)) * LETTER * letters() + 12 : 0;
  // Names that would leave no room for the line stand in the table alone.
  const guides = room > width * 0.6 ? [] : all;
  const times = points.map((point) => new Date(point.at).getTime());
  const [first, last] = [times[0], times[times.length - 1]];
  const end = width - (guides.length > 0 ? room : 0);
  const x = (n) => (last === first ? end / 2 : SIDE + ((times[n] - first) / (last - first)) * (end - 2 * SIDE));
  const y = (value) => TOP + (1 - (value - min) / (max - min)) * (HEIGHT - TOP - FOOT);
  const told = labelled(points, x);
  const days = shortDay(points[0].at) === shortDay(points.at(-1).at) ? [0] : points.length > 2 && end > 420 ? [0, Math.floor((points.length - 1) / 2), points.length - 1] : [0, points.length - 1];
  const anchor = (n) => (n === 0 ? "start" : n === points.length - 1 ? "end" : "middle");
  return html`
    <${Drawing} box=${box} width=${width} height=${HEIGHT} kind="chart" role="img" label=${label}>
      ${guides.map((guide) => html`
        <g key=${guide.label} class="guide">
          ${guide.line !== null && html`<line x1="0" x2=${end} y1=${y(guide.line)} y2=${y(guide.line)} />`}
          <text x=${end + 10} y=${y(guide.at) + 5}>${guide.label}</text>
        </g>`)}
      <polyline class="course" points=${points.map((point, n) => `${x(n)},${y(point.value)}`).join(" ")} />
      ${points.map((point, n) => html`<circle key=${n} cx=${x(n)} cy=${y(point.value)} r=${points.length > MANY ? 2 : 4} />`)}
      ${points.map((point, n) => told.has(n) && html`<text key=${`v${n}`} class="value" x=${x(n)} y=${y(point.value) - 10} text-anchor=${points.length === 1 ? "middle" : anchor(n)}>${point.value}</text>`)}
      ${[...new Set(days)].map((n) => html`<text key=${`d${n}`} x=${n === 0 && last !== first ? 0 : n === points.length - 1 && last !== first ? end : x(n)} y=${HEIGHT - 6} text-anchor=${last === first ? "middle" : anchor(n)}>${shortDay(points[n].at)}</text>`)}
    </${Drawing}>`;
}

/** Which points carry their number: the last one first, and none on top of another. */
function labelled(points, x) {
  const values = points.map((point) => point.value);
  const wanted = points.length <= LABELLED ? [...points.keys()] : [0, values.indexOf(Math.max(...values)), values.indexOf(Math.min(...values)), points.length - 1];
  const told = new Set();
  for (const n of wanted.reverse()) if ([...told].every((other) => Math.abs(x(other) - x(n)) >= APART)) told.add(n);
  return told;
}

/**
 * Amounts side by side: a name, a bar, its number.
 * @param {{rows:{name:string, value:number, told?:string}[], label:string, most?:number, own?:boolean}} props
 *   `told` is written in the place of the number; `most` is what a whole bar stands for; `own`: the names are the person's words
 */
export function BarChart({ rows, label, most = Math.max(...rows.map((row) => row.value)), own = false }) {
  return html`
    <div class=${rows.some((row) => row.told) ? "bars telling" : "bars"} role="img" aria-label=${label}>
      ${rows.map((row) => html`
        <div key=${row.name} class="bar-row">
          <span class=${own ? "bar-name own flow" : "bar-name"} dir=${own ? "auto" : undefined}>${row.name}</span>
          <span class="bar">${row.value > 0 && html`<span style=${{ inlineSize: `${(row.value / most) * 100}%` }}></span>`}</span>
          <span class="bar-value">${row.told ?? row.value}</span>
        </div>`)}
    </div>`;
}
