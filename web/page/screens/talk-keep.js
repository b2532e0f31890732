// The end of a talk: what the person wants to keep of it. Nothing is guessed; their own answers are
// offered one by one, and only what they choose is kept.
import { api, newKey } from "../api.js";
import { session } from "../session.js";
import { days } from "../strings-days.js";
import { html, useEffect, useMemo, useRef } from "../ui/html.js";
import { useForm } from "../ui/form.js";
import { Check, Choices, Field, Problem, useWork } from "../ui/parts.js";

const says = days.part;
/** What an answer to a step may be about. */
const FIELD_OF = { focus: "place", flesh_out: "look", befriend: "job", needs: "needs" };

export const withCountry = (path) => (session().country ? `${path}?country=${session().country}` : path);

/** The roles, and not knowing. */
export const ROLES = ["manager", "firefighter", "exile", "self", null];
export const roleOptions = () => ROLES.map((role) => ({ value: role, label: says.does[role ?? "none"], hint: role ? says.roles[role] : undefined }));

/** The words that the guide said it would note, and that are not kept on the part yet. */
export function notedIn(turns, part) {
  const kept = part?.notes.quotes ?? [];
  const noted = turns.filter((turn) => turn.from !== "person").flatMap((turn) => [...turn.text.matchAll(/I'll (?:note|hold on to) “([^”]+)”/g)].map(([, words]) => words.trim()));
  return [...new Set(noted)].filter((words) => words && !kept.includes(words));
}

/** The person's answers that may belong to a part, the last one of each kind. */
function offers(turns) {
  const found = {};
  turns.forEach((turn, n) => {
    const field = turn.from === "person" && turn.state === "open" && n > 0 && FIELD_OF[turns[n - 1].stage];
    if (field) found[field] = turn.text.trim();
  });
  return found;
}

/** @param {{talk:any, part:any, onDone:(told:any)=>void}} props `onDone`: what the service says to what was kept; `null` where nothing was */
export function Keep({ talk, part, onDone }) {
  const found = useMemo(() => offers(talk.turns), []);
  const noted = useMemo(() => notedIn(talk.turns, part), []);
  const { form, change, discard } = useForm(`keep-${talk.id}`, () => ({ name: part?.notes.name ?? "", role: part?.notes.role ?? null, chosen: {}, unwanted: [], note: talk.note ?? "" }));
  const wanted = noted.filter((line) => !form?.unwanted.includes(line));
  const heading = useRef(null);
  const key = useRef(newKey());
  useEffect(() => { heading.current?.focus(); }, [Boolean(form)]);
  const keep = useWork(async () => {
    const { name, role, chosen, note } = form;
    const fields = { ...part?.notes.fields };
    for (const [field, yes] of Object.entries(chosen)) if (yes) fields[field] = found[field];
    let kept = null;
    if (name.trim()) {
      const quotes = [...(part?.notes.quotes ?? []), ...wanted];
      const body = { ...part?.notes, name: name.trim(), role, fields, quotes };
      kept = (part
        ? await api("PUT", withCountry(`/parts/${part.id}`), { body, ifMatch: part.etag })
        : await api("POST", withCountry("/parts"), { body, key: key.current })).data;
    }
    const about = { ...(kept && { part: kept.id }), ...(note.trim() && { note: note.trim() }) };
    if (Object.keys(about).length > 0) await api("PATCH", `/dialogues/${talk.id}`, { body: about });
    await discard();
    onDone(kept?.screening ?? {});
  });
  if (!form) return null;
  const { name, role, chosen, unwanted, note } = form;
  const isHomeless = wanted.length > 0 && !name.trim();
  const isEmpty = isHomeless || (!name.trim() && !note.trim());
  return html`
    <section class="part" aria-labelledby="keep">
      <h2 id="keep" tabindex="-1" ref=${heading}>${says.keepTitle}</h2>
      <p>${says.keepSays}</p>
      <${Field} label=${says.keepNote} own value=${note} onInput=${(text) => change({ note: text })} maxlength=${200} autocomplete="off" />
      <${Field} label=${says.keepName} own value=${name} onInput=${(text) => change({ name: text })} maxlength=${80} autocomplete="off" />
      ${noted.length > 0 && html`
        <fieldset>
          <legend>${says.keepNoted}</legend>
          ${noted.map((line) => html`<${Check} key=${line} checked=${!unwanted.includes(line)} label=${html`<span class="own" dir="auto">${line}</span>`}
            onInput=${(yes) => change({ unwanted: yes ? unwanted.filter((one) => one !== line) : [...unwanted, line] })} />`)}
          ${isHomeless && html`<p class="hint">${says.needsName}</p>`}
        </fieldset>`}
      ${name.trim() && html`
        ${Object.keys(found).length > 0 && html`
          <fieldset>
            <legend>${says.keepFields}</legend>
            ${Object.entries(found).map(([field, text]) => html`<${Check} key=${field} checked=${Boolean(chosen[field])} onInput=${(yes) => change({ chosen: { ...chosen, [field]: yes } })}
              label=${html`<span class="hint">${says.fields[field]}</span><span class="own" dir="auto">${text}</span>`} />`)}
          </fieldset>`}
        <${Choices} legend=${says.role} options=${roleOptions()} value=${role} onInput=${(one) => change({ role: one })} />`}
      <${Problem} error=${keep.error} />
      <p class="row">
        <button type="button" class="act" disabled=${keep.busy || isEmpty} onClick=${keep.run}>${says.keep}</button>
        <button type="button" class="quiet" onClick=${async () => { await discard(); onDone(null); }}>${says.keepNothing}</button>
      </p>
    </section>`;
}
