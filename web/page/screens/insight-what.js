// What comes with what, what helped, practice, and thoughts before and after.
import { insight as says } from "../strings-insight.js";
import { capital, fill, html } from "../ui/html.js";
import { BarChart } from "../ui/chart.js";
import { shortDay } from "../ui/dates.js";
import { BeforeAfter } from "../ui/pair-charts.js";
import { RangeChart } from "../ui/range-chart.js";
import { Table } from "../ui/table.js";
import { Part, round } from "./insight-words.js";

const MOST = 3;
const names = (counts) => counts.map((one) => fill(says.point, { name: one.label, value: one.entries })).join(", ");

/** In which situations what comes up more often than elsewhere. */
export function Triggers({ data: { triggers } }) {
  const { links, situations, enough: { have: entries } } = triggers;
  const clear = links.filter((link) => link.clear).slice(0, MOST);
  return html`
    <${Part} title=${says.names.triggers} says=${triggers.says}>
      ${clear.map((link) => {
    const { situation, both, in_situation: of, in_all: all } = link;
    const rows = [
      { name: fill(says.withIt, { name: situation }), value: both / of, told: fill(says.share, { n: both, of }) },
      { name: says.inAll, value: all / entries, told: fill(says.share, { n: all, of: entries }) },
    ];
    return html`
      <div key=${situation + link.with} class="drawn">
        ${triggers.says.includes(link.says) ? html`<h3>${capital(link.with)}</h3>` : html`<p dir="auto">${link.says}</p>`}
        <${BarChart} rows=${rows} most=${1} label=${fill(says.linkChart, { with: capital(link.with), both, of, situation, all, entries })} />
      </div>`;
  })}
      <${Table} own of=${says.names.triggers} head=${[says.situation, says.entries, says.besides]} rows=${situations.map((one) => [one.label, one.entries, names([...one.feelings, ...one.distortions])])} />
    </${Part}>`;
}
Triggers.is = ({ triggers }) => triggers.enough.met && triggers.situations.length > 0;

/** What somebody did to cope, by how much it helped. */
export function Coping({ data: { coping } }) {
  const rated = coping.ways.filter((way) => way.interval);
  const rows = rated.map((way) => ({ name: way.what, value: String(round(way.mean)), low: way.interval.low, high: way.interval.high, dots: [way.mean] }));
  const told = rated.map((way) => fill(says.copingPoint, { name: way.what, value: round(way.mean), low: round(way.interval.low), high: round(way.interval.high) }));
  const span = ({ interval }) => (interval ? fill(says.between, { low: round(interval.low), high: round(interval.high) }) : "");
  return html`
    <${Part} title=${says.names.coping} says=${coping.says}>
      <${RangeChart} own rows=${rows} most=${10} ends=${says.ends} label=${fill(says.copingChart, { points: told.join("; ") })} />
      <p class="hint">${says.copingHint}</p>
      <${Table} own of=${says.names.coping} head=${[says.way, says.used, says.rated, says.mean, says.interval]} rows=${coping.ways.map((way) => [way.what, way.used, way.rated, way.mean === null ? "" : round(way.mean), span(way)])} />
    </${Part}>`;
}
Coping.is = ({ coping }) => coping.enough.met && coping.ways.some((way) => way.interval);

/** What was predicted and what came, and distress by level. */
export function Practice({ data: { practice } }) {
  const against = Object.entries(says.againsts).map(([name, label]) => ({ name: capital(label), value: practice[name] }));
  const levels = practice.levels.filter((level) => level.tries.length > 0);
  const rows = levels.map((one) => ({ name: fill(says.level, { n: one.level }), value: String(round(one.distress)), middle: one.distress, dots: one.tries.map((each) => each.distress) }));
  const tries = levels.flatMap((one) => one.tries.map((each) => [each.day, fill(says.level, { n: one.level }), each.distress])).sort(([a], [b]) => (a < b ? 1 : -1));
  return html`
    <${Part} title=${says.names.practice} says=${practice.says}>
      <${BarChart} rows=${against} label=${fill(says.practiceChart, { points: against.map((row) => fill(says.point, row)).join(", ") })} />
      ${rows.length > 0 && html`
        <h3>${says.distress}</h3>
        <${RangeChart} rows=${rows} most=${100} ends=${says.distressEnds} label=${fill(says.distressChart, { points: rows.map((row) => fill(says.point, row)).join(", ") })} />
        <p class="hint">${says.distressHint}</p>
        <${Table} of=${says.distress} head=${[says.day, says.names.practice, says.distress]} rows=${tries.map(([day, ...cells]) => [shortDay(day), ...cells])} />`}
    </${Part}>`;
}
Practice.is = ({ practice }) => practice.enough.met;

/** How much a thought was believed before and after. */
export function Reframes({ data: { reframes } }) {
  const { belief, feelings, pairs } = reframes;
  const row = (name, { n, before, after, change, interval }) => [name, n, round(before), round(after), interval ? `${round(change)} (${fill(says.between, { low: round(interval.low), high: round(interval.high) })})` : round(change)];
  const label = fill(says.beliefChart, { n: belief.n, before: round(belief.before), after: round(belief.after) });
  return html`
    <${Part} title=${says.names.reframes} says=${reframes.says}>
      <${BeforeAfter} pairs=${pairs} middle=${[belief.before, belief.after]} words=${{ before: says.before, after: says.after, low: says.notAtAll, high: says.wholly }} label=${label} />
      <p class="hint">${says.beliefHint}</p>
      <${Table} of=${says.names.reframes} head=${[says.what, says.times, says.beforeHead, says.afterHead, says.change]} rows=${[row(says.belief, belief), ...feelings.map((one) => row(capital(one.name), one))]} />
    </${Part}>`;
}
Reframes.is = ({ reframes }) => reframes.enough.met && reframes.belief !== null;
