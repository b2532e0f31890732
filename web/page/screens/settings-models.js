// The model: whether it is here, fetching it, and the others that there are.
import { api, asProblem } from "../api.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Confirm, Problem, useAsked, useWork } from "../ui/parts.js";
import { share, size } from "../ui/sizes.js";

const says = s.settings.models;
const EVERY_MS = 500;
/** So long after a request that failed. */
const AGAIN_MS = 2000;

/**
 * How far a model is that is being fetched, or `null` where this service fetches none.
 * @typedef {{state:"running"|"done"|"failed"|"stopped"|"none", bytes:number, total:number|null, step:string|null, problem:any}} Pull
 * @param {string} name @returns {Promise<Pull|null>}
 */
async function pullOf(name) {
  try {
    return (await api("GET", `/models/${name}/pull`, { lockedIsAnswer: true })).data;
  } catch (error) {
    if (error.status === 404 || error.status === 405) return null;
    throw error;
  }
}

/** The state of the model, all that are known, and how far the one is that is used if it is not here. */
export const useModels = () => useAsked(async () => {
  const [health, models] = await Promise.all([api("GET", "/health"), api("GET", "/models", { lockedIsAnswer: true })]);
  const usual = models.data.models.find((model) => model.default);
  return { state: health.data.model, models: models.data.models, usual, pull: usual && !usual.path ? await pullOf(usual.name) : null };
});

/** @param {{asked:ReturnType<typeof useModels>}} props */
export function Models({ asked }) {
  const { data } = asked;
  const [isOpen, open] = useState(false);
  const isComing = data?.state === "loading" || data?.state === "coming";
  useEffect(() => {
    if (!isComing) return undefined;
    const timer = setTimeout(asked.again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [data]);
  if (!data) return html`<${Problem} error=${asked.error} again=${asked.again} />`;
  const { state, usual, models } = data;
  const others = models.filter((model) => model !== usual || model.path);
  return html`
    <${Problem} error=${asked.error} again=${asked.again} />
    ${(state !== "absent" || !usual || usual.path) && html`<p>${state === "absent" && usual?.path ? says.unused : says.states[state]}</p>`}
    ${usual && !usual.path && html`<${Fetch} key=${usual.name} model=${usual} found=${data.pull} isUsual onEnd=${asked.again} /><p class="hint">${says.until}</p>`}
    <details onToggle=${(event) => open(event.currentTarget.open)}>
      <summary>${says.list}</summary>
      <ul class="plain">
        ${others.map((model) => html`
          <li key=${model.name}>
            <span class="line-name">${model.name}</span>
            <span class="hint">${[size(model.bytes), model.path ? says.present : says.missing, model.default && state === "ready" ? says.used : null].filter(Boolean).join(" · ")}</span>
            <span class="hint">${model.summary}</span>
            ${isOpen && !model.path && html`<${Fetch} model=${model} onEnd=${asked.again} />`}
          </li>`)}
      </ul>
      <p class="hint">${says.onLine} <code>evenkeel models pull</code></p>
    </details>`;
}

/**
 * Fetching one model: what will be fetched, how far it is, and a way to stop it.
 * @param {{model:any, found?:Pull|null, isUsual?:boolean, onEnd:()=>void}} props `found`: how far it was when somebody asked.
 *   `onEnd`: it is here, or is fetched no longer.
 */
function Fetch({ model, found, isUsual = false, onEnd }) {
  const path = `/models/${model.name}/pull`;
  const [pull, set] = useState(found);
  const [lost, lose] = useState(null);
  const place = useRef(null);
  const isRunning = pull?.state === "running";
  const was = useRef(isRunning);
  const begin = useWork(async () => { lose(null); set((await api("POST", path, { lockedIsAnswer: true })).data); });
  const stop = useWork(async () => { await api("DELETE", path, { lockedIsAnswer: true }); set(await pullOf(model.name)); });
  useEffect(() => {
    if (pull === undefined) pullOf(model.name).then(set, lose);
    if (pull?.state === "done" || (was.current && !isRunning)) onEnd();
    if (!isRunning) return undefined;
    let gone = false;
    const look = () => pullOf(model.name).then((next) => { if (!gone) { lose(null); set(next); } }, (error) => { if (!gone) { lose(error); timer = setTimeout(look, AGAIN_MS); } });
    let timer = setTimeout(look, EVERY_MS);
    return () => { gone = true; clearTimeout(timer); };
  }, [pull]);
  // The button that was pressed is gone; what has its place takes the focus.
  useEffect(() => {
    if (was.current !== isRunning && document.activeElement === document.body) place.current?.querySelector("button")?.focus({ preventScroll: true });
    was.current = isRunning;
  }, [isRunning]);
  const values = { name: model.name, size: size(model.fetches ?? model.bytes) };
  if (!pull) {
    return html`
      ${isUsual && pull === null && html`<p>${fill(says.once, values)}</p><p>${says.onLineHere} <code>evenkeel models pull</code></p>`}
      <${Problem} error=${lost} again=${() => { lose(null); set(undefined); }} />`;
  }
  const problem = begin.error ?? stop.error ?? lost ?? (pull.state === "failed" && pull.problem ? asProblem(pull.problem) : null);
  return html`
    <div class="part" ref=${place}>
      ${isRunning
    ? html`<${Running} pull=${pull} name=${model.name} /><p class="row tight"><button type="button" disabled=${stop.busy} onClick=${stop.run}>${s.parts.stop}</button></p>`
    : pull.state === "done"
      ? html`<p role="status">${says.done}</p>`
      : html`
        ${pull.state === "stopped" && html`<p role="status">${says.stopped}</p>`}
        ${isUsual
    ? html`<p>${fill(says.once, values)}</p><p class="row tight"><button type="button" disabled=${begin.busy} onClick=${begin.run}>${problem ? s.parts.again : fill(says.fetch, values)}</button></p>`
    : html`<${Confirm} label=${fill(says.fetchOther, values)} question=${fill(says.onceOther, values)} yes=${fill(says.fetch, values)} onYes=${begin.run} />`}`}
      <${Problem} error=${problem} />
    </div>`;
}

/** How far it is, drawn and in words. @param {{pull:Pull, name:string}} props */
function Running({ pull, name }) {
  const { bytes, total, step } = pull;
  const told = share(bytes, total);
  const part = total ? Math.min(1, bytes / total) : 0;
  return html`
    <p role="status">${says.steps[step?.toLowerCase()] ?? says.working}</p>
    <div class="far" role="progressbar" aria-label=${fill(says.far, { name })} aria-valuemin="0" aria-valuemax=${total ?? undefined} aria-valuenow=${total ? bytes : undefined} aria-valuetext=${told}><span style=${{ inlineSize: `${part * 100}%` }}></span></div>
    ${(bytes > 0 || total) && html`<p class="hint" aria-hidden="true">${told}</p>`}`;
}
