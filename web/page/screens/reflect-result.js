// What was noted in a reflection, as it was noted, and the earlier ones. Nothing is concluded from it.
import { api } from "../api.js";
import { days } from "../strings-days.js";
import { fill, html } from "../ui/html.js";
import { day } from "../ui/dates.js";
import { HelpFirst } from "../ui/escalation.js";
import { Confirm, Problem, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Told } from "../ui/told.js";

const says = days.reflect;

/** @param {{result:any, onAgain:()=>void}} props */
export function Result({ result, onAgain }) {
  return html`
    <${HelpFirst} escalation=${result.escalation} see=${says.seeResult}>
    <${Screen} key="result" title=${says.result}>
      <${Whole} result=${result} />
      <p class="hint">${result.id ? says.kept : days.sheet.notKept}</p>
      <p class="row">
        <a class="act" href="/questionnaires">${days.sheet.all}</a>
        <button type="button" class="quiet" onClick=${onAgain}>${says.again}</button>
      </p>
    </${Screen}>
    </${HelpFirst}>`;
}

/** All of one: by style where there are styles, else by question. `H`: the heading of its parts. */
function Whole({ result, H = "h2" }) {
  const { reflected, styles } = result;
  const { answers, summary } = reflected;
  const written = answers.filter((answer) => answer.words);
  return html`
    ${(result.beside ?? []).map((line) => html`<p key=${line} class="now"><${Told} text=${line} /></p>`)}
    ${answers.length === 0 && !summary && html`<p>${says.nothing}</p>`}
    ${styles.length > 0
    ? html`
      ${result.says.map((line) => html`<p key=${line}><${Told} text=${line} /></p>`)}
      ${styles.map((style) => html`<${Style} key=${style.id} style=${style} H=${H} />`)}
      ${written.length > 0 && html`<section class="part"><${H}>${says.ownWords}</${H}><${Noted} answers=${written.map((answer) => ({ ...answer, ticked: [] }))} /></section>`}`
    : html`<${Noted} answers=${answers} />`}
    ${summary && html`<section class="part"><${H}>${says.ownSummary}</${H}><p class="own noted" dir="auto">${summary}</p></section>`}
    ${styles.length === 0 && result.says.map((line) => html`<p key=${line}><${Told} text=${line} /></p>`)}`;
}

function Style({ style, H }) {
  return html`
    <section class="part">
      <${H}>${style.name}</${H}>
      <p class="hint">${style.about}</p>
      ${style.ticked.length > 0
    ? html`<ul>${style.ticked.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`
    : html`<p>${says.noTick}</p>`}
    </section>`;
}

/** What was ticked and written, by question. @param {{answers:any[]}} props */
export function Noted({ answers }) {
  if (answers.length === 0) return null;
  return html`
    <dl class="given">
      ${answers.map((answer) => html`
        <div key=${answer.question}>
          <dt>${answer.asks}</dt>
          ${answer.ticked.map((choice) => html`<dd key=${choice.id}>${choice.text}</dd>`)}
          ${answer.words && html`<dd class="own noted" dir="auto">${answer.words}</dd>`}
        </div>`)}
    </dl>`;
}

/** The earlier ones, each to read and to delete. @param {{path:string, past:ReturnType<typeof import("../ui/parts.js").useAsked>}} props */
export function Earlier({ path, past }) {
  const remove = useWork(async (id) => { await api("DELETE", `${path}/responses/${encodeURIComponent(id)}`); past.again(); });
  return html`
    <${Problem} error=${past.error} again=${past.again} />
    ${past.data?.length > 0 && html`
      <section class="part">
        <h2>${says.history}</h2>
        <${Problem} error=${remove.error} />
        <ul class="plain">
          ${past.data.map((one) => html`
            <li key=${one.id}>
              <details>
                <summary>${one.reflected.finished ? day(one.saved) : fill(says.halfWay, { day: day(one.saved) })}</summary>
                <${Whole} result=${one} H="h3" />
                <${Confirm} label=${says.remove} question=${fill(says.removeAsk, { day: day(one.saved) })} yes=${says.removeYes} onYes=${() => remove.run(one.id)} />
              </details>
            </li>`)}
        </ul>
      </section>`}`;
}
