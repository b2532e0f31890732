// One question of a reflection: ticks, a line of one's own, and grounding that comes back to it.
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html } from "../ui/html.js";
import { Check, Field } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Told } from "../ui/told.js";
import { Senses } from "./grounding.js";

const says = days.reflect;
/** Characters of a line, as the service takes them. */
const LONGEST = 2000;

/**
 * @param {{one:any, at:number, answer:{ticked:string[], words:string}|null|undefined, busy:boolean, onAnswer:(answer:any)=>void,
 *   onNext:()=>void, onSkip:()=>void, onBack:()=>void, onGround:()=>void, onStop:()=>void}} props
 */
export function Question({ one, at, answer, busy, onAnswer, onNext, onSkip, onBack, onGround, onStop }) {
  const item = one.questions[at];
  const now = answer ?? { ticked: [], words: "" };
  const hint = html`<${Told} text=${item.hint ?? says.tick} />`;
  const tick = (id, is) => onAnswer({ ...now, ticked: item.choices.map((choice) => choice.id).filter((each) => (each === id ? is : now.ticked.includes(each))) });
  const submit = (event) => { event.preventDefault(); if (!busy) onNext(); };
  const told = item.choices.filter((choice) => choice.says && now.ticked.includes(choice.id));
  return html`
    <form onSubmit=${submit}>
      <p class="hint">${fill(says.progress, { title: one.title, n: at + 1, of: one.questions.length })}</p>
      ${item.choices.length === 0 ? item.hint && html`<p>${hint}</p>` : html`
        <fieldset>
          <legend>${hint}</legend>
          ${item.choices.map((choice) => html`<${Check} key=${choice.id} label=${choice.text} checked=${now.ticked.includes(choice.id)} onInput=${(is) => tick(choice.id, is)} />`)}
        </fieldset>`}
      <div role="status">${told.map((choice) => html`<p key=${choice.id} class="now"><${Told} text=${choice.says} /></p>`)}</div>
      <${Field} label=${item.choices.length === 0 ? says.words : says.line} own value=${now.words} maxlength=${LONGEST} autocomplete="off"
        onInput=${(words) => onAnswer({ ...now, words })} />
      <p class="row">
        <button type="submit" class="act" disabled=${busy}>${says.next}</button>
        <button type="button" disabled=${busy} onClick=${onSkip}>${says.skip}</button>
        <button type="button" disabled=${busy} onClick=${onBack}>${s.parts.before}</button>
        <button type="button" onClick=${onGround}>${says.ground}</button>
        <button type="button" class="quiet" disabled=${busy} onClick=${onStop}>${says.stop}</button>
      </p>
    </form>
    ${one.levels.length > 0 && html`<details><summary>${says.levels}</summary><${Levels} levels=${one.levels} /></details>`}`;
}

/** After the last question: the closing, all that was noted, and a line for one's own summary. */
export function Ending({ one, summary, busy, onSummary, onFinish, onBack, onGround, onStop, children }) {
  const submit = (event) => { event.preventDefault(); if (!busy) onFinish(); };
  return html`
    <p class="lead">${one.closing}</p>
    ${children}
    <form onSubmit=${submit}>
      <${Field} label=${says.summary} own value=${summary} maxlength=${LONGEST} autocomplete="off" onInput=${onSummary} />
      <p class="row">
        <button type="submit" class="act" disabled=${busy}>${says.finish}</button>
        <button type="button" disabled=${busy} onClick=${onBack}>${s.parts.before}</button>
        <button type="button" onClick=${onGround}>${says.ground}</button>
        <button type="button" class="quiet" disabled=${busy} onClick=${onStop}>${says.stop}</button>
      </p>
    </form>`;
}

/** 5-4-3-2-1, in the place of the question. @param {{onBack:()=>void}} props */
export function Ground({ onBack }) {
  return html`
    <${Screen} title=${s.help.senses}>
      <${Senses} />
      <p class="after"><button type="button" onClick=${onBack}>${says.groundBack}</button></p>
    </${Screen}>`;
}

/** @param {{onKeep:()=>void, onLetGo:()=>void, onBack:()=>void}} props */
export function Stopping({ onKeep, onLetGo, onBack }) {
  return html`
    <${Screen} title=${says.stopTitle}>
      <p>${says.stopSays}</p>
      <p class="row">
        <button type="button" class="act" onClick=${onKeep}>${says.stopKeep}</button>
        <button type="button" onClick=${onLetGo}>${says.stopLetGo}</button>
        <button type="button" class="quiet" onClick=${onBack}>${says.stopBack}</button>
      </p>
    </${Screen}>`;
}

/** The table to read: a group of lines for each level, so that it fits a narrow screen. */
export function Levels({ levels }) {
  if (levels.length === 0) return null;
  return html`
    <table class="told">
      <caption class="sr">${says.levels}</caption>
      ${levels.map((level) => html`
        <tbody key=${level.id}>
          <tr><th scope="rowgroup" colspan="2"><strong>${level.name}</strong></th></tr>
          <tr><th scope="row">${says.like}</th><td>${level.characteristics}</td></tr>
          <tr><th scope="row">${says.help}</th><td>${level.help_seeking}</td></tr>
          <tr><th scope="row">${says.others}</th><td>${level.relationships}</td></tr>
        </tbody>`)}
    </table>`;
}
