// The person's own text, unchanged, with lines under the words that carry something.
import { fill, html } from "./html.js";
import { s } from "../strings.js";

/**
 * @typedef {{start:number, end:number, kind:number, label:string}} Mark
 *   `start` and `end` count Unicode scalar values; `kind` chooses the line, 0 to 12.
 */

/** Marks for what the recogniser found. @param {{name:string, spans:{start:number,end:number}[]}[]} distortions @returns {Mark[]} */
export const marksOf = (distortions) => distortions.flatMap((found, kind) => found.spans.map(({ start, end }) => ({ start, end, kind, label: found.name })));

/** Cuts a text where marks begin and end. */
function pieces(text, marks) {
  const letters = Array.from(text);
  const cuts = new Set([0, letters.length]);
  for (const { start, end } of marks) { cuts.add(Math.min(start, letters.length)); cuts.add(Math.min(end, letters.length)); }
  const at = [...cuts].sort((a, b) => a - b);
  return at.slice(0, -1).map((start, n) => ({
    text: letters.slice(start, at[n + 1]).join(""),
    marks: marks.filter((mark) => mark.start <= start && mark.end >= at[n + 1]),
    ends: marks.filter((mark) => mark.end === at[n + 1]),
  }));
}

/**
 * A text with lines under some of its words; where two overlap, both lines are drawn.
 * @param {{text:string, marks?:Mark[], numbers?:boolean}} props `numbers`: each mark ends in its number
 */
export function Marked({ text, marks = [], numbers = true }) {
  if (marks.length === 0) return text;
  return pieces(text, marks).map((piece, n) => {
    const inner = piece.marks.reduce((inside, mark, depth) => html`<span class=${`line line-${mark.kind % 5} deep-${Math.min(depth, 2)}`}>${inside}</span>`, piece.text);
    const ends = numbers ? piece.ends.map((mark) => html`<sup key=${mark.kind} aria-hidden="true">${mark.kind + 1}</sup><span class="sr">${fill(s.parts.mark, { label: mark.label })}</span>`) : null;
    return html`<span key=${n}>${inner}${ends}</span>`;
  });
}

/** A text with the words that were searched for. @param {{text:string, marks:{start:number,end:number}[], from?:number, to?:number}} props */
export function Found({ text, marks, from = 0, to = Infinity }) {
  return pieces(text, marks.map((mark) => ({ ...mark, kind: 0, label: "" })))
    .reduce((all, piece) => {
      const begin = all.at + Array.from(piece.text).length;
      const cut = Array.from(piece.text).slice(Math.max(0, from - all.at), Math.max(0, to - all.at)).join("");
      if (cut) all.out.push(piece.marks.length ? html`<mark key=${all.at}>${cut}</mark>` : html`<span key=${all.at}>${cut}</span>`);
      return { at: begin, out: all.out };
    }, { at: 0, out: [] }).out;
}
