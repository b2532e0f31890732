// Exercises: what there is, and one of them.
import { api } from "../api.js";
import { days } from "../strings-days.js";
import { html } from "../ui/html.js";
import { Problem, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Guided } from "./guided.js";
import { Views } from "./practice.js";

const says = days.practice;
export function Exercises() {
  const asked = useAsked(async () => (await api("GET", "/exercises")).data.exercises);
  return html`
    <${Screen} title=${says.exercises} lead=${says.exercisesLead}>
      <${Views} here="exercises" />
      <${Problem} error=${asked.error} again=${asked.again} />
      <ul class="plain spaced">
        ${(asked.data ?? []).map((one) => html`<li key=${one.id}><a class="named" href=${`/practice/exercise-${one.id}`}>${one.name}</a><p>${one.about}</p></li>`)}
      </ul>
    </${Screen}>`;
}

/** @param {{id:string}} props */
export function Exercise({ id }) {
  const asked = useAsked(async () => (await api("GET", `/exercises/${encodeURIComponent(id)}`)).data, [id]);
  const all = html`<a href="/practice/exercises">${says.allExercises}</a>`;
  if (!asked.data) return html`<${Screen} title=${says.exercises}><${Problem} error=${asked.error} again=${asked.again} />${asked.error && html`<p>${all}</p>`}</${Screen}>`;
  return html`<${Screen} title=${asked.data.name}><${Guided} one=${asked.data}>${all}</${Guided}></${Screen}>`;
}
