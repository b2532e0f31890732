// A thought record: the thought, what was put beside it, and the numbers before and after.
import { s } from "../strings.js";
import { capital, fill, html } from "./html.js";

const change = (words, before, after) => {
  if (before === null || before === undefined) return null;
  return after === null || after === undefined ? fill(s.record.only, { words, before }) : fill(s.record.change, { words, before, after });
};

/** @param {{record:any, bare?:boolean}} props `bare`: the thought stands above already */
export function Record({ record, bare = false }) {
  const { content } = record;
  const accepted = Object.entries(content.distortions ?? {}).filter(([, verdict]) => verdict !== "rejected").map(([slug]) => s.distortions[slug] ?? slug);
  const numbers = [change(s.record.belief, content.belief, content.belief_after), ...(content.feelings ?? []).map((one) => change(capital(one.name), one.before, one.after))].filter(Boolean);
  const list = (title, lines) => (lines?.length ? html`<p class="hint">${title}</p><ul class="plain own">${lines.map((line) => html`<li key=${line} dir="auto">${line}</li>`)}</ul>` : null);
  return html`
    <article class="record">
      ${content.situation && html`<p class="hint">${s.record.situation}</p><p class="own" dir="auto">${content.situation}</p>`}
      ${!bare && html`<blockquote class="own record-thought" dir="auto">${content.thought}</blockquote>`}
      ${list(s.record.for, content.evidence_for)}
      ${list(s.record.against, content.evidence_against)}
      ${content.balanced && html`<p class="hint">${s.write.beside}</p><blockquote class="balanced own" dir="auto">${content.balanced.text}</blockquote>`}
      ${accepted.length > 0 && html`<p>${fill(s.record.habits, { names: accepted.join(", ") })}</p>`}
      ${numbers.length > 0 && html`<p>${numbers.join(" ")}</p>`}
    </article>`;
}
