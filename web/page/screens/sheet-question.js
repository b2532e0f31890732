// One question: big answers, a number key for each, back, and help at once where an answer asks for it.
import { api } from "../api.js";
import { session } from "../session.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useId, useRef, useState } from "../ui/html.js";
import { Escalation } from "../ui/escalation.js";
import { HelpHere } from "../ui/help-here.js";

const says = days.sheet;
/** For this long after a question appears nothing answers it: a second click, or a key held, was meant for the one before. */
const UNSEEN_MS = 500;

/** Whether what is shown has been there long enough to be seen. @returns {()=>boolean} */
function useSeen() {
  const seen = useRef(false);
  useEffect(() => {
    const timer = setTimeout(() => { seen.current = true; }, UNSEEN_MS);
    return () => clearTimeout(timer);
  }, []);
  return () => seen.current;
}

/**
 * @param {{questionnaire:any, at:number, answers:Record<string, number|null>, busy:boolean,
 *   onAnswer:(value:number|null)=>void, onBack:()=>void, onStop:()=>void}} props
 */
export function Question({ questionnaire, at, answers, busy, onAnswer, onBack, onStop }) {
  const name = useId();
  const item = questionnaire.items[at];
  const [chosen, choose] = useState(answers[item.id] ?? null);
  const first = useRef(null);
  const isLast = at === questionnaire.items.length - 1;
  const isSeen = useSeen();
  const take = (value) => { if (!isSeen()) return; choose(value); if (!busy) onAnswer(value); };
  /** A click that was not meant for this one chooses nothing. */
  const click = (event, value) => {
    if (!isSeen()) event.preventDefault();
    else if (event.detail > 0) take(value);
  };

  useEffect(() => { first.current?.focus({ preventScroll: true }); }, []);
  useEffect(() => {
    const keys = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const choice = item.choices.find((one) => String(one.value) === event.key);
      if (!choice) return;
      event.preventDefault();
      take(choice.value);
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  });

  const submit = (event) => { event.preventDefault(); if (chosen !== null) take(chosen); };
  const focused = chosen ?? item.choices[0].value;
  return html`
    <form class="question" onSubmit=${submit}>
      <p class="hint" role="status">${progressOf(questionnaire, at)}</p>
      ${questionnaire.lead && html`<p class=${hasLead(questionnaire, item) ? "asks" : "asks unasked"}>${questionnaire.lead}</p>`}
      <fieldset class="answers">
        <legend><span class="stack"><span>${item.text}</span><span class="room" aria-hidden="true" data-text=${longestOf(questionnaire)}></span></span></legend>
        ${item.choices.map((choice) => html`
          <label key=${choice.value} class="answer">
            <input type="radio" name=${name} value=${choice.value} checked=${chosen === choice.value} ref=${choice.value === focused ? first : undefined}
              onChange=${() => choose(choice.value)} onClick=${(event) => click(event, choice.value)} onKeyDown=${(event) => { if (event.key === "Enter") submit(event); }} />
            <span class="answer-key" aria-hidden="true">${choice.value}</span>
            <span>${choice.label}</span>
          </label>`)}
      </fieldset>
      <p class="row">
        <button type="submit" class="act" disabled=${chosen === null || busy}>${isLast ? says.add : says.next}</button>
        <button type="button" onClick=${() => { if (isSeen()) onBack(); }}>${s.parts.before}</button>
        ${maySkip(questionnaire, item, answers) && html`<button type="button" onClick=${() => { if (isSeen()) onAnswer(null); }}>${says.skip}</button>`}
        <button type="button" class="quiet" onClick=${onStop}>${says.stop}</button>
      </p>
      <p class="hint keys-hint">${says.keys}</p>
    </form>`;
}

/** How far it is, in words; what does not count is not counted. */
function progressOf(questionnaire, at) {
  const { short, items } = questionnaire;
  if (!items[at].scored) return fill(says.apart, { short });
  return fill(says.progress, { short, n: items.slice(0, at + 1).filter((item) => item.scored).length, of: items.filter((item) => item.scored).length });
}

/** The longest question: each gets as much room, so that the answers stay where they are. */
const longestOf = ({ items }) => items.reduce((longest, { text }) => (text.length > longest.length ? text : longest), "");

/** What stands above the items belongs to those that count, or to the one that decides on the others. */
function hasLead(questionnaire, item) {
  const isGated = questionnaire.items.some((one) => one.ends_at !== null);
  return Boolean(questionnaire.lead) && (isGated ? item.ends_at !== null : item.scored);
}

/** Only where the instrument says how a missing answer is counted, and while there are not too many. */
function maySkip(questionnaire, item, answers) {
  if (!item.scored) return item.ends_at === null;
  if (questionnaire.missing.rule === "refuse") return false;
  const others = questionnaire.items.filter((one) => one.scored && one.id !== item.id && answers[one.id] === null).length;
  return others < questionnaire.missing.at_most;
}

/**
 * Help, at once, after an answer that speaks of danger. The service words it; until it has, and where
 * it can't, what holds everywhere stands here.
 * @param {{questionnaire:any, path:string, answers:Record<string, number|null>, item:any, onGoOn:()=>void, onStop:()=>void}} props
 */
export function Danger({ questionnaire, path, answers, item, onGoOn, onStop }) {
  const [escalation, set] = useState(null);
  const isSeen = useSeen();
  useEffect(() => {
    const { country } = session();
    const scored = questionnaire.items.filter((one) => one.scored);
    const body = { answers: scored.map((one) => answers[one.id] ?? null), keep: false };
    api("POST", `${path}/responses${country ? `?country=${country}` : ""}`, { body }).then(({ data }) => set(data.escalation), () => {});
  }, [item.id]);
  const ways = html`
    <p class="row after">
      <button type="button" onClick=${() => { if (isSeen()) onGoOn(); }}>${says.dangerGoOn}</button>
      <button type="button" class="quiet" onClick=${onStop}>${says.stop}</button>
    </p>`;
  if (escalation) return html`<${Escalation} escalation=${escalation}>${ways}</${Escalation}>`;
  return html`<${HelpHere} says=${says.dangerSays}>${ways}</${HelpHere}>`;
}
