// The second step: the habits of thought that may be at work, and how strong it is right now.
import { s } from "../strings.js";
import { fill, html, useId, useState } from "../ui/html.js";
import { Choices, Field, Problem, Progress, Scale } from "../ui/parts.js";
import { StaysHere, Support } from "../ui/escalation.js";
import { Marked, marksOf } from "../ui/marked.js";
import { Thought } from "../ui/thought.js";
import { Told } from "../ui/told.js";
import { Happened } from "./write-happened.js";

export function Look({ text, record, note, reading, to, onAgain, keep }) {
  const says = s.write;
  const found = reading.distortions;
  const isRead = Boolean(reading.reply);
  return html`
    <${Thought} text=${text}><${Marked} text=${text} marks=${marksOf(found ?? [])} /></${Thought}>
    ${reading.acknowledged && html`<${StaysHere} steps=${reading.reply?.support?.steps ?? []} />`}
    <${Happened} record=${record} />
    ${reading.busy && !found && html`<${Progress} words=${reading.words} cancel=${reading.stop} />`}
    ${reading.stopped && html`<p>${says.stopped}</p><p class="row"><button type="button" onClick=${onAgain}>${says.lookAgain}</button><button type="button" class="quiet" onClick=${() => to("write")}>${says.backToText}</button></p>`}
    <${Problem} error=${reading.error} again=${onAgain} />
    ${found && found.length > 0 && html`<${Habits} found=${found} record=${record} note=${note} />`}
    ${isRead && found.length === 0 && !reading.reply.notice && !reading.acknowledged && html`<p class="lead">${says.noneFound}</p>`}
    ${reading.reply?.notice && html`<p class="lead"><${Told} text=${reading.reply.notice} /></p>`}
    ${!reading.acknowledged && html`<${Support} support=${reading.reply?.support} />`}
    ${(isRead || found?.length > 0) && html`<${Own} found=${found} record=${record} note=${note} />`}
    <section class="part">
      <h2>${says.before}</h2>
      <${Scale} label=${says.belief} value=${record.belief} onInput=${(belief) => note({ belief })} low=${says.notAtAll} high=${says.wholly} />
      <${Field} label=${says.feeling} hint=${says.feelingHint} value=${record.feeling} own onInput=${(feeling) => note({ feeling })} maxlength=${200} autocomplete="off" />
      ${record.feeling.trim() && html`<${Scale} label=${fill(says.howStrong, { feeling: record.feeling.trim() })} value=${record.before} onInput=${(before) => note({ before })} low=${says.notAtAll} high=${says.asCanBe} />`}
    </section>
    <p class="row">
      <button type="button" class="act" onClick=${() => to("ways")}>${isRead && reading.reframes.length === 0 ? says.ownWays : says.ways}</button>
      ${keep && html`<button type="button" disabled=${keep.busy} onClick=${keep.run}>${says.keepOnly}</button>`}
      <button type="button" class="quiet" onClick=${() => to("write")}>${says.backToText}</button>
    </p>`;
}

/** What was found, told apart by its number and its line, each to be accepted or not. */
function Habits({ found, record, note }) {
  const says = s.write;
  const set = (slug) => (verdict) => note({ verdicts: { ...record.verdicts, [slug]: verdict } });
  return html`
    <section class="habits" aria-label=${says.habits}>
      <div role="status"><h2>${found.length === 1 ? says.foundOne : fill(says.foundMany, { n: says.numbers[found.length] ?? found.length })}</h2></div>
      <ol>
        ${found.map((one, n) => html`
          <li key=${one.slug}>
            <h3><span class=${`line line-${n % 5}`}>${one.name}</span></h3>
            <p>${one.why}${one.probability < 0.6 ? ` ${says.unsure}` : ""}</p>
            <${Choices} legend=${fill(says.fits, { name: one.name })} hideLegend inline value=${record.verdicts[one.slug] ?? null} onInput=${set(one.slug)}
              options=${[{ value: "accepted", label: says.fitsYes }, { value: "rejected", label: says.fitsNo }]} />
          </li>`)}
      </ol>
      <p class="hint">${says.guess}</p>
    </section>`;
}

/** A habit of thought that the person sees in it, whatever was found. */
function Own({ found, record, note }) {
  const says = s.write;
  const id = useId();
  const [slug, choose] = useState("");
  const own = Object.keys(record.verdicts).filter((one) => record.verdicts[one] === "own" && s.distortions[one]);
  const left = Object.keys(s.distortions).filter((one) => !own.includes(one) && !found.some((other) => other.slug === one));
  const add = () => { note({ verdicts: { ...record.verdicts, [slug]: "own" } }); choose(""); };
  const remove = (one) => { const { [one]: _, ...verdicts } = record.verdicts; note({ verdicts }); };
  return html`
    <details open=${own.length > 0}>
      <summary>${says.ownHabit}</summary>
      ${own.length > 0 && html`<ul class="plain">${own.map((one) => html`<li key=${one}>${s.distortions[one]} <button type="button" class="quiet" aria-label=${fill(says.takeOut, { name: s.distortions[one] })} onClick=${() => remove(one)}>${says.takeOutShort}</button></li>`)}</ul>`}
      <div class="field">
        <label for=${id}>${says.whichHabit}</label>
        <select id=${id} value=${slug} onChange=${(event) => choose(event.currentTarget.value)}>
          <option value="" selected=${!slug}>${says.noHabit}</option>
          ${left.map((one) => html`<option key=${one} value=${one} selected=${one === slug}>${s.distortions[one]}</option>`)}
        </select>
      </div>
      <p><button type="button" disabled=${!slug} onClick=${add}>${says.addHabit}</button></p>
    </details>`;
}
