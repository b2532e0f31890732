// Breathing and 5-4-3-2-1. They need no service, no model and no journal.
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Choices } from "../ui/parts.js";

/** Breaths by name: seconds in, held full, out, held empty; how often. */
const PATTERNS = {
  slow: { phases: [4, 0, 6, 0], times: 12 },
  even: { phases: [4, 0, 4, 0], times: 15 },
  box: { phases: [4, 4, 4, 4], times: 8 },
  long: { phases: [3, 0, 7, 0], times: 9 },
};
const STEP_MS = 1000;

/** A circle that grows with the breath in and shrinks with the breath out. */
export function Breathing() {
  const says = s.breathing;
  const [name, choose] = useState("slow");
  const [second, setSecond] = useState(null);
  const pattern = PATTERNS[name];
  const round = pattern.phases.reduce((sum, phase) => sum + phase, 0);
  const total = round * pattern.times;
  useEffect(() => {
    if (second === null || second >= total) return undefined;
    const timer = setTimeout(() => setSecond(second + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [second, total]);

  const isRunning = second !== null && second < total;
  const { phase, left, length } = at(pattern.phases, isRunning ? second % round : 0);
  const size = isRunning && phase <= 1 ? 1 : 0.45;
  return html`
    <p>${says.lead}</p>
    ${!isRunning && html`<${Choices} legend=${says.which} hideLegend inline value=${name} onInput=${(next) => { choose(next); setSecond(null); }}
      options=${Object.keys(PATTERNS).map((value) => ({ value, label: says.patterns[value] }))} />`}
    <div class="breath" aria-hidden="true">
      <div class="breath-circle" style=${{ transform: `scale(${size})`, transitionDuration: `${isRunning && (phase === 0 || phase === 2) ? length : 0.6}s` }}></div>
      <p class="breath-word">${isRunning ? html`${says.phases[phase]}<span class="breath-count">${left}</span>` : ""}</p>
    </div>
    <p class="sr" role="status">${isRunning ? says.phases[phase] : second === null ? "" : says.end}</p>
    ${second !== null && !isRunning && html`<p class="lead">${says.end}</p>`}
    <p class="row">
      ${isRunning
    ? html`<button type="button" onClick=${() => setSecond(null)}>${says.stop}</button><span class="hint">${fill(says.left, { n: Math.ceil((total - second) / round) })}</span>`
    : html`<button type="button" class="act" onClick=${() => setSecond(0)}>${second === null ? says.begin : says.again}</button>`}
    </p>
    <p class="hint">${says.caution}</p>`;
}

/** Which phase a second of a round lies in, and how much of it is left. */
function at(phases, second) {
  let begin = 0;
  for (let phase = 0; phase < phases.length; phase += 1) {
    if (second < begin + phases[phase]) return { phase, left: begin + phases[phase] - second, length: phases[phase] };
    begin += phases[phase];
  }
  return { phase: 0, left: phases[0], length: phases[0] };
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
