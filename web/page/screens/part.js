// One part: what is kept of it, changing it, making one of two.
import { api, newKey } from "../api.js";
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { fill, html, useRef, useState } from "../ui/html.js";
import { Escalation } from "../ui/escalation.js";
import { useForm } from "../ui/form.js";
import { Choices, Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { FIELDS, Known } from "./part-notes.js";
import { rename, retie, same } from "./part-name.js";
import { roleOptions, withCountry } from "./talk-keep.js";
import { beginTalk } from "./talks.js";

const says = days.part;
const blank = () => ({ name: "", role: null, fields: {}, ties: [], agreements: [], quotes: [] });

/** @param {{id:string}} props */
export function Part({ id }) {
  const asked = useAsked(async () => {
    const [one, all] = await Promise.all([api("GET", `/parts/${id}`), api("GET", "/parts")]);
    return { part: one.data, etag: one.etag, others: all.data.parts.filter((part) => part.id !== id) };
  }, [id]);
  const [edits, edit] = useState(false);
  const [escalation, tell] = useState(null);
  const talk = useWork(() => beginTalk(id));
  const remove = useWork(async () => { await api("DELETE", `/parts/${id}`, { ifMatch: asked.data.etag }); go("/parts", { replace: true }); });
  if (!asked.data) return html`<${Screen} title=${says.part}><${Problem} error=${asked.error} again=${asked.again} />${asked.error && html`<p><a href="/parts">${says.all}</a></p>`}</${Screen}>`;
  const { part, etag, others } = asked.data;
  const save = async (notes) => {
    const { data } = await api("PUT", withCountry(`/parts/${id}`), { body: notes, ifMatch: etag });
    await retie(others, part.notes.name, notes.name);
    changed(data);
  };
  const changed = (data) => {
    tell(data.screening?.escalation ?? null);
    edit(false);
    asked.again();
  };
  if (edits) {
    return html`<${Screen} title=${says.change} tab=${says.part} at="edit"><${Edit} slot=${`part-${id}`} notes=${part.notes} others=${others} save=${save} onLeave=${() => edit(false)} /></${Screen}>`;
  }
  return html`
    <${Screen} title=${part.notes.name} tab=${says.part} own at="read">
      ${escalation && html`<${Escalation} escalation=${escalation} />`}
      <${Rename} key=${part.notes.name} name=${part.notes.name} save=${async (name) => changed(await rename(part, name, others))} />
      <${Known} notes=${part.notes} />
      <p class="row">
        <button type="button" class="act" disabled=${talk.busy} onClick=${talk.run}>${says.talkWith}</button>
        <button type="button" onClick=${() => edit(true)}>${says.change}</button>
        <a href="/parts">${says.all}</a>
      </p>
      <${Problem} error=${talk.error} />
      <div class="after">
        ${others.length > 0 && html`<${Merge} part=${part} others=${others} onDone=${asked.again} />`}
        <${Confirm} label=${says.remove} question=${says.removeAsk} yes=${says.removeYes} onYes=${remove.run} />
        <${Problem} error=${remove.error} />
      </div>
    </${Screen}>`;
}

/** Another name, and nothing else. */
function Rename({ name: was, save }) {
  const [name, setName] = useState(was);
  const work = useWork(() => save(name.trim()));
  const isOther = name.trim() !== "" && name.trim() !== was;
  return html`
    <details>
      <summary>${says.rename}</summary>
      <form onSubmit=${(event) => { event.preventDefault(); if (isOther) work.run(); }}>
        <${Field} label=${says.name} own value=${name} onInput=${setName} maxlength=${80} autocomplete="off" />
        <p class="row tight"><button type="submit" disabled=${!isOther || work.busy}>${says.renameYes}</button></p>
        <${Problem} error=${work.error} />
      </form>
    </details>`;
}

/** Writing down a part that is known already. */
export function NewPart() {
  const key = useRef(newKey());
  const all = useAsked(async () => (await api("GET", "/parts")).data.parts);
  const [kept, tell] = useState(null);
  const save = async (notes) => {
    const { data } = await api("POST", withCountry("/parts"), { body: notes, key: key.current });
    if (data.screening?.escalation) tell(data);
    else go(`/parts/${data.id}`, { replace: true });
  };
  if (kept) return html`<${Screen} title=${says.part} hideTitle at="help"><${Escalation} escalation=${kept.screening.escalation}><p class="row after"><a href=${`/parts/${kept.id}`}>${says.see}</a></p></${Escalation}></${Screen}>`;
  return html`
    <${Screen} title=${says.add}>
      <${Problem} error=${all.error} again=${all.again} />
      ${all.data && html`<${Edit} slot="part-new" notes=${blank()} others=${all.data} save=${save} onLeave=${() => go("/parts")} />`}
    </${Screen}>`;
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** @param {{slot:string, notes:any, others:any[], save:(notes:any)=>Promise<void>, onLeave:()=>void}} props */
function Edit({ slot, notes, others, save, onLeave }) {
  const { form: now, isDraft, change, discard } = useForm(slot, () => ({ ...notes, agreements: notes.agreements.join("\n"), quotes: notes.quotes.join("\n") }));
  const setTie = (other, tie) => change({ ties: [...now.ties.filter(([, name]) => !same(name, other)), ...(tie ? [[tie, other]] : [])] });
  const keep = useWork(async () => {
    const fields = Object.fromEntries(Object.entries(now.fields).map(([field, text]) => [field, text.trim()]).filter(([, text]) => text));
    await save({ ...now, name: now.name.trim(), fields, agreements: lines(now.agreements), quotes: lines(now.quotes) });
    await discard();
  });
  if (!now) return null;
  const submit = (event) => { event.preventDefault(); if (now.name.trim()) keep.run(); };
  return html`
    <form onSubmit=${submit}>
      ${notes.name === "" && html`<${Field} label=${says.name} own value=${now.name} onInput=${(name) => change({ name })} maxlength=${80} autocomplete="off" />`}
      <${Choices} legend=${says.role} options=${roleOptions()} value=${now.role} onInput=${(role) => change({ role })} />
      <details open=${notes.name !== "" || FIELDS.some((field) => now.fields[field])}>
        <summary>${says.known}</summary>
        ${FIELDS.map((field) => html`<${Field} key=${field} label=${says.fields[field]} hint=${says.fieldHints[field]} rows=${1} own value=${now.fields[field] ?? ""} onInput=${(text) => change({ fields: { ...now.fields, [field]: text } })} />`)}
        <${Field} label=${says.agreements} hint=${says.lineEach} rows=${2} own value=${now.agreements} onInput=${(agreements) => change({ agreements })} />
        <${Field} label=${says.quotes} hint=${says.lineEach} rows=${2} own value=${now.quotes} onInput=${(quotes) => change({ quotes })} />
      </details>
      ${others.length > 0 && html`
        <details open=${notes.ties.length > 0}>
        <summary>${says.tie}</summary>
        ${others.map(({ id, notes: { name } }) => html`
          <${Choices} key=${id} inline legend=${html`<span class="own" dir="auto">${name}</span>`} value=${now.ties.find(([, other]) => same(other, name))?.[0] ?? null} onInput=${(tie) => setTie(name, tie)}
            options=${[{ value: "protects", label: says.ties.protects }, { value: "against", label: says.ties.against }, { value: null, label: says.tieNone }]} />`)}
        </details>`}
      <${Problem} error=${keep.error} />
      <p class="row">
        <button type="submit" class="act" disabled=${!now.name.trim() || keep.busy}>${says.save}</button>
        <button type="button" class="quiet" onClick=${async () => { await discard(); onLeave(); }}>${says.leave}</button>
      </p>
      <p class="hint" role="status">${isDraft ? says.notYet : ""}</p>
    </form>`;
}

function Merge({ part, others, onDone }) {
  const [from, choose] = useState(null);
  const merge = useWork(async () => {
    const { notes } = others.find((one) => one.id === from);
    await api("POST", `/parts/${part.id}/merge`, { body: { from } });
    await retie(others.filter((one) => one.id !== from), notes.name, part.notes.name);
    choose(null);
    onDone();
  });
  const other = others.find((one) => one.id === from);
  return html`
    <details>
      <summary>${says.merge}</summary>
      <p>${says.mergeSays}</p>
      <${Choices} legend=${says.mergeWith} value=${from} onInput=${choose} options=${others.map((one) => ({ value: one.id, label: html`<span class="own" dir="auto">${one.notes.name}</span>` }))} />
      ${other && html`<${Confirm} key=${from} label=${says.merge} question=${fill(says.mergeAsk, { other: other.notes.name, name: part.notes.name })} yes=${says.mergeYes} onYes=${merge.run} />`}
      <${Problem} error=${merge.error} />
    </details>`;
}
