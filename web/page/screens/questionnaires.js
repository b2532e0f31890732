// Questionnaires and the reflections beside them: what there is, and one of them.
import { api } from "../api.js";
import { days } from "../strings-days.js";
import { fill, html } from "../ui/html.js";
import { Problem, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { REFLECT, Reflect, reflectLength } from "./reflect.js";
import { Sheet } from "./sheet.js";

const says = days.sheet;
/** Seconds that an answer takes, roughly. */
const AN_ANSWER_S = 7;

/** @param {{route:import("../router.js").Route}} props */
export default function Questionnaires({ route }) {
  if (route.id?.startsWith(REFLECT)) return html`<${Reflect} id=${route.id.slice(REFLECT.length)} route=${route} />`;
  return route.id ? html`<${Sheet} id=${route.id} route=${route} />` : html`<${List} />`;
}

/** How long one is, in words. */
export function lengthOf({ items, asks_about: about }) {
  const minutes = Math.round((items * AN_ANSWER_S) / 60);
  const words = minutes === 0 ? says.underMinute : minutes === 1 ? says.minute : fill(says.minutes, { n: minutes });
  return fill(says.length, { items, about, minutes: words });
}

function List() {
  const asked = useAsked(async () => (await api("GET", "/questionnaires")).data.questionnaires);
  const others = useAsked(async () => (await api("GET", "/reflections")).data);
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      <${Problem} error=${asked.error} again=${asked.again} />
      <ul class="plain spaced">
        ${(asked.data ?? []).map((one) => html`
          <li key=${one.id}>
            <a class="named" href=${`/questionnaires/${one.id}`}>${one.name.startsWith(one.short) ? one.name : fill(says.named, one)}</a>
            <p>${one.about}</p>
            <p class="hint">${lengthOf(one)}</p>
          </li>`)}
      </ul>
      ${asked.data && others.data && html`<${Reflections} body=${others.data} />`}
      <${Problem} error=${others.error} again=${others.again} />
      ${asked.data && (others.data || others.error) && html`<p class="hint">${says.none}</p>`}
    </${Screen}>`;
}

/** Those without a score. */
function Reflections({ body }) {
  return html`
    <section class="part">
      <h2>${days.reflect.title}</h2>
      <p>${days.reflect.lead}</p>
      <ul class="plain spaced">
        ${body.reflections.map((one) => html`
          <li key=${one.id}>
            <a class="named" href=${`/questionnaires/${REFLECT}${one.id}`}>${one.title}</a>
            <p>${one.about}</p>
            <p class="hint">${reflectLength(one.questions, one.trauma)}</p>
          </li>`)}
      </ul>
      <p class="hint">${body.note}</p>
    </section>`;
}
