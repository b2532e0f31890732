// Parts: whom one has met, how they belong together, and the talks with them.
import { api, apiBlob } from "../api.js";
import { days } from "../strings-days.js";
import { fill, html, useState } from "../ui/html.js";
import { day, dayAndTime } from "../ui/dates.js";
import { Escalation } from "../ui/escalation.js";
import { Problem, useAsked, useWork } from "../ui/parts.js";
import { saveFile } from "../ui/save.js";
import { Screen } from "../ui/screen.js";
import { Told } from "../ui/told.js";
import { NewPart, Part } from "./part.js";
import { PartsMap, usePlaces } from "./parts-map.js";
import { Talk } from "./talk.js";
import { TALK, beginTalk, talkAt } from "./talks.js";

const says = days.part;
/** @param {{route:import("../router.js").Route}} props */
export default function Parts({ route }) {
  if (route.id === "new") return html`<${NewPart} />`;
  if (route.id?.startsWith(TALK)) return html`<${Talk} id=${route.id.slice(TALK.length)} />`;
  return route.id ? html`<${Part} id=${route.id} />` : html`<${All} />`;
}

function All() {
  const asked = useAsked(async () => {
    const [parts, dialogues, health] = await Promise.all([api("GET", "/parts"), api("GET", "/dialogues"), api("GET", "/health")]);
    return { parts: parts.data.parts, talks: dialogues.data.dialogues, hasGuide: ["ready", "loading"].includes(health.data.model) };
  });
  const places = usePlaces();
  const [escalation, tell] = useState(null);
  const named = (kept) => { tell(kept.map((part) => part.screening?.escalation).find(Boolean) ?? null); asked.again(); };
  const begin = useWork(beginTalk);
  const { parts = [], talks = [], hasGuide } = asked.data ?? {};
  const open = talks.find((talk) => talk.mode !== "closed" && talk.turns.length > 0);
  const nameOf = (id) => parts.find((part) => part.id === id)?.notes.name;
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      <${Problem} error=${asked.error} again=${asked.again} />
      ${asked.data && places.form && html`
        ${escalation && html`<${Escalation} escalation=${escalation} />`}
        ${!hasGuide && html`<p><${Told} text=${says.noGuide} /></p>`}
        <p class="row">
          ${!hasGuide ? null : open
    ? html`<a class="act" href=${talkAt(open.id)}>${fill(says.goOn, { day: day(open.saved) })}</a><button type="button" disabled=${begin.busy} onClick=${() => begin.run()}>${says.begin}</button>`
    : html`<button type="button" class="act" disabled=${begin.busy} onClick=${() => begin.run()}>${says.begin}</button>`}
        </p>
        <${Problem} error=${begin.error} />
        <p class="hint">${says.limits}</p>
        <section class="part">
          <h2>${says.map}</h2>
          ${parts.length === 0 ? html`<p>${says.mapNone}</p>` : html`<${PartsMap} parts=${parts} places=${places} onNamed=${named} />`}
          <p class="row"><a href="/parts/new">${says.add}</a></p>
          ${parts.length > 0 && html`<${Files} parts=${parts} />`}
        </section>
        ${talks.some((talk) => talk.turns.length > 0) && html`
          <section class="part">
            <h2>${says.talks}</h2>
            <ul class="plain">
              ${talks.filter((talk) => talk.turns.length > 0).map((talk) => html`
                <li key=${talk.id}>
                  <a href=${talkAt(talk.id)} class="own" dir="auto">${firstWords(talk)}</a>
                  ${talk.note && html`<span class="own noted" dir="auto">${talk.note}</span>`}
                  <span class="hint">${[dayAndTime(talk.saved), nameOf(talk.part) && fill(says.about, { name: nameOf(talk.part) }), says.modes[talk.mode]].filter(Boolean).join(", ")}</span>
                </li>`)}
            </ul>
          </section>`}`}
    </${Screen}>`;
}

const LETTERS = 70;
/** What a talk began with. */
function firstWords(talk) {
  const letters = Array.from((talk.turns.find((turn) => turn.from === "person") ?? talk.turns[0]).text.replace(/\s+/g, " ").trim());
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS).join("").replace(/\s\S*$/, "")} …` : letters.join("");
}

/** The map as a file, in three ways. */
function Files({ parts }) {
  const save = useWork(async (kind) => {
    if (kind === "json") saveFile(new Blob([JSON.stringify({ parts: parts.map((part) => part.notes) }, null, 2)], { type: "application/json" }), "parts.json");
    else saveFile(await apiBlob("GET", `/parts/map?format=${kind}`), `parts.${kind}`);
  });
  return html`
    <details>
      <summary>${says.download}</summary>
      <p class="row tight">${Object.entries(says.files).map(([kind, name]) => html`<button key=${kind} type="button" onClick=${() => save.run(kind)}>${name}</button>`)}</p>
      <${Problem} error=${save.error} />
    </details>`;
}
