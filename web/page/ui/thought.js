// What the person wrote, in sight on every step.
import { s } from "../strings.js";
import { html } from "./html.js";

/** From here it scrolls in its place, so that what follows stays near. */
const LONG = 700;

/** A class for a text without breaks of its own: its lines end in words, and no line is drawn under a space at the end. */
export const flow = (text) => (/[\n\r\t]| {2}/.test(text) ? "" : "flow");

/** @param {{text:string, children?:any}} props `children`: the same text, with lines under its words */
export function Thought({ text, children }) {
  const isLong = text.length > LONG;
  return html`<blockquote class=${`thought own ${isLong ? "long" : ""} ${flow(text)}`} dir="auto" tabindex=${isLong ? "0" : undefined} aria-label=${s.write.yourWords}>${children ?? text}</blockquote>`;
}
