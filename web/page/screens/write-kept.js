// The last step: it is kept.
import { s } from "../strings.js";
import { html } from "../ui/html.js";
import { Escalation } from "../ui/escalation.js";

export function Kept({ kept, onAnew }) {
  const says = s.write;
  return html`
    <blockquote class="thought own" dir="auto">${kept.text}</blockquote>
    ${kept.balanced && html`<p class="hint">${says.beside}</p><blockquote class="balanced own" dir="auto">${kept.balanced}</blockquote>`}
    ${kept.moved.length > 0 && html`<p>${kept.moved.join(" ")}</p>`}
    ${kept.escalation ? html`<${Escalation} escalation=${kept.escalation} />` : html`<p>${says.keptSays}</p>`}
    <p class="row">
      <a class="act" href=${`/journal/${kept.id}`}>${says.see}</a>
      <button type="button" class="quiet" onClick=${onAnew}>${says.anew}</button>
    </p>`;
}
