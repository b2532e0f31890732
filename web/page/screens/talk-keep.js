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
export const roleOptions = () => ROLES.map((role) => ({ value: role, label: says.roles[role ?? "none"], hint: says.roleHints[role ?? "none"] }));

/** The person's answers that may belong to a part, the last one of each kind. */
function offers(turns) {
  const found = {};
  turns.forEach((turn, n) => {
    const field = turn.from === "person" && turn.state === "open" && n > 0 && FIELD_OF[turns[n - 1].stage];
    if (field) found[field] = turn.text.trim();
  });
  return found;
}

/** @param {{talk:any, part:any, onDone:(screening?:any)=>void}} props */
export function Keep({ talk, part, onDone }) {
  const found = useMemo(() => offers(talk.turns), []);
  const { form, change, discard } = useForm(`keep-${talk.id}`, () => ({ name: part?.notes.name ?? "", role: part?.notes.role ?? null, chosen: {}, note: talk.note ?? "" }));
  const heading = useRef(null);
  const key = useRef(newKey());
  useEffect(() => { heading.current?.focus(); }, [Boolean(form)]);
  const keep = useWork(async () => {
    const { name, role, chosen, note } = form;
    const fields = { ...part?.notes.fields };
    for (const [field, yes] of Object.entries(chosen)) if (yes) fields[field] = found[field];
    let kept = null;
    if (name.trim()) {
      const body = { ...part?.notes, name: name.trim(), role, fields };
      kept = (part
        ? await api("PUT", withCountry(`/parts/${part.id}`), { body, ifMatch: part.etag })
        : await api("POST", withCountry("/parts"), { body, key: key.current })).data;
    }
    const about = { ...(kept && { part: kept.id }), ...(note.trim() && { note: note.trim() }) };
    if (Object.keys(about).length > 0) await api("PATCH", `/dialogues/${talk.id}`, { body: about });
    await discard();
    onDone(kept?.screening);
  });
  if (!form) return null;
  const { name, role, chosen, note } = form;
  const isEmpty = !name.trim() && !note.trim();
  return html`
    <section class="part" aria-labelledby="keep">
      <h2 id="keep" tabindex="-1" ref=${heading}>${says.keepTitle}</h2>
      <p>${says.keepSays}</p>
      <${Field} label=${says.keepNote} own value=${note} onInput=${(text) => change({ note: text })} maxlength=${200} autocomplete="off" />
      <${Field} label=${says.keepName} own value=${name} onInput=${(text) => change({ name: text })} maxlength=${80} autocomplete="off" />
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
        <button type="button" class="quiet" onClick=${async () => { await discard(); onDone(); }}>${says.keepNothing}</button>
      </p>
    </section>`;
}
