// People to lean on, as the person sees them. Nothing is added up.
import { api, newKey } from "../api.js";
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { html, useRef, useState } from "../ui/html.js";
import { Escalation } from "../ui/escalation.js";
import { useForm } from "../ui/form.js";
import { Choices, Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Views } from "./practice.js";
import { withCountry } from "./talk-keep.js";

const says = days.practice;
const NEW = "new";
const SEEN = ["yes", "no", "unsure", null];
const oneLine = (words) => words.replace(/\s+/g, " ").trim();

export function People() {
  const asked = useAsked(async () => (await api("GET", "/people?limit=200")).data);
  const people = asked.data?.people;
  return html`
    <${Screen} title=${says.people} lead=${says.peopleLead}>
      <${Views} here="people" />
      <${Problem} error=${asked.error} again=${asked.again} />
      ${people?.length === 0 && html`<p>${says.noPeople}</p>`}
      ${people && html`
        <ul class="plain">
          ${people.map(({ id, content }) => html`
            <li key=${id}>
              <a class="own named" dir="auto" href=${`/practice/person-${id}`}>${content.name}</a>
              ${content.shared.length > 0 && html`<span class="own noted" dir="auto">${content.shared.at(-1)}</span>`}
            </li>`)}
        </ul>
        <p class="row"><a class="act" href=${`/practice/person-${NEW}`}>${says.addPerson}</a></p>`}
    </${Screen}>`;
}

/** Somebody, to be read and changed. @param {{id:string}} props */
export function Person({ id }) {
  const isNew = id === NEW;
  const asked = useAsked(async () => {
    const [list, one] = await Promise.all([api("GET", "/people?limit=1"), isNew ? null : api("GET", `/people/${id}`)]);
    return { checklist: list.data.checklist, content: one?.data.content ?? { name: "", checklist: {}, shared: [], note: null }, etag: one?.etag ?? null };
  }, [id]);
  if (!asked.data) return html`<${Screen} title=${says.person}><${Problem} error=${asked.error} again=${asked.again} />${asked.error && html`<p><a href="/practice/people">${says.allPeople}</a></p>`}</${Screen}>`;
  return html`<${Form} id=${id} ...${asked.data} onKept=${asked.set} />`;
}

const formOf = (content) => ({ name: content.name, checklist: content.checklist ?? {}, shared: (content.shared ?? []).join("\n"), note: content.note ?? "" });

function Form({ id, checklist, content, etag, onKept }) {
  const isNew = id === NEW;
  const { form, isDraft, change: set, discard } = useForm(`person-${id}`, () => formOf(content));
  const [told, tell] = useState(null);
  const key = useRef(newKey());
  const keep = useWork(async () => {
    const shared = form.shared.split("\n").map(oneLine).filter(Boolean);
    const body = { name: oneLine(form.name), checklist: form.checklist, shared, ...(oneLine(form.note) && { note: oneLine(form.note) }) };
    const kept = isNew ? await api("POST", withCountry("/people"), { body, key: key.current }) : await api("PUT", withCountry(`/people/${id}`), { body, ifMatch: etag });
    await discard();
    const escalation = kept.data.screening?.escalation ?? null;
    if (isNew && !escalation) go("/practice/people", { replace: true });
    else tell({ escalation });
    if (!isNew) onKept({ checklist, content: kept.data.content, etag: kept.etag });
  });
  const remove = useWork(async () => {
    await api("DELETE", `/people/${id}`, { ifMatch: etag });
    await discard();
    go("/practice/people", { replace: true });
  });
  if (!form) return null;
  if (told?.escalation) return html`<${Screen} title=${says.person} hideTitle at="help"><${Escalation} escalation=${told.escalation}><p class="row after"><a href="/practice/people">${says.allPeople}</a></p></${Escalation}></${Screen}>`;
  const change = (name) => (value) => { tell(null); set({ [name]: value }); };
  const answer = (quality, seen) => {
    const { [quality]: _, ...others } = form.checklist;
    change("checklist")(seen ? { ...others, [quality]: seen } : others);
  };
  return html`
    <${Screen} title=${isNew ? says.addPerson : says.person} hideTitle=${!isNew}>
      <form onSubmit=${(event) => { event.preventDefault(); if (oneLine(form.name)) keep.run(); }}>
        <${Field} label=${says.name} own value=${form.name} onInput=${change("name")} maxlength=${200} autocomplete="off" />
        <p>${checklist.note}</p>
        ${checklist.qualities.map(({ id: quality, asks }) => html`
          <${Choices} key=${quality} inline legend=${asks} value=${form.checklist[quality] ?? null} onInput=${(seen) => answer(quality, seen)} options=${SEEN.map((seen) => ({ value: seen, label: says.seen[seen ?? "none"] }))} />`)}
        <${Field} label=${says.shared} hint=${says.sharedHint} rows=${2} own value=${form.shared} onInput=${change("shared")} />
        <${Field} label=${says.personNote} rows=${1} own value=${form.note} onInput=${change("note")} />
        <${Problem} error=${keep.error} />
        <p class="row"><button type="submit" class="act" disabled=${!oneLine(form.name) || keep.busy}>${says.keepPerson}</button><a href="/practice/people">${says.allPeople}</a></p>
        <p class="hint" role="status">${told ? says.keptPerson : isDraft ? says.notYet : ""}</p>
      </form>
      ${!isNew && html`<${Confirm} label=${says.removePerson} question=${says.removePersonAsk} yes=${says.deleteYes} onYes=${remove.run} /><${Problem} error=${remove.error} />`}
    </${Screen}>`;
}
