// Sentences of the service name commands for the terminal; here the same stands a link away.
import { s } from "../strings.js";
import { html } from "./html.js";

const PLACES = [
  [/^evenkeel models pull$/, () => ["/settings#model", s.told.model]],
  [/^evenkeel help-lines$/, () => ["/help", s.shell.help]],
  [/^evenkeel exercise grounding$/, () => ["/help#grounding", s.help.toSenses]],
  [/^evenkeel exercise$/, () => ["/practice/exercises", s.told.exercises]],
  [/^evenkeel people$/, () => ["/practice/people", s.told.people]],
  [/^evenkeel practice record$/, () => ["/practice", s.shell.names.practice]],
  [/^evenkeel checkin list$/, () => ["/check-in", s.shell.names["check-in"]]],
  [/^evenkeel parts$/, () => ["/parts", s.shell.names.parts]],
  [/^evenkeel questionnaire take ([a-z0-9-]+)$/, ([, id]) => [`/questionnaires/${id}`, id.toUpperCase()]],
];

/** A sentence of the service. @param {{text:string}} props */
export function Told({ text }) {
  return text.split("`").map((piece, n) => {
    if (n % 2 === 0) return piece;
    for (const [pattern, place] of PLACES) {
      const found = pattern.exec(piece);
      if (!found) continue;
      const [href, words] = place(found);
      return html`<a key=${n} href=${href}>${words}</a>`;
    }
    return html`<code key=${n}>${piece}</code>`;
  });
}
