// The ladder, the step that could come next, and what was tried.
import { api, newKey } from "../api.js";
import { days } from "../strings-days.js";
import { fill, html, useRef, useState } from "../ui/html.js";
import { shortDay } from "../ui/dates.js";
import { Escalation } from "../ui/escalation.js";
import { Choices, Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Views } from "./practice.js";
import { withCountry } from "./talk-keep.js";

const says = days.practice;

export function Steps() {
  const asked = useAsked(async () => {
    const [ladder, next, plans] = await Promise.all([api("GET", "/practice/steps"), api("GET", withCountry("/practice/next")), api("GET", "/practice/plans?limit=50")]);
    return { ladder: ladder.data, next: next.data, plans: plans.data.plans };
  });
  const { ladder, next, plans } = asked.data ?? {};
  return html`
    <${Screen} title=${says.title} lead=${next?.escalation ? undefined : says.lead}>
      <${Views} here="" />
      <${Problem} error=${asked.error} again=${asked.again} />
      ${next?.escalation && html`<${Escalation} escalation=${next.escalation} /><p class="after">${says.restSays}</p>`}
      ${next && !next.escalation && html`
        ${openOf(next, plans) && html`<${Offer} next=${next} plans=${plans} />`}
        <${Own} plans=${plans.filter((plan) => !plan.content.outcome && plan !== openOf(next, plans))} />
        ${!openOf(next, plans) && html`<${Offer} next=${next} plans=${plans} />`}
        ${ladder.levels.map((level) => html`<${Level} key=${level.level} level=${level} onChange=${asked.again} />`)}
        <${AddOwn} levels=${ladder.levels} onAdded=${asked.again} />
        <p class="hint">${ladder.note}</p>
        <${Tried} plans=${plans.filter(({ content }) => content.outcome)} />`}
    </${Screen}>`;
}

/** What is planned stands before what could be. */
function Own({ plans }) {
  if (plans.length === 0) return null;
  return html`
    <section class="part" aria-label=${says.ownPlans}>
      <h2>${says.ownPlans}</h2>
      <ul class="plain calm">
        ${plans.map(({ id, written, content }) => html`
          <li key=${id}>
            <a href=${`/practice/plan-${id}`} dir="auto">${content.text}</a>
            <span class="hint">${[content.when, content.who, shortDay(written)].filter(Boolean).join(", ")}</span>
          </li>`)}
      </ul>
    </section>`;
}

/** The plan that the service speaks of. */
const openOf = ({ next: { kind, step } }, plans) => kind === "open" && plans?.find((plan) => !plan.content.outcome && (!step || plan.content.step === step));

/** What could come next: an offer. @param {{next:any, plans:any[]}} props */
export function Offer({ next, plans }) {
  const { step, text } = next.next;
  const open = openOf(next, plans);
  return html`
    <section class="offer" aria-label=${says.next}>
      ${open
    ? html`<p>${says.openSays}</p><p class="lead">${open.content.text}</p><p class="row tight"><a class="act" href=${`/practice/plan-${open.id}`}>${says.openHow}</a></p>`
    : html`
        <p>${next.says}</p>
        ${step && html`<p class="lead">${text}</p><p class="row tight"><a class="act" href=${`/practice/step-${step}`}>${says.planThis}</a></p>`}
        <p class="hint">${says.notNow}</p>`}
    </section>`;
}

function Level({ level, onChange }) {
  const remove = useWork(async (id) => { await api("DELETE", `/practice/steps/${id}`); onChange(); });
  const told = (step) => [step.times > 1 ? fill(says.tried, step) : step.times === 1 && says.triedOnce, step.sits_well && says.sitsWell, step.own && says.yours].filter(Boolean).join(", ");
  return html`
    <section class="part">
      <h2>${fill(says.level, { level: level.level, name: level.name })}</h2>
      <p class="hint">${level.about}</p>
      <ul class="plain calm">
        ${level.steps.map((step) => html`
          <li key=${step.id}>
            <a href=${`/practice/step-${step.id}`} class=${step.own ? "own" : ""} dir="auto">${step.text}</a>
            ${told(step) && html`<span class="hint">${told(step)}</span>`}
            ${step.own && html`<${Confirm} label=${says.removeOwn} question=${says.removeOwnAsk} yes=${says.removeYes} onYes=${() => remove.run(step.id)} />`}
          </li>`)}
      </ul>
      <${Problem} error=${remove.error} />
    </section>`;
}

function AddOwn({ levels, onAdded }) {
  const [text, setText] = useState("");
  const [level, setLevel] = useState(1);
  const [escalation, tell] = useState(null);
  const key = useRef(newKey());
  const add = useWork(async () => {
    const { data } = await api("POST", withCountry("/practice/steps"), { body: { level, text: text.trim() }, key: key.current });
    key.current = newKey();
    setText("");
    tell(data.screening?.escalation ?? null);
    onAdded();
  });
  if (escalation) return html`<${Escalation} escalation=${escalation} />`;
  return html`
    <details>
      <summary>${says.addOwn}</summary>
      <form onSubmit=${(event) => { event.preventDefault(); if (text.trim()) add.run(); }}>
        <${Field} label=${says.ownText} own value=${text} onInput=${setText} maxlength=${200} autocomplete="off" />
        <${Choices} legend=${says.ownLevel} value=${level} onInput=${setLevel} options=${levels.map((one) => ({ value: one.level, label: one.name, hint: one.about }))} />
        <p class="row tight"><button type="submit" disabled=${!text.trim() || add.busy}>${says.add}</button></p>
        <${Problem} error=${add.error} />
      </form>
    </details>`;
}

function Tried({ plans }) {
  if (plans.length === 0) return null;
  return html`
    <section class="part">
      <h2>${says.done}</h2>
      <ul class="plain calm">
        ${plans.map(({ id, written, content }) => html`
          <li key=${id}>
            <a href=${`/practice/plan-${id}`} dir="auto">${content.text}</a>
            <span class="own noted" dir="auto">${content.outcome.happened}</span>
            <span class="hint">${[shortDay(written), fill(says.shortDistress, { n: content.outcome.distress })].join(", ")}</span>
          </li>`)}
      </ul>
    </section>`;
}
