// What a sheet adds up to, the times before, and where a questionnaire comes from. All that is said
// of a total is the service's own sentence.
import { useSession } from "../session.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html } from "../ui/html.js";
import { LineChart } from "../ui/chart.js";
import { day, inDays, shortDay } from "../ui/dates.js";
import { HelpFirst, Support } from "../ui/escalation.js";
import { Screen } from "../ui/screen.js";
import { guidesOf, lastOfDay } from "../ui/sheet-points.js";
import { Told } from "../ui/told.js";
import { CountryLines, Lines, Phone } from "./help-now.js";

const says = days.sheet;

/** @param {{questionnaire:any, result:any, past:any[], onAgain:()=>void}} props */
export function Result({ questionnaire, result, past, onAgain }) {
  // What this view shows is no earlier time.
  const earlier = past.slice(past.findIndex((one) => one.id === result.response) + 1);
  const marked = questionnaire.items.findIndex((item, n) => item.danger.some((mark) => mark.value === result.items[n]?.answer));
  return html`
    <${HelpFirst} escalation=${marked === -1 ? result.escalation : null} see=${says.seeResult}>
    <${Screen} key="result" title=${says.result}>
    ${result.escalation && marked !== -1 && html`<${Marked} at=${marked} escalation=${result.escalation} />`}
    <p class="lead">${result.says}</p>
    ${result.change && html`<p>${inDays(result.change.says)}</p>`}
    ${result.means.map((line) => (result.escalation ? line.replace(WAITS, "") : line)).filter(Boolean).map((line) => html`<p key=${line}><${Told} text=${line} /></p>`)}
    <p>${result.limits}</p>
    ${result.pattern && html`<ul class="plain">${Object.values(result.pattern.groups).map((group) => html`<li key=${group.name}>${fill(says.groups, group)}</li>`)}</ul>`}
    <${Support} support=${result.advice} />
    <p class="hint">${result.response ? says.kept : says.notKept}</p>
    <details>
      <summary>${says.answers}</summary>
      <dl class="given">
        ${result.items.map((item) => html`<div key=${item.id}><dt>${item.text}</dt><dd>${item.label ?? says.leftOut}</dd></div>`)}
      </dl>
    </details>
    <p class="row">
      <a class="act" href="/questionnaires">${says.all}</a>
      <button type="button" class="quiet" onClick=${onAgain}>${says.again}</button>
    </p>
    <${History} questionnaire=${questionnaire} past=${earlier} />
    <${About} questionnaire=${questionnaire} />
    </${Screen}>
    </${HelpFirst}>`;
}

/** Waiting is not what an answer that speaks of danger asks for. */
const WAITS = /\s*Filling it in again in [^.]*\./;

/** The answer that matters more than the total, and whom to talk to. */
function Marked({ at, escalation }) {
  const { country } = useSession();
  const numbers = escalation.emergency_numbers;
  return html`
    <section class="escalation marked" aria-labelledby="marked">
      <div class="says"><p>${fill(says.marked, { n: says.numbers[at] ?? at + 1 })}</p><p>${says.dangerSays}</p></div>
      ${numbers.length > 0 && html`<p class="emergency">${s.escalation.emergency} ${numbers.map((number, n) => html`<span key=${number}>${n > 0 ? ", " : ""}<${Phone} number=${number} /></span>`)}</p>`}
      <h2 id="marked">${s.escalation.lines}</h2>
      ${country && numbers.length > 0 ? html`<${Lines} lines=${escalation.helplines} />` : html`<${CountryLines} />`}
      <p class="row"><a href="/help">${says.allHelp}</a></p>
    </section>`;
}

/**
 * The times before: a sentence, a line where there are two or more, and all of it as a table.
 * @param {{questionnaire:any, past:any[], title?:any}} props `past`: the latest first
 */
export function History({ questionnaire, past, title = html`<h2>${says.history}</h2>` }) {
  const done = past.filter((one) => one.content.result);
  if (past.length === 0) return null;
  const nameOf = (id) => questionnaire.bands.find((band) => band.id === id)?.name ?? "";
  const [last, before] = done;
  const points = lastOfDay([...done].reverse().filter((one) => one.content.edition === questionnaire.edition).map((one) => ({ at: one.saved, value: one.content.result.total })));
  const { min, max, short } = questionnaire;
  const label = fill(says.chart, { short, min, max, points: points.map((point) => fill(says.point, { day: shortDay(point.at), value: point.value })).join(", ") });
  const values = (one) => ({ day: day(one.saved), total: one.content.result.total, max: one.content.result.max });
  return html`
    <section class="part">
      ${title}
      ${last && html`<p>${before ? fill(says.historyMany, { ...values(last), before: day(before.saved), was: before.content.result.total }) : fill(says.historyOne, values(last))}</p>`}
      ${points.length > 1 && html`<${LineChart} points=${points} min=${min} max=${max} label=${label} guides=${guidesOf(questionnaire)} />`}
      <details>
        <summary>${says.table}</summary>
        <table class="told">
          <thead><tr><th scope="col">${says.on}</th><th scope="col">${says.total}</th><th scope="col">${says.band}</th></tr></thead>
          <tbody>
            ${past.map((one) => html`
              <tr key=${one.id}>
                <th scope="row">${shortDay(one.saved)}</th>
                <td>${one.content.result?.total ?? ""}</td>
                <td>${one.content.result ? nameOf(one.content.result.band) : says.halfWay}</td>
              </tr>`)}
          </tbody>
        </table>
      </details>
    </section>`;
}

/** Licence, sources, and what was not found. */
export function About({ questionnaire }) {
  const { licence, sources, not_found: missing, bands } = questionnaire;
  return html`
    <section class="part">
      <h2>${says.source}</h2>
      <p>${licence}</p>
      <details>
        <summary>${says.scoring}</summary>
        <ul class="plain">${bands.map((band) => html`<li key=${band.id}>${fill(says.bandLine, band)}</li>`)}</ul>
      </details>
      <details>
        <summary>${says.sources}</summary>
        <ul class="plain">
          ${sources.map((source) => html`<li key=${source.address}>${fill(says.sourceLine, { of: source.of, day: day(source.seen) })}<span class="hint">${source.address}</span>${source.note && html`<span class="hint">${source.note}</span>`}</li>`)}
        </ul>
        ${missing.length > 0 && html`<h3>${says.notFound}</h3><ul class="plain">${missing.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`}
      </details>
    </section>`;
}
