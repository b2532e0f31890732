// Insight: what was noted, over time. One idea a drawing, a sentence above it, a table behind it; it
// says what was there and never why.
import { api } from "../api.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html, useState } from "../ui/html.js";
import { BarChart, LineChart } from "../ui/chart.js";
import { addDays, isoDay, shortDay, today } from "../ui/dates.js";
import { Choices, Problem, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { byDay, habitsByMonth, median } from "./insight-sums.js";
import { History } from "./sheet-result.js";

const says = days.insight;
const PERIODS = [30, 90, 365];
const MOST = 500;
/** Days from which a line says something. */
const ENOUGH = 3;

export default function Insight() {
  const [period, setPeriod] = useState(90);
  const from = addDays(today(), -period);
  const noted = useAsked(async () => {
    const [checkIns, entries] = await Promise.all([api("GET", `/check-ins?limit=${MOST}`), api("GET", `/entries?limit=${MOST}&from=${from}`)]);
    return { checkIns: checkIns.data.check_ins, entries: entries.data.entries };
  }, [from]);
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      <${Choices} inline hideLegend legend=${says.period} value=${period} onInput=${setPeriod} options=${PERIODS.map((value) => ({ value, label: says.periods[value] }))} />
      <${Problem} error=${noted.error} again=${noted.again} />
      ${noted.data && html`<${Noted} ...${noted.data} from=${from} />`}
      ${(noted.data || noted.error) && html`<${Habits} from=${from}><${Courses} /></${Habits}>`}
    </${Screen}>`;
}

/** A number over the days. Mood is noted with entries, too. */
function Noted({ checkIns, entries, from }) {
  const [name, choose] = useState("mood");
  const within = checkIns.filter((one) => isoDay(new Date(one.written)) >= from);
  const of = (one) => (name === "sleep" ? (typeof one.content.sleep_minutes === "number" ? one.content.sleep_minutes / 60 : null) : one.content[name]);
  const all = [...within.map((one) => ({ at: one.written, value: of(one) })), ...(name === "mood" ? entries.map((one) => ({ at: one.written, value: one.mood })) : [])];
  const points = byDay(all.filter((one) => typeof one.value === "number"));
  const label = says.names[name];
  const values = points.map((point) => point.value);
  const most = name === "sleep" ? Math.max(12, ...values) : 10;
  const numbers = { name: label, n: points.length, min: Math.min(...values), max: Math.max(...values), median: median(values) };
  const sentence = points.length === 0 ? says.fewNone : points.length === 1 ? says.fewOne : points.length < ENOUGH ? says.few : numbers.min === numbers.max ? says.flat : says.says;
  return html`
    <section class="part">
      <h2>${says.noted}</h2>
      ${within.length === 0 && points.length === 0 ? html`<p>${says.none}</p><p><a href="/check-in">${says.toCheckIn}</a></p>` : html`
        <${Choices} inline hideLegend legend=${says.what} value=${name} onInput=${choose} options=${Object.entries(says.names).map(([value, text]) => ({ value, label: text }))} />
        <p>${fill(sentence, numbers)}</p>
        ${points.length >= ENOUGH && html`
          <${LineChart} points=${points} min=${0} max=${most} guides=${[0, most].map((at) => ({ line: at, at, label: String(at) }))} label=${fill(says.chart, { name: label, points: points.map((point) => fill(says.point, { day: shortDay(point.at), value: point.value })).join(", ") })} />
          <p class="hint">${says.each}</p>`}
        ${points.length > 0 && html`
          <details>
            <summary>${says.table}</summary>
            <table class="told">
              <thead><tr><th scope="col">${says.day}</th><th scope="col">${label}</th></tr></thead>
              <tbody>${[...points].reverse().map((point) => html`<tr key=${point.at}><th scope="row">${shortDay(point.at)}</th><td>${point.value}</td></tr>`)}</tbody>
            </table>
          </details>`}`}
    </section>`;
}

/** Habits of thought that were noticed in entries. What follows comes after them, so that nothing is pushed down. */
function Habits({ from, children }) {
  const asked = useAsked(async () => {
    const found = await Promise.all(Object.keys(s.distortions).map(async (slug) => [slug, (await api("GET", `/entries?limit=${MOST}&from=${from}&distortion=${slug}`)).data.entries]));
    return found.map(([slug, entries]) => ({ name: s.distortions[slug], value: entries.length, at: entries.map((one) => one.written) })).filter((row) => row.value > 0).sort((a, b) => b.value - a.value);
  }, [from]);
  if (!asked.data) return html`<${Problem} error=${asked.error} again=${asked.again} />${asked.error && children}`;
  const rows = asked.data;
  const sum = rows.reduce((all, row) => all + row.value, 0);
  const most = rows.filter((row) => row.value === rows[0].value);
  const entries = rows[0] && (rows[0].value === 1 ? says.entry : fill(says.entries, { n: rows[0].value }));
  const names = most.map((row) => row.name).join(", ").replace(/, ([^,]*)$/, `${says.and}$1`);
  const months = habitsByMonth(rows);
  return html`
    <section class="part">
      <h2>${says.habits}</h2>
      ${rows.length === 0 ? html`<p>${says.habitsNone}</p>` : sum < ENOUGH ? html`<p>${fill(says.habitsFew, { name: names, entries })}</p>` : html`
        <p>${fill(most.length > 1 ? says.habitsTie : says.habitsSays, { name: names, names, entries })}</p>
        <${BarChart} rows=${rows} label=${fill(says.habitsChart, { points: rows.map((row) => `${row.name} ${row.value}`).join(", ") })} />
        <details>
          <summary>${says.table}</summary>
          <div class="wide" tabindex="0" role="region" aria-label=${says.habits}>
            <table class="told">
              <thead><tr><th scope="col">${says.habit}</th>${months.names.map((month) => html`<th key=${month} scope="col">${month}</th>`)}<th scope="col">${says.all}</th></tr></thead>
              <tbody>${months.rows.map((row) => html`<tr key=${row.name}><th scope="row">${row.name}</th>${row.counts.map((n, at) => html`<td key=${at}>${n}</td>`)}<td>${row.value}</td></tr>`)}</tbody>
            </table>
          </div>
        </details>`}
    </section>
    ${children}`;
}

/** Each questionnaire that was filled in. */
function Courses() {
  const asked = useAsked(async () => {
    const { data } = await api("GET", "/questionnaires");
    const past = await Promise.all(data.questionnaires.map(async (one) => ({ id: one.id, past: (await api("GET", `/questionnaires/${one.id}/responses`)).data.responses })));
    const filled = past.filter((one) => one.past.some((sheet) => sheet.content.result));
    return Promise.all(filled.map(async (one) => ({ ...one, questionnaire: (await api("GET", `/questionnaires/${one.id}`)).data })));
  });
  if (!asked.data) return html`<${Problem} error=${asked.error} again=${asked.again} />`;
  return html`
    <section class="part">
      <h2>${says.questionnaires}</h2>
      ${asked.data.length === 0 && html`<p>${says.questionnairesNone}</p>`}
      ${asked.data.map((one) => html`<${History} key=${one.id} questionnaire=${one.questionnaire} past=${one.past} title=${html`<h3><a href=${`/questionnaires/${one.id}`}>${one.questionnaire.name}</a></h3>`} />`)}
      <p><a href="/questionnaires">${says.toQuestionnaires}</a></p>
    </section>`;
}
