// Questionnaires over time, and what went together. What went together is never called a cause.
import { api } from "../api.js";
import { insight as says } from "../strings-insight.js";
import { fill, html } from "../ui/html.js";
import { LineChart } from "../ui/chart.js";
import { inDays, shortDay } from "../ui/dates.js";
import { Scatter } from "../ui/pair-charts.js";
import { Problem, useAsked } from "../ui/parts.js";
import { guidesOf, lastOfDay } from "../ui/sheet-points.js";
import { Table } from "../ui/table.js";
import { Part, axisOf, hundredth, withUnit } from "./insight-words.js";

/** Each questionnaire that was filled in, with its bands. What follows comes after them, so that nothing is pushed down. */
export function Courses({ data: { courses }, children }) {
  const asked = useAsked(async () => {
    const found = await Promise.all(courses.courses.map(async ({ questionnaire }) => [questionnaire, (await api("GET", `/questionnaires/${questionnaire}`)).data]));
    return new Map(found);
  });
  if (!asked.data) return html`<${Problem} error=${asked.error} again=${asked.again} />${asked.error && children}`;
  return html`
    <${Part} title=${says.names.courses}>
      ${courses.courses.map((course) => html`<${Course} key=${course.questionnaire} course=${course} sheet=${asked.data.get(course.questionnaire)} />`)}
      <p><a href="/questionnaires">${says.toQuestionnaires}</a></p>
    </${Part}>
    ${children}`;
}
Courses.is = ({ courses }) => courses.courses.some((course) => course.points.length > 1);
/** It draws what follows it. */
Courses.holds = true;

function Course({ course, sheet }) {
  const { min } = sheet;
  const points = lastOfDay(course.points.map((point) => ({ at: point.day, value: point.total })));
  const label = fill(says.sheetChart, { name: course.name, min, max: course.most, points: points.map((point) => fill(says.point, { name: shortDay(point.at), value: point.value })).join(", ") });
  return html`
    <div class="drawn">
      <h3><a href=${`/questionnaires/${course.questionnaire}`}>${sheet.name}</a></h3>
      <p>${inDays(course.says)}</p>
      ${points.length > 1 && html`
        <${LineChart} points=${points} min=${min} max=${course.most} label=${label} guides=${guidesOf(sheet)} />
        <${Table} of=${course.name} head=${[says.day, says.total, says.band]} rows=${[...course.points].reverse().map((point) => [shortDay(point.day), point.total, point.band ?? ""])} />`}
    </div>`;
}

const MOST = 6;

/** Pairs that went together, each with a drawing of its days. */
export function Associations({ data: { associations } }) {
  const { pairs } = associations;
  const found = pairs.filter((pair) => pair.finding).slice(0, MOST);
  const all = [...new Map(pairs.map(({ of }) => [of.slug + of.unit, of])).values()];
  const result = ({ finding, enough }) => (finding ? fill(says.correlation, { r: hundredth(finding.spearman), low: hundredth(finding.interval.low), high: hundredth(finding.interval.high) }) : enough.met ? says.nothingClear : fill(says.notYet, enough));
  return html`
    <${Part} title=${says.names.associations} says=${associations.says}>
      ${found.map((pair) => html`<${Pair} key=${pair.of.slug + pair.of.unit + pair.with.slug} pair=${pair} all=${all} isSaid=${associations.says.startsWith(pair.says)} />`)}
      <p class="hint">${says.scatterHint}</p>
      <${Table} of=${says.names.associations} summary=${says.pairs} head=${[says.names.associations, says.result, says.days]}
        rows=${pairs.map((pair) => [fill(says.pair, { of: axisOf(pair.of, [0], all).name, with: pair.with.label }), result(pair), pair.finding?.days ?? pair.enough.have])} />
    </${Part}>`;
}
Associations.is = ({ associations }) => associations.pairs.some((pair) => pair.finding);

function Pair({ pair: { of, with: how, says: sentence, finding }, all, isSaid }) {
  const x = axisOf(of, finding.points.map(([value]) => value), all);
  const y = axisOf(how, finding.points.map(([, value]) => value));
  const name = finding.lag === 0 ? y.name : fill((finding.lag > 0 ? says.later : says.earlier)[Math.abs(finding.lag)], { name: y.name });
  const rows = finding.points.map(([a, b]) => [withUnit(x, a), withUnit(y, b)]);
  return html`
    <div class="drawn">
      ${!isSaid && html`<p>${sentence}</p>`}
      <${Scatter} points=${finding.points} x=${x} y=${{ ...y, name }} label=${fill(says.scatter, { n: finding.points.length, x: x.name, y: name })} />
      <${Table} of=${fill(says.pair, { of: x.name, with: y.name })} head=${[x.name, name]} rows=${rows} />
    </div>`;
}
