// Breathing and 5-4-3-2-1. They need no model and no journal, and not even the service.
import { api } from "../api.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { useAsked } from "../ui/parts.js";
import { Guided } from "./guided.js";

/** Where the service can't be asked: seconds in and out, and how often. */
const SECONDS = { in: 4, out: 6 };
const TIMES = 12;
const without = () => {
  const round = ["in", "out"].map((breath) => ({ say: s.breathing[breath], seconds: SECONDS[breath], breath }));
  return { ...s.breathing, variants: [{ id: "slow", name: s.breathing.name, steps: Array(TIMES).fill(round).flat() }] };
};
/** So long the service is waited for. */
const WAIT_MS = 1500;

/** The breathing of Practice, by the timings that its data has. */
export function Breathing() {
  const asked = useAsked(async () => (session().token ? (await api("GET", "/exercises/breathing", { lockedIsAnswer: true, signal: AbortSignal.timeout(WAIT_MS) })).data : without()));
  const one = asked.data ?? (asked.error ? without() : null);
  return one && html`<${Guided} one=${one} />`;
}

/** Five, four, three, two, one: one step on the screen, at the person's own pace. */
export function Senses() {
  const says = s.senses;
  const [step, go] = useState(0);
  const line = useRef(null);
  useEffect(() => { if (step > 0) line.current.focus(); }, [step]);
  const isLast = step === says.steps.length - 1;
  return html`
    <p class="hint">${fill(s.parts.stepOf, { n: step + 1, of: says.steps.length })}</p>
    <p class="big" tabindex="-1" ref=${line}>${says.steps[step]}</p>
    <p class="row">
      ${isLast
    ? html`<button type="button" class="act" onClick=${() => go(0)}>${says.again}</button>`
    : html`<button type="button" class="act" onClick=${() => go(step + 1)}>${says.next}</button>`}
      ${step > 0 && html`<button type="button" class="quiet" onClick=${() => go(step - 1)}>${s.parts.before}</button>`}
    </p>
    ${isLast && html`<p>${says.end}</p>`}
    <p class="hint">${says.caution}</p>`;
}
