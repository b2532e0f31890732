// What happened, where the person said it.
import { s } from "../strings.js";
import { html } from "../ui/html.js";

export function Happened({ record }) {
  if (!record.situation.trim()) return null;
  return html`<p class="hint">${s.record.situation}</p><p class="own" dir="auto">${record.situation}</p>`;
}
