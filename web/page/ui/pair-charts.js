// Two numbers beside each other: before and after, and one against another.
import { dots } from "./course-chart.js";
import { html } from "./html.js";
import { Drawing, letters, useWidth } from "./svg.js";

const HEIGHT = 220;
const TOP = 26;
const FOOT = 30;
const WIDE = 480;
/** Room for a letter. */
const LETTER = 7.6;

/**
 * Ratings before and after, a thin line for each pair and a thick one for their middle.
 * @param {{pairs:[number, number][], middle:[number, number], words:{before:string, after:string, low:string, high:string}, label:string}} props
 */
export function BeforeAfter({ pairs, middle, words, label }) {
  const [box, full] = useWidth();
  const width = Math.min(full, WIDE);
  const room = Math.max(words.high.length, words.low.length) * LETTER * letters() + 18;
  const hasRoom = room < width / 2;
  const [left, right] = [36 * letters(), width - (hasRoom ? room + 16 : 44 * letters())];
  const y = (value) => TOP + (1 - value / 100) * (HEIGHT - TOP - FOOT);
  return html`
    <${Drawing} box=${box} width=${width} height=${HEIGHT} kind="chart" role="img" label=${label}>
      ${[[100, words.high], [0, words.low]].map(([at, name]) => html`<g key=${at} class="guide"><line x1="0" x2=${right + 26} y1=${y(at)} y2=${y(at)} />${hasRoom && html`<text x=${right + 34} y=${y(at) + 5}>${name}</text>`}</g>`)}
      <path class="thin" d=${pairs.map(([before, after]) => `M${left} ${y(before)}L${right} ${y(after)}`).join("")} />
      <path class="course thick" d=${`M${left} ${y(middle[0])}L${right} ${y(middle[1])}`} />
      <text class="value" x=${left - 8} y=${y(middle[0]) + 5} text-anchor="end">${Math.round(middle[0])}</text>
      <text class="value" x=${right + 8} y=${y(middle[1]) + 5}>${Math.round(middle[1])}</text>
      <text x=${left} y=${HEIGHT - 6} text-anchor="middle">${words.before}</text>
      <text x=${right} y=${HEIGHT - 6} text-anchor="middle">${words.after}</text>
    </${Drawing}>`;
}

/** Pairs by how many are equal, so that those who lie on each other are one larger dot. */
function sizes(points) {
  const counts = new Map();
  for (const point of points) counts.set(String(point), { point, n: (counts.get(String(point))?.n ?? 0) + 1 });
  const found = new Map();
  for (const { point, n } of counts.values()) found.set(n, [...(found.get(n) ?? []), point]);
  return [...found];
}

/**
 * One number against another, a dot for each pair.
 * @param {{points:[number, number][], x:Axis, y:Axis, label:string}} props
 * @typedef {{name:string, ends:[number, number], tell:(n:number)=>string}} Axis
 */
export function Scatter({ points, x: across, y: up, label }) {
  const [box, full] = useWidth();
  const width = Math.min(full, WIDE);
  const height = 280;
  const side = Math.max(...up.ends.map((end) => up.tell(end).length)) * LETTER * letters() + 14;
  const [top, foot] = [34, height - 46];
  const at = ({ ends: [min, max] }, value, from, to) => from + ((value - min) / (max - min)) * (to - from);
  const x = (value) => at(across, value, side + 8, width - 12);
  const y = (value) => at(up, value, foot - 8, top + 8);
  return html`
    <${Drawing} box=${box} width=${width} height=${height} kind="chart" role="img" label=${label}>
      <g class="guide"><line x1=${side} x2=${width} y1=${foot} y2=${foot} /><line x1=${side} x2=${side} y1=${top} y2=${foot} /></g>
      ${sizes(points).map(([n, some]) => html`<path key=${n} class="points many" stroke-width=${5 + 2.5 * Math.sqrt(n)} d=${dots(some.map(([a, b]) => [x(a), y(b)]))} />`)}
      <text x="0" y="14">${up.name}</text>
      ${up.ends.map((end) => html`<text key=${end} x=${side - 8} y=${y(end) + 5} text-anchor="end">${up.tell(end)}</text>`)}
      ${across.ends.map((end, n) => html`<text key=${end} x=${x(end)} y=${foot + 20} text-anchor=${n ? "end" : "start"}>${across.tell(end)}</text>`)}
      <text x=${(side + width) / 2} y=${height - 6} text-anchor="middle">${across.name}</text>
    </${Drawing}>`;
}
