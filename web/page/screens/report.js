// A report for somebody's therapist: what is in it is chosen here, looked at, then made into a file.
// Nothing is ticked at first; what is chosen is a draft of the service until it is thrown away.
import { api } from "../api.js";
import { report as says } from "../strings-report.js";
import { html, useEffect, useRef, useState } from "../ui/html.js";
import { addDays, today } from "../ui/dates.js";
import { useForm } from "../ui/form.js";
import { Check, Confirm, Field, Problem, Progress, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Make } from "./report-make.js";
import { Pick } from "./report-pick.js";
import { Holds } from "./report-preview.js";

const DAYS = 90;
const blank = () => ({ from: addDays(today(), -DAYS + 1), to: today(), sections: [], answers: false, practice_words: false, entries: [], thought_records: [], name: "", note: "" });

/** What is sent. What belongs to a section goes only with it. */
const requestOf = (form) => ({
  from: form.from, to: form.to, sections: form.sections, entries: form.entries, thought_records: form.thought_records,
  answers: form.answers && form.sections.includes("questionnaires"), practice_words: form.practice_words && form.sections.includes("practice"),
  name: form.name.trim() || undefined, note: form.note.trim() || undefined,
});

export default function Report() {
  const { form, isDraft, change, discard } = useForm("report", blank);
  const anew = () => { change(blank()); discard(); };
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      ${form && html`
        <${Choosing} form=${form} change=${change}>
          ${isDraft && html`<p class="hint">${says.draft}</p><${Confirm} label=${says.anew} question=${says.anewAsk} yes=${says.anewYes} onYes=${anew} />`}
        </${Choosing}>`}
    </${Screen}>`;
}

/** @param {{form:any, change:(part:any)=>void, children:any}} props `children` stand before what comes later, so that it pushes nothing down */
function Choosing({ form, change, children }) {
  const [seen, see] = useState(null);
  const work = useRef(null);
  const request = requestOf(form);
  const of = JSON.stringify(request);
  const isReversed = form.from > form.to;
  const canLook = form.from && form.to && !isReversed;
  const look = useWork(async () => {
    work.current = new AbortController();
    const { data } = await api("POST", "/reports/preview", { body: request, signal: work.current.signal });
    see({ of, preview: data });
  });
  useEffect(() => () => work.current?.abort(), []);
  const isSeen = seen?.of === of;
  return html`
    <section class="part">
      <h2>${says.period}</h2>
      <div class="row">
        <${Field} label=${says.from} type="date" required value=${form.from} onInput=${(from) => change({ from })} />
        <${Field} label=${says.to} type="date" required value=${form.to} onInput=${(to) => change({ to })} />
      </div>
      ${isReversed && html`<p role="status">${says.reversed}</p>`}
    </section>
    <${Sections} form=${form} change=${change} />
    <section class="part">
      <h2>${says.words}</h2>
      <p class="hint">${says.wordsHint}</p>
      ${["entries", "thought_records"].map((kind) => html`<${Pick} key=${kind} kind=${kind} from=${form.from} to=${form.to} chosen=${form[kind]} onChange=${(ids) => change({ [kind]: ids })} />`)}
    </section>
    <section class="part">
      <h2>${says.about}</h2>
      <${Field} label=${says.name} value=${form.name} own autocomplete="off" onInput=${(name) => change({ name })} />
      <${Field} label=${says.note} hint=${says.noteHint} rows=${3} own value=${form.note} onInput=${(note) => change({ note })} />
    </section>
    ${children}
    <p class="row"><button type="button" class=${isSeen ? "" : "act"} disabled=${!canLook || look.busy} onClick=${look.run}>${says.lookFirst}</button></p>
    ${look.busy && html`<${Progress} words=${says.looking} cancel=${() => work.current.abort()} />`}
    <${Problem} error=${look.error} again=${look.run} />
    ${seen && !isSeen && !look.busy && html`<p class="hint" role="status">${says.stale}</p>`}
    ${isSeen && html`<${Holds} key=${of} preview=${seen.preview} name=${request.name} />`}
    ${isSeen && seen.preview.lines.length > 0 && html`<${Make} request=${request} />`}`;
}

/** Sections that are chosen as a whole. */
function Sections({ form, change }) {
  const toggle = (name) => (on) => change({ sections: Object.keys(says.section).filter((one) => (one === name ? on : form.sections.includes(one))) });
  const within = { questionnaires: ["answers", says.answers], practice: ["practice_words", says.practiceWords] };
  return html`
    <fieldset class="sections">
      <legend><h2>${says.sections}</h2></legend>
      <p class="hint">${says.sectionsHint}</p>
      ${Object.entries(says.section).map(([name, [label, hint]]) => {
    const isChosen = form.sections.includes(name);
    const [field, more] = within[name] ?? [];
    return html`
      <div key=${name}>
        <${Check} label=${label} hint=${hint} checked=${isChosen} onInput=${toggle(name)} />
        ${isChosen && field && html`<div class="under"><${Check} label=${more} checked=${form[field]} onInput=${(on) => change({ [field]: on })} /></div>`}
      </div>`;
  })}
    </fieldset>`;
}
