// The thought, in sight on every step, and what happened.
import { s } from "../strings.js";
import { html } from "../ui/html.js";
import { flow } from "../ui/marked.js";

/** From here the thought scrolls in its place, so that what follows stays near. */
const LONG = 700;

export function Thought({ text, children }) {
  const isLong = text.length > LONG;
  return html`<blockquote class=${`thought own ${isLong ? "long" : ""} ${flow(text)}`} dir="auto" tabindex=${isLong ? "0" : undefined} aria-label=${s.write.yourWords}>${children ?? text}</blockquote>`;
}

/** What happened, where the person said it. */
export function Happened({ record }) {
  if (!record.situation.trim()) return null;
  return html`<p class="hint">${s.record.situation}</p><p class="own" dir="auto">${record.situation}</p>`;
}
