// An exercise with a timer: what is said, for how long, and a circle that breathes along. All of it is the exercise's own data.
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Choices } from "../ui/parts.js";
import { Told } from "../ui/told.js";

const says = s.guided;
/** The circle when the breath is in and when it is out; and where it rests if nothing is to move. */
const FULL = 1;
const EMPTY = 0.45;
const STILL = 0.72;

/**
 * @param {{one:any, children?:any}} props `one`: the exercise as the service gives it; `children` stand beside the button
 */
export function Guided({ one, children }) {
  const [chosen, choose] = useState(null);
  const [state, run] = useState("ready");
  const begin = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && state !== "running") begin.current.focus();
    first.current = false;
  }, [state]);
  const variant = one.variants.find((way) => way.id === chosen) ?? one.variants[0];
  return html`
    ${state === "ready" && html`<p class="lead">${variant.steps.some((step) => step.breath) ? says.circle : one.about}</p>`}
    ${state === "running" ? html`<${Player} key=${variant.id} steps=${variant.steps} onEnd=${() => run("done")} onStop=${() => run("ready")} />` : html`
      ${state === "done" && html`<p class="lead" role="status">${one.end}</p>`}
      ${one.variants.length > 1
    ? html`<${Choices} legend=${says.which} value=${variant.id} onInput=${choose} options=${one.variants.map((way) => ({ value: way.id, label: secondsOf(way) || way.name, hint: way.about }))} />`
    : secondsOf(variant) && html`<p>${secondsOf(variant)}.</p>`}
      <p class="row"><button ref=${begin} type="button" class="act" onClick=${() => run("running")}>${state === "done" ? says.again : says.begin}</button>${children}</p>`}
    <p class="hint"><${Told} text=${one.caution} /></p>`;
}

function Player({ steps, onEnd, onStop }) {
  const [{ at, left }, set] = useState({ at: 0, left: steps[0].seconds });
  const [paused, pause] = useState(false);
  const stop = useRef(null);
  useEffect(() => { stop.current.focus(); }, []);
  useEffect(() => {
    if (paused) return undefined;
    const timer = setTimeout(() => {
      if (left > 1) set({ at, left: left - 1 });
      else next();
    }, 1000);
    return () => clearTimeout(timer);
  }, [at, left, paused]);
  function next() {
    if (at + 1 < steps.length) set({ at: at + 1, left: steps[at + 1].seconds });
    else onEnd();
  }
  const step = steps[at];
  const paced = steps.some((one) => one.breath);
  /** What is said before the breaths keeps its room, so that nothing moves when they begin. */
  const spoken = steps.find((one) => !one.breath);
  return html`
    ${paced
    ? html`
      <div class="breath" aria-hidden="true">
        <div class="breath-circle" style=${circle(step, paused)}></div>
        <p class="breath-word">${step.breath ? step.say : ""}${step.breath && html`<span class="breath-count">${left}</span>`}</p>
      </div>
      ${spoken && html`<p class=${step.breath ? "big calm unasked" : "big calm"} aria-hidden="true">${step.breath ? spoken.say : step.say}</p>`}`
    : html`<p class="big" aria-hidden="true">${step.say}</p><p class="hint" aria-hidden="true">${fill(says.left, { n: left })}</p>`}
    <p class="sr" role="status">${step.say}</p>
    <p class="row">
      <button type="button" onClick=${() => pause(!paused)}>${paused ? says.resume : says.pause}</button>
      ${!step.breath && html`<button type="button" onClick=${next}>${says.skip}</button>`}
      <button ref=${stop} type="button" onClick=${onStop}>${says.stop}</button>
      <span class="hint">${paced ? step.breath && breathsLeft(steps, at) : fill(says.step, { n: at + 1, of: steps.length })}</span>
    </p>`;
}

/** The seconds of one breath, in words: "in for 4 seconds, out for 6". */
function secondsOf({ steps }) {
  const first = steps.findIndex((step) => step.breath === "in");
  if (first === -1) return "";
  const next = steps.findIndex((step, n) => n > first && step.breath === "in");
  return steps.slice(first, next === -1 ? undefined : next).filter((step) => step.breath).map((step) => fill(says.breath[step.breath], { n: step.seconds })).join(", ");
}

/** How large the circle is, and how long it takes to be so. */
function circle({ breath, seconds }, paused) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return { transform: `scale(${STILL})` };
  const moves = breath === "in" || breath === "out";
  const size = breath === "in" || breath === "full" ? FULL : EMPTY;
  return { transform: `scale(${paused ? STILL : size})`, transitionDuration: `${moves && !paused ? seconds : 0.8}s` };
}

/** How many breaths are still to come, this one not counted. */
function breathsLeft(steps, at) {
  const n = steps.slice(at + 1).filter((step) => step.breath === "in").length;
  return n === 0 ? says.lastBreath : fill(says.breaths, { n });
}
