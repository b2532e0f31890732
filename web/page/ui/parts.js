// The pieces that screens are made of.
import { ApiError, isAbort } from "../api.js";
import { whenIdle } from "../begin.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useId, useLayoutEffect, useRef, useState } from "./html.js";

/**
 * A line to write in, or more.
 * @param {{label:string, value:string, onInput:(value:string)=>void, hint?:string, type?:string, rows?:number,
 *   own?:boolean, hideLabel?:boolean, [more:string]:any}} props
 *   `rows`: several lines, which grow with what is written. `own`: words of the person, in their letters.
 */
export function Field({ label, value, onInput, hint, type = "text", rows, own = false, hideLabel = false, inputRef, ...more }) {
  const id = useId();
  const mine = useRef(null);
  const ref = inputRef ?? mine;
  useLayoutEffect(() => {
    if (!rows || CSS.supports("field-sizing", "content")) return;
    ref.current.style.blockSize = "auto";
    ref.current.style.blockSize = `${ref.current.scrollHeight}px`;
  }, [value, rows]);
  const common = {
    id, ref, value, class: own ? "own" : "", dir: "auto",
    "aria-describedby": hint ? `${id}h` : undefined,
    onInput: (event) => onInput(event.currentTarget.value), ...more,
  };
  return html`
    <div class="field">
      <label for=${id} class=${hideLabel ? "sr" : ""}>${label}</label>
      ${hint && html`<p class="hint" id=${`${id}h`}>${hint}</p>`}
      ${rows ? html`<textarea rows=${rows} ...${common}></textarea>` : html`<input type=${type} ...${common} />`}
    </div>`;
}

/**
 * A number on a scale. It is `null` until the person sets it.
 * @param {{label:string, value:number|null, onInput:(value:number|null)=>void, max?:number, step?:number, low?:string, high?:string,
 *   hint?:string, start?:number, clear?:string}} props `start`: where it stands until then. `clear`: the word that takes it away again.
 */
export function Scale({ label, value, onInput, max = 100, step = max === 100 ? 5 : 1, low, high, hint, start = max / 2, clear }) {
  const id = useId();
  const set = (event) => onInput(Number(event.currentTarget.value));
  return html`
    <div class="scale">
      <div class="scale-head">
        <label for=${id}>${label}</label>
        ${clear && value !== null && html`<button type="button" class="quiet clear" aria-label=${`${clear}: ${label}`} onClick=${() => onInput(null)}>${clear}</button>`}
        <output for=${id} class=${value === null ? "unset" : ""}>${value === null ? s.parts.unset : value}</output>
      </div>
      ${hint && html`<p class="hint" id=${`${id}h`}>${hint}</p>`}
      <input id=${id} type="range" min="0" max=${max} step=${step} value=${value ?? start}
        class=${value === null ? "unset" : ""} aria-describedby=${hint ? `${id}h` : undefined}
        aria-valuetext=${value === null ? s.parts.notSet : fill(s.parts.outOf, { value, max })}
        onInput=${set} onClick=${set} onKeyDown=${(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); set(event); } }} />
      <div class="scale-ends" aria-hidden="true"><span>${low ?? "0"}</span><span>${high ?? max}</span></div>
    </div>`;
}

/**
 * One of several.
 * @param {{legend:string, options:{value:any, label:any, hint?:string}[], value:any, onInput:(value:any)=>void, inline?:boolean, hideLegend?:boolean}} props
 */
export function Choices({ legend, options, value, onInput, inline = false, hideLegend = false }) {
  const name = useId();
  return html`
    <fieldset class=${inline ? "choices inline" : "choices"}>
      <legend class=${hideLegend ? "sr" : ""}>${legend}</legend>
      ${options.map((option) => html`
        <label key=${String(option.value)}>
          <input type="radio" name=${name} checked=${value === option.value} onChange=${() => onInput(option.value)} />
          <span>${option.label}${option.hint && html`<span class="hint">${option.hint}</span>`}</span>
        </label>`)}
    </fieldset>`;
}

/** Yes or no. @param {{label:any, checked:boolean, onInput:(checked:boolean)=>void, hint?:string}} props */
export function Check({ label, checked, onInput, hint }) {
  return html`
    <label class="check">
      <input type="checkbox" checked=${checked} onChange=${(event) => onInput(event.currentTarget.checked)} />
      <span>${label}${hint && html`<span class="hint">${hint}</span>`}</span>
    </label>`;
}

/**
 * What went wrong and what can be done, and a way to try again.
 * @param {{error:unknown, again?:()=>void}} props
 */
export function Problem({ error, again }) {
  if (!error || isAbort(error)) return null;
  const says = error instanceof ApiError ? error.message : s.problems.failed;
  return html`
    <div class="problem" role="alert">
      <p>${says.split("`").map((piece, n) => (n % 2 ? html`<code key=${n}>${piece}</code>` : piece))}</p>
      ${again && html`<button type="button" onClick=${again}>${s.parts.again}</button>`}
    </div>`;
}

/** What to do in danger, in every country. */
export function EmergencyAdvice() {
  return html`<div class="now">${s.help.advice.map((line) => html`<p key=${line}>${line}</p>`)}</div>`;
}

/**
 * What is happening, in words; after some seconds also for how long, and a way to stop it.
 * @param {{words:string, cancel?:()=>void, slow?:string}} props
 */
export function Progress({ words, cancel, slow = s.parts.slow }) {
  const [seconds, count] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => count((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`
    <div class="progress">
      <p role="status">${words}</p>
      ${seconds >= 4 && html`<p class="hint" aria-live="off">${fill(slow, { seconds })}</p>`}
      ${cancel && seconds >= 1 && html`<button type="button" onClick=${cancel}>${s.parts.stop}</button>`}
    </div>`;
}

/**
 * Asks again in the place of the button, before something that can't be taken back.
 * @param {{label:string, question:string, yes:string, no?:string, onYes:()=>void, warm?:boolean}} props
 */
export function Confirm({ label, question, yes, no = s.parts.no, onYes }) {
  const [asks, ask] = useState(false);
  const refuse = useRef(null);
  const opener = useRef(null);
  const refused = useRef(false);
  useLayoutEffect(() => {
    if (asks) refuse.current.focus();
    else if (refused.current) opener.current.focus();
    refused.current = false;
  }, [asks]);
  const leave = () => { refused.current = true; ask(false); };
  if (!asks) return html`<button ref=${opener} type="button" class="quiet" onClick=${() => ask(true)}>${label}</button>`;
  return html`
    <div class="confirm" role="group" aria-label=${label}>
      <p>${question}</p>
      <p class="row">
        <button ref=${refuse} type="button" onClick=${leave}>${no}</button>
        <button type="button" class="grave" onClick=${() => { ask(false); onYes(); }}>${yes}</button>
      </p>
    </div>`;
}

/**
 * Something that is asked of the service when the view comes up.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {any[]} on asked again when these change
 * @returns {{data:T|null, error:unknown, again:()=>void, set:(data:T)=>void}}
 */
export function useAsked(ask, on = []) {
  const [state, set] = useState({ data: null, error: null });
  const [turn, again] = useState(0);
  useEffect(() => {
    let gone = false;
    ask().then(
      (data) => { if (!gone) set({ data, error: null }); },
      (error) => { if (!gone) set((before) => ({ data: before.data, error })); },
    );
    return () => { gone = true; };
  }, [...on, turn]);
  return { ...state, again: () => again((n) => n + 1), set: (data) => set({ data, error: null }) };
}

/**
 * Modules that a screen needs later: they come when the page has nothing else to do.
 * @template M
 * @param {() => Promise<M>} load
 * @returns {() => [M|null|false, () => Promise<void>]} a hook: the modules, `null` while they are on their way, `false` where
 *   they did not arrive; and another try
 */
export function later(load) {
  let found = null;
  return function useLater() {
    const [, draw] = useState(0);
    const fetchAll = async () => {
      found = found || await load().catch(() => false);
      draw((n) => n + 1);
    };
    useEffect(() => { if (!found) whenIdle(fetchAll); }, []);
    return [found, fetchAll];
  };
}

/**
 * A piece of work that a button begins: whether it runs, what went wrong.
 * @param {(...given:any[]) => Promise<any>} work
 * @returns {{run:(...given:any[])=>Promise<any>, busy:boolean, error:unknown, clear:()=>void}}
 */
export function useWork(work) {
  const [state, set] = useState({ busy: false, error: null });
  const run = async (...given) => {
    set({ busy: true, error: null });
    try {
      const done = await work(...given);
      set({ busy: false, error: null });
      return done;
    } catch (error) {
      set({ busy: false, error });
      return undefined;
    }
  };
  return { run, ...state, clear: () => set({ busy: false, error: null }) };
}
