// The fourth step: both thoughts in sight, and how it is now.
import { s } from "../strings.js";
import { fill, html } from "../ui/html.js";
import { Field, Scale } from "../ui/parts.js";
import { Thought } from "../ui/thought.js";
import { today } from "../ui/dates.js";

export function After({ text, record, note, to, keep }) {
  const says = s.write;
  const feeling = record.feeling.trim();
  return html`
    <${Thought} text=${text} />
    <p class="hint">${says.beside}</p>
    <blockquote class="balanced own" dir="auto">${record.balanced.text}</blockquote>
    <section class="part">
      <h2>${says.nowTitle}</h2>
      <${Scale} label=${says.beliefAfter} hint=${record.belief === null ? undefined : fill(says.was, { n: record.belief })} value=${record.beliefAfter} onInput=${(beliefAfter) => note({ beliefAfter })} low=${says.notAtAll} high=${says.wholly} />
      ${feeling && record.before !== null && html`<${Scale} label=${fill(says.howStrongNow, { feeling })} hint=${fill(says.was, { n: record.before })} value=${record.after} onInput=${(after) => note({ after })} low=${says.notAtAll} high=${says.asCanBe} />`}
      <${Field} label=${says.review} hint=${says.reviewHint} type="date" min=${today()} value=${record.review} onInput=${(review) => note({ review })} />
    </section>
    <p class="row">
      <button type="button" class="act" disabled=${keep.busy} onClick=${keep.run}>${keep.busy ? says.keeping : says.keep}</button>
      <button type="button" class="quiet" onClick=${() => to("ways")}>${s.parts.before}</button>
    </p>
    <p class="hint">${says.optional}</p>`;
}
