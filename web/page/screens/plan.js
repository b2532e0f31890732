// The safety plan: read at once, written one step a screen.
import { api } from "../api.js";
import { session, useSession } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Choices, Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Escalation } from "../ui/escalation.js";
import { Phone } from "./help-now.js";

/** The six steps after Stanley and Brown, in their order; some hold people or places. */
const STEPS = ["warning_signs", "coping", "distractions", "people", "professionals", "environment"];
const NAMED = new Set(["distractions", "people", "professionals"]);
const empty = () => Object.fromEntries(STEPS.map((step) => [step, []]));

/** A line of a step as it is typed: `Mara, 555 0101`. */
const typed = (step, line) => (NAMED.has(step) ? [line.name, line.phone].filter(Boolean).join(", ") : line);
function read(step, text) {
  if (!NAMED.has(step)) return text;
  const [, name, phone] = /^(.*?)(?:[,:]\s*([+\d][\d\s().+-]{1,}))?$/.exec(text);
  return { name: (name || text).trim(), phone: phone?.trim() || null };
}

async function ask() {
  try {
    const { data, etag } = await api("GET", "/safety-plan", { lockedIsAnswer: true });
    return { plan: data, etag };
  } catch (error) {
    if (error.type === "no-safety-plan") return { plan: null, etag: null };
    throw error;
  }
}

export function Plan() {
  const { vault } = useSession();
  const asked = useAsked(ask, [vault?.locked]);
  const [edits, edit] = useState(false);
  const [told, tell] = useState(null);
  const erase = useWork(async () => {
    await api("DELETE", "/safety-plan", { ifMatch: asked.data.etag });
    asked.set({ plan: null, etag: null });
  });
  const says = s.plan;
  if (asked.error) return html`<${Problem} error=${asked.error.type === "journal-locked" ? Object.assign(asked.error, { message: says.locked }) : asked.error} again=${asked.again} />`;
  if (!asked.data) return null;
  const { plan, etag } = asked.data;
  const done = (kept) => { asked.set({ plan: kept.plan, etag: kept.etag }); tell(kept); edit(false); };
  if (edits) return html`<${Wizard} plan=${plan} etag=${etag} onDone=${done} onLeave=${() => edit(false)} />`;
  return html`
    ${told?.escalation && html`<${Escalation} escalation=${told.escalation} />`}
    ${told?.notice && html`<p class="now">${told.notice}</p>`}
    ${plan ? html`<${Read} plan=${plan} />` : html`<div>${says.none.map((line) => html`<p key=${line}>${line}</p>`)}</div>`}
    <p class="row">
      <button type="button" class=${plan ? "" : "act"} onClick=${() => { tell(null); edit(true); }}>${plan ? says.change : says.write}</button>
      ${plan && html`<button type="button" class="quiet" onClick=${() => print()}>${says.print}</button>`}
    </p>
    ${plan && html`<${Confirm} label=${says.erase} question=${says.eraseAsk} yes=${says.eraseYes} onYes=${erase.run} />`}
    <${Problem} error=${erase.error} />`;
}

function Read({ plan }) {
  return html`
    <ol class="plan">
      ${STEPS.filter((step) => plan[step]?.length).map((step) => html`
        <li key=${step}>
          <h2>${s.plan.steps[step].title}</h2>
          <ul>${plan[step].map((line, n) => html`<li key=${n} class="own" dir="auto">${NAMED.has(step) ? html`${line.name}${line.phone && html` <${Phone} number=${line.phone} />`}` : line}</li>`)}</ul>
        </li>`)}
    </ol>`;
}

function Wizard({ plan, etag, onDone, onLeave }) {
  const says = s.plan;
  const [texts, set] = useState(() => Object.fromEntries(STEPS.map((step) => [step, (plan?.[step] ?? []).map((line) => typed(step, line)).join("\n")])));
  const [at, go] = useState(0);
  const [readable, setReadable] = useState(plan?.readable_when_locked ?? null);
  const heading = useRef(null);
  useEffect(() => { heading.current?.focus(); scrollTo(0, 0); }, [at]);
  const lines = (step) => texts[step].split("\n").map((line) => line.trim()).filter(Boolean);
  const isEmpty = STEPS.every((step) => lines(step).length === 0);
  const keep = useWork(async () => {
    const { country } = session();
    const body = { ...empty(), readable_when_locked: readable ?? false };
    for (const step of STEPS) body[step] = lines(step).map((line) => read(step, line));
    const { data, etag: now } = await api("PUT", `/safety-plan${country ? `?country=${country}` : ""}`, { body, ifMatch: etag });
    onDone({ ...data, etag: now });
  });
  if (at === STEPS.length) {
    return html`
      <h2 tabindex="-1" ref=${heading}>${says.keepTitle}</h2>
      ${says.plain.map((line) => html`<p key=${line}>${line}</p>`)}
      <${Choices} legend=${says.keepAsk} value=${readable} onInput=${setReadable}
        options=${[{ value: true, label: says.keepOpen, hint: says.keepOpenHint }, { value: false, label: says.keepShut, hint: says.keepShutHint }]} />
      <${Problem} error=${keep.error} />
      <p class="row">
        <button type="button" class="act" disabled=${keep.busy || readable === null || isEmpty} onClick=${keep.run}>${says.keep}</button>
        <button type="button" onClick=${() => go(at - 1)}>${s.parts.before}</button>
        <button type="button" class="quiet" onClick=${onLeave}>${says.leave}</button>
      </p>
      ${isEmpty && html`<p class="hint">${says.empty}</p>`}`;
  }
  const step = STEPS[at];
  return html`
    <p class="hint">${fill(s.parts.stepOf, { n: at + 1, of: STEPS.length })}</p>
    <h2 tabindex="-1" ref=${heading}>${says.steps[step].title}</h2>
    <${Field} key=${step} label=${says.lineEach} hint=${says.steps[step].hint} rows=${4} own value=${texts[step]} onInput=${(text) => set({ ...texts, [step]: text })} />
    <p class="row">
      <button type="button" class="act" onClick=${() => go(at + 1)}>${lines(step).length ? says.next : says.skip}</button>
      ${at > 0 && html`<button type="button" onClick=${() => go(at - 1)}>${s.parts.before}</button>`}
      <button type="button" class="quiet" onClick=${onLeave}>${says.leave}</button>
    </p>`;
}
