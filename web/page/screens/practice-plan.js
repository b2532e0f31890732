// A step: planned with what one thinks will happen, tried, and put beside what happened.
import { api, newKey } from "../api.js";
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html, useRef, useState } from "../ui/html.js";
import { Escalation } from "../ui/escalation.js";
import { useForm } from "../ui/form.js";
import { Choices, Confirm, Field, Problem, Scale, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Offer } from "./practice-steps.js";
import { withCountry } from "./talk-keep.js";

const says = days.practice;
const MOST_WORDS = 2000;
const oneLine = (words) => words.replace(/\s+/g, " ").trim();
const words = (label, value, onInput, hint) => html`<${Field} label=${label} hint=${hint} rows=${1} own value=${value} onInput=${onInput} maxlength=${MOST_WORDS} />`;
const Back = () => html`<a href="/practice">${says.back}</a>`;

/** Planning a step. @param {{id:string}} props */
export function Plan({ id }) {
  const asked = useAsked(async () => (await api("GET", "/practice/steps")).data.levels.flatMap((level) => level.steps).find((step) => step.id === id) ?? false, [id]);
  const { form, change: set, discard } = useForm(`step-${id}`, () => ({ when: "", who: "", predicted: "" }));
  const [help, tell] = useState(null);
  const key = useRef(newKey());
  const keep = useWork(async () => {
    const told = Object.fromEntries(Object.entries(form).map(([name, text]) => [name, oneLine(text)]).filter(([, text]) => text));
    const { data } = await api("POST", withCountry("/practice/plans"), { body: { step: id, ...told }, key: key.current });
    await discard();
    if (data.screening?.escalation) tell({ escalation: data.screening.escalation, id: data.id });
    else go(`/practice/plan-${data.id}`, { replace: true });
  });
  const change = (name) => (text) => set({ [name]: text });
  if (help) return html`<${Screen} title=${says.plan} hideTitle at="help"><${Escalation} escalation=${help.escalation}><p class="row after"><a href=${`/practice/plan-${help.id}`}>${says.planned}</a></p></${Escalation}></${Screen}>`;
  return html`
    <${Screen} title=${says.plan} at="plan">
      <${Problem} error=${asked.error} again=${asked.again} />
      ${asked.data === false && html`<p><${Back} /></p>`}
      ${asked.data && form && html`
        <p class=${asked.data.own ? "step-text own" : "step-text"} dir="auto">${asked.data.text}</p>
        <form onSubmit=${(event) => { event.preventDefault(); keep.run(); }}>
          ${words(says.when, form.when, change("when"), says.whenHint)}
          ${words(says.who, form.who, change("who"))}
          ${words(says.predicted, form.predicted, change("predicted"), says.predictedHint)}
          <p class="hint">${says.optional}</p>
          <${Problem} error=${keep.error} />
          <p class="row"><button type="submit" class="act" disabled=${keep.busy}>${says.keepPlan}</button><${Back} /></p>
        </form>`}
    </${Screen}>`;
}

/** What was planned, and what came of it. @param {{id:string, route:import("../router.js").Route}} props */
export function Planned({ id, route }) {
  const path = `/practice/plans/${id}`;
  const asked = useAsked(() => api("GET", path), [id]);
  const [next, offer] = useState(null);
  const [escalation, tell] = useState(null);
  const recorded = async ({ data, etag }) => {
    asked.set({ data, etag });
    tell(data.screening?.escalation ?? null);
    if (!data.screening?.escalation) offer((await api("GET", withCountry("/practice/next")).catch(() => null))?.data ?? null);
  };
  // A place of its own, so that the browser's Back leads to the form again.
  const isNotDone = route.state?.notDone === true;
  const remove = useWork(async () => { await api("DELETE", path, { ifMatch: asked.data.etag }); go("/practice", { replace: true }); });
  if (!asked.data) return html`<${Screen} title=${says.planned}><${Problem} error=${asked.error} again=${asked.again} />${asked.error && html`<p><${Back} /></p>`}</${Screen}>`;
  const { content } = asked.data.data;
  const { outcome } = content;
  const told = [content.when, content.who].filter(Boolean);
  const help = escalation ?? next?.escalation;
  return html`
    <${Screen} title=${says.planned} at=${outcome ? "done" : "open"}>
      ${help && html`<${Escalation} escalation=${help} />`}
      <p class="step-text" dir="auto">${content.text}</p>
      ${told.length > 0 && html`<p class="own" dir="auto">${told.join(", ")}</p>`}
      ${content.predicted ? html`<p class="hint">${says.youThought}</p><blockquote class="balanced own" dir="auto">${content.predicted}</blockquote>` : html`<p class="hint">${says.noThought}</p>`}
      ${outcome
    ? html`
        <p class="hint">${says.cameOf}</p><blockquote class="balanced own" dir="auto">${outcome.happened}</blockquote>
        ${outcome.against && html`<p>${outcome.against === "same" ? says.wasSame : fill(says.wasAgainst, { against: says.againsts[outcome.against] })}</p>`}
        <p>${fill(says.wasDistress, { n: outcome.distress })}</p>
        ${outcome.surprise && html`<p class="hint">${says.surprised}</p><blockquote class="balanced own" dir="auto">${outcome.surprise}</blockquote>`}
        ${next && !next.escalation && html`<h2>${says.next}</h2><${Offer} next=${next} />`}`
    : isNotDone ? html`
        <p role="status">${says.notDoneSays}</p>
        <p class="row">
          <a class="act" href="/practice">${says.notDoneStay}</a>
          <button type="button" disabled=${remove.busy} onClick=${remove.run}>${says.notDoneGo}</button>
          <button type="button" class="quiet" onClick=${() => history.back()}>${s.parts.before}</button>
        </p>`
    : html`<${Record} id=${id} path=${path} etag=${asked.data.etag} hasThought=${Boolean(content.predicted)} onDone=${recorded} onNotDone=${() => go(route.path, { state: { notDone: true } })} />`}
      <div class="after">
        <p><${Back} /></p>
        <${Confirm} label=${says.removePlan} question=${says.removePlanAsk} yes=${says.deleteYes} onYes=${remove.run} />
        <${Problem} error=${remove.error} />
      </div>
    </${Screen}>`;
}

function Record({ id, path, etag, hasThought, onDone, onNotDone }) {
  const { form, change: set, discard } = useForm(`outcome-${id}`, () => ({ happened: "", against: null, distress: null, surprise: "" }));
  const change = (name) => (value) => set({ [name]: value });
  const isWhole = form && oneLine(form.happened) && form.distress !== null;
  const keep = useWork(async () => {
    const body = { happened: oneLine(form.happened), distress: form.distress, ...(form.against && { against: form.against }), ...(oneLine(form.surprise) && { surprise: oneLine(form.surprise) }) };
    const kept = await api("PUT", withCountry(`${path}/outcome`), { body, ifMatch: etag });
    await discard();
    await onDone(kept);
  });
  if (!form) return null;
  return html`
    <form onSubmit=${(event) => { event.preventDefault(); if (isWhole) keep.run(); }}>
      <h2>${says.tryIt}</h2>
      ${words(says.happened, form.happened, change("happened"))}
      ${hasThought && html`<${Choices} inline legend=${says.against} value=${form.against} onInput=${change("against")} options=${Object.entries(says.againsts).map(([value, label]) => ({ value, label }))} />`}
      <${Scale} label=${says.distress} value=${form.distress} onInput=${change("distress")} low=${says.distressEnds[0]} high=${says.distressEnds[1]} />
      ${words(says.surprise, form.surprise, change("surprise"))}
      <${Problem} error=${keep.error} />
      <p class="row"><button type="submit" class="act" disabled=${!isWhole || keep.busy}>${says.record}</button><button type="button" class="quiet" onClick=${onNotDone}>${says.notDone}</button></p>
      ${!isWhole && html`<p class="hint">${says.needs}</p>`}
    </form>`;
}
