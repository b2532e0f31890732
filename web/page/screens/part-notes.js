// What is known of a part, to be read beside a talk or on its own page.
import { api, newKey } from "../api.js";
import { days } from "../strings-days.js";
import { html, useRef, useState } from "../ui/html.js";
import { Field, Problem, useWork } from "../ui/parts.js";
import { withCountry } from "./talk-keep.js";

const says = days.part;
export const FIELDS = ["place", "look", "job", "fear", "age", "since", "needs"];

/** @param {{notes:any}} props */
export function Known({ notes }) {
  const lists = [[says.agreements, notes.agreements], [says.quotes, notes.quotes]].filter(([, lines]) => lines?.length > 0);
  return html`
    <dl class="known">
      ${notes.role && html`<div><dt>${says.role}</dt><dd>${says.does[notes.role]} <span class="term">${says.roles[notes.role]}</span></dd></div>`}
      ${FIELDS.filter((field) => notes.fields[field]).map((field) => html`<div key=${field}><dt>${says.fields[field]}</dt><dd class="own" dir="auto">${notes.fields[field]}</dd></div>`)}
      ${notes.ties.length > 0 && html`<div><dt>${says.tie}</dt>${notes.ties.map(([tie, other]) => html`<dd key=${tie + other}>${says.ties[tie]} <span class="own" dir="auto">${other}</span></dd>`)}</div>`}
      ${lists.map(([title, lines]) => html`<div key=${title}><dt>${title}</dt>${lines.map((line) => html`<dd key=${line} class="own" dir="auto">${line}</dd>`)}</div>`)}
    </dl>`;
}

/** The notes beside a talk. Where there is no part yet, it can be given a name. @param {{talk:any, part:any, onChange:()=>void}} props */
export function Notes({ talk, part, onChange }) {
  const [name, setName] = useState("");
  const key = useRef(newKey());
  const give = useWork(async () => {
    const { data } = await api("POST", withCountry("/parts"), { body: { name: name.trim() }, key: key.current });
    await api("PATCH", `/dialogues/${talk.id}`, { body: { part: data.id } });
    onChange();
  });
  const submit = (event) => { event.preventDefault(); if (name.trim()) give.run(); };
  return html`
    <aside class="beside" aria-label=${says.notes}>
      <details>
        <summary>${says.notes}</summary>
        ${part
    ? html`<${Known} notes=${part.notes} /><p><a href=${`/parts/${part.id}`}>${says.see}</a></p>`
    : html`
          <p class="hint">${says.notesNone}</p>
          <form onSubmit=${submit}>
            <${Field} label=${says.keepName} own value=${name} onInput=${setName} maxlength=${80} autocomplete="off" />
            <p class="row tight"><button type="submit" disabled=${!name.trim() || give.busy}>${says.keep}</button></p>
            <${Problem} error=${give.error} />
          </form>`}
      </details>
    </aside>`;
}
