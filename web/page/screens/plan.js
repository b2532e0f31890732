// The safety plan: read at once, written one step a screen.
import { api } from "../api.js";
import { go } from "../router.js";
import { session, useSession } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { Choices, Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Escalation } from "../ui/escalation.js";
import { Phone } from "./help-now.js";
import { STEPS, joined, useKeptDraft, useTabDraft } from "./plan-draft.js";

/** Steps that hold people or places. */
const NAMED = new Set(["distractions", "people", "professionals"]);
const empty = () => Object.fromEntries(STEPS.map((step) => [step, []]));

/** A line of a step as it is typed: `Mara, 555 0101`. */
const asTyped = (step, line) => (NAMED.has(step) ? [line.name, line.phone].filter(Boolean).join(", ") : line);
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

/** The plan, and where what is typed of it is kept. @param {{route:import("../router.js").Route}} props */
export function Plan({ route }) {
  const { vault, fault } = useSession();
  if (!vault && !fault) return null;
  // Another state of the journal is another place for what is typed.
  return vault?.journal && !vault.locked ? html`<${WithJournal} key="journal" route=${route} />` : html`<${WithTab} key="tab" route=${route} />`;
}
const WithJournal = ({ route }) => html`<${Desk} route=${route} typed=${useKeptDraft()} />`;
const WithTab = ({ route }) => html`<${Desk} route=${route} typed=${useTabDraft()} />`;

/**
 * Each step is a place in the browser's history, one on top of the other, so that Back goes to the step before.
 * @param {{state:any}} route @returns {number|null} the step, or `null` where the plan is read
 */
const stepAt = ({ state }) => (Number.isInteger(state?.at) ? Math.max(0, Math.min(state.at, STEPS.length)) : null);
const toStep = (at) => go("/help#plan", { state: { at } });

function Desk({ route, typed }) {
  const { vault } = useSession();
  const asked = useAsked(ask);
  const at = stepAt(route);
  const [told, tell] = useState(null);
  const erase = useWork(async () => {
    await api("DELETE", "/safety-plan", { ifMatch: asked.data.etag });
    asked.set({ plan: null, etag: null });
    await typed.discard();
  });
  const says = s.plan;
  if (asked.error) return html`<${Problem} error=${asked.error.type === "journal-locked" ? Object.assign(asked.error, { message: says.locked }) : asked.error} again=${asked.again} />`;
  if (!asked.data) return null;
  const { plan, etag } = asked.data;
  const leave = () => history.go(-(at + 1));
  const isShut = vault?.locked && plan !== null;
  const done = async (kept) => {
    asked.set({ plan: kept.plan, etag: kept.etag });
    tell(kept);
    leave();
    await typed.discard();
  };
  const begin = () => {
    tell(null);
    for (let step = 0; step <= (typed.draft?.at ?? 0); step += 1) toStep(step);
  };
  if (at !== null && !isShut) return typed.ready && html`<${Wizard} at=${at} plan=${plan} etag=${etag} typed=${typed} onDone=${done} onLeave=${leave} />`;
  return html`
    ${told?.escalation && html`<${Escalation} escalation=${told.escalation} />`}
    ${told?.notice && html`<p class="now">${told.notice}</p>`}
    ${plan ? html`<${Read} plan=${plan} />` : html`<div>${says.none.map((line) => html`<p key=${line}>${line}</p>`)}</div>`}
    ${!isShut && typed.draft && html`<p>${says.begun}</p>`}
    <p class="row">
      ${isShut
    ? html`<a href="/">${says.unlock}</a>`
    : html`<button type="button" class=${plan && !typed.draft ? "" : "act"} disabled=${!typed.ready} onClick=${begin}>${typed.draft ? says.goOn : plan ? says.change : says.write}</button>`}
      ${plan && html`<button type="button" class="quiet" onClick=${() => print()}>${says.print}</button>`}
    </p>
    ${!isShut && typed.draft && html`<${Confirm} label=${says.drop} question=${says.dropAsk} yes=${says.dropYes} onYes=${typed.discard} />`}
    ${!isShut && plan && html`<${Confirm} label=${says.erase} question=${says.eraseAsk} yes=${says.eraseYes} onYes=${erase.run} />`}
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

/** So long after a step appears a click is still one for the step before. */
const SETTLES_MS = 500;

function Wizard({ at, plan, etag, typed, onDone, onLeave }) {
  const says = s.plan;
  const [form, set] = useState(() => begun(plan, etag, typed.draft));
  const { texts, readable } = form;
  // From what is there now: an effect that comes late must not take away what was typed meanwhile.
  const change = (part) => set((now) => {
    const next = { ...now, ...part };
    typed.write(next);
    return next;
  });
  const place = useRef(null);
  const since = useRef(0);
  const takeFocus = () => (place.current.querySelector("textarea") ?? place.current.querySelector("h2")).focus({ preventScroll: true });
  const appears = () => { since.current = performance.now(); };
  // From when it is drawn, and once more from when it is in sight: where a machine is busy, the second click of two comes between.
  useLayoutEffect(appears, [at]);
  useEffect(() => {
    appears();
    takeFocus();
    scrollTo(0, 0);
    if (typed.draft && form.at !== at) change({ at });
  }, [at]);
  // A click that came too early has taken the focus along.
  const settled = (work) => (event) => (event.timeStamp - since.current >= SETTLES_MS ? work() : takeFocus());
  const next = settled(() => { change({ at: at + 1 }); toStep(at + 1); });
  const before = settled(() => history.back());
  const lines = (step) => texts[step].split("\n").map((line) => line.trim()).filter(Boolean);
  const isEmpty = STEPS.every((step) => lines(step).length === 0);
  const keep = useWork(async () => {
    const { country } = session();
    const body = { ...empty(), readable_when_locked: readable ?? false };
    for (const step of STEPS) body[step] = lines(step).map((line) => read(step, line));
    const { data, etag: now } = await api("PUT", `/safety-plan${country ? `?country=${country}` : ""}`, { body, ifMatch: etag });
    await onDone({ ...data, etag: now });
  });
  if (at === STEPS.length) {
    return html`
      <div ref=${place}>
      <h2 tabindex="-1">${says.keepTitle}</h2>
      ${says.plain.map((line) => html`<p key=${line}>${line}</p>`)}
      <${Choices} legend=${says.keepAsk} value=${readable} onInput=${(next) => change({ readable: next })}
        options=${[{ value: true, label: says.keepOpen, hint: says.keepOpenHint }, { value: false, label: says.keepShut, hint: says.keepShutHint }]} />
      <${Problem} error=${keep.error} />
      <p class="row">
        <button type="button" class="act" disabled=${keep.busy || readable === null || isEmpty} onClick=${settled(keep.run)}>${says.keep}</button>
        <button type="button" onClick=${before}>${s.parts.before}</button>
        <button type="button" class="quiet" onClick=${onLeave}>${says.leave}</button>
      </p>
      ${isEmpty && html`<p class="hint">${says.empty}</p>`}
      </div>`;
  }
  const step = STEPS[at];
  return html`
    <div class="planning" ref=${place}>
    <p class="hint">${fill(s.parts.stepOf, { n: at + 1, of: STEPS.length })}</p>
    <${Field} key=${step} label=${says.steps[step].title} hint=${`${says.steps[step].hint} ${says.lineEach}`} rows=${4} own value=${texts[step]} onInput=${(text) => change({ texts: { ...texts, [step]: text } })} />
    <p class="row">
      <button type="button" class="act" onClick=${next}>${says.next}</button>
      <button type="button" class="quiet" onClick=${next}>${says.skip}</button>
      ${at > 0 && html`<button type="button" onClick=${before}>${s.parts.before}</button>`}
      <button type="button" class="quiet" onClick=${onLeave}>${says.leave}</button>
    </p>
    </div>`;
}

/** Where the writing begins: with what was typed before, and with what the plan has got meanwhile. */
function begun(plan, etag, draft) {
  const kept = Object.fromEntries(STEPS.map((step) => [step, (plan?.[step] ?? []).map((line) => asTyped(step, line)).join("\n")]));
  if (!draft) return { texts: kept, at: 0, readable: plan?.readable_when_locked ?? null, etag };
  return draft.etag === etag ? draft : { ...draft, texts: joined(kept, draft.texts), etag };
}
