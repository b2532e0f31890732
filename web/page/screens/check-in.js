// Check-in: how it is, in under a minute. Numbers of the last time are one press away, and nothing
// is kept that was not set.
import { api, newKey } from "../api.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { day, dayAndTime } from "../ui/dates.js";
import { Escalation } from "../ui/escalation.js";
import { parse } from "../ui/form.js";
import { Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Amounts, Numbers, WithOthers, Words } from "./check-in-fields.js";
import { AMOUNTS, contentOf, formOf, lineOf, numbersOf, wrongIn } from "./check-in-form.js";
import { withCountry } from "./talk-keep.js";

const says = days.checkIn;
const SHOWN = 20;
/** The amounts that stand apart; sleep stands with mood and stress. */
const OTHERS = Object.keys(AMOUNTS).filter((name) => name !== "sleep_minutes");

/** @param {{route:import("../router.js").Route}} props */
export default function CheckIn({ route }) {
  const edit = route.query.get("edit");
  const past = useAsked(async () => (await api("GET", `/check-ins?limit=${SHOWN}`)).data.check_ins);
  if (edit) return html`<${Change} key=${edit} id=${edit} onDone=${past.again} />`;
  return html`<${New} key="new" past=${past} />`;
}

function New({ past }) {
  const draft = useDraft("check-in");
  const [form, setForm] = useState(() => formOf({}));
  const [line, setLine] = useState("");
  const [kept, tell] = useState(null);
  const restored = useRef(false);
  const key = useRef(newKey());
  useEffect(() => {
    if (!draft.ready || restored.current) return;
    restored.current = true;
    const before = parse(draft.body);
    if (before) setForm({ ...formOf({}), ...before });
  }, [draft.ready]);

  const note = (change) => {
    const next = { ...form, ...change };
    setForm(next);
    draft.write(JSON.stringify(next));
  };
  const done = async (data) => {
    tell(data);
    key.current = newKey();
    setForm(formOf({}));
    setLine("");
    await draft.discard();
    past.again();
  };
  // Where a check-in was being filled in, it goes on from its end.
  const button = useRef(null);
  useEffect(() => { if (restored.current && draft.body) requestAnimationFrame(() => button.current?.focus({ preventScroll: true })); }, [draft.ready]);
  const keep = useWork(async (body) => done((await api("POST", withCountry("/check-ins"), { body, key: key.current })).data));
  if (!draft.ready) return null;
  const last = past.data?.[0];
  const wrong = wrongIn(form);
  const content = contentOf(form);
  const isEmpty = Object.keys(content).length === 0;

  if (kept) {
    return html`
      <${Screen} title=${says.title} at="kept">
        ${kept.screening?.escalation ? html`<${Escalation} escalation=${kept.screening.escalation} />` : html`<p role="status">${says.kept}</p>`}
        <${Summary} content=${kept.content} />
        <p class="row">
          <a class="act" href="/insight">${says.insight}</a>
          <button type="button" class="quiet" onClick=${() => tell(null)}>${says.another}</button>
        </p>
        <${Past} past=${(past.data ?? []).filter((one) => one.id !== kept.id)} />
      </${Screen}>`;
  }
  return html`
    <${Screen} title=${says.title} lead=${says.lead} at="new">
      <form onSubmit=${(event) => { event.preventDefault(); if (!isEmpty && !wrong) keep.run(content); }}>
        ${last && Object.keys(numbersOf(last.content)).length > 0 && html`<p><button type="button" onClick=${() => note(numbersOf(last.content))}>${fill(says.last, { day: day(last.written) })}</button></p>`}
        <${Fields} form=${form} note=${note} last=${last?.content ?? {}} />
        ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}
        <${Problem} error=${keep.error} />
        <p class="row"><button ref=${button} type="submit" class="act" disabled=${isEmpty || Boolean(wrong) || keep.busy}>${says.keep}</button>${isEmpty && html`<span class="hint">${says.empty}</span>`}</p>
      </form>
      <details>
        <summary>${says.oneLine}</summary>
        <form onSubmit=${(event) => { event.preventDefault(); if (line.trim()) keep.run({ line: line.trim() }); }}>
          <${Field} label=${says.line} hint=${says.lineHint} own value=${line} onInput=${setLine} autocomplete="off" />
          <p class="row tight"><button type="submit" disabled=${!line.trim() || keep.busy}>${says.keepLine}</button></p>
          <${Problem} error=${keep.error} />
        </form>
      </details>
      <${Problem} error=${past.error} again=${past.again} />
      <${Past} past=${past.data ?? []} />
    </${Screen}>`;
}

/** What is set stands open: nothing is kept that was not seen. */
function Fields({ form, note, last }) {
  const isSet = (names) => names.some((name) => form[name] !== null && form[name] !== "");
  return html`
    <${Numbers} names=${["mood", "stress"]} form=${form} note=${note} last=${last} />
    <${Amounts} names=${["sleep_minutes"]} form=${form} note=${note} />
    <details open=${isSet(["tension", "fatigue", "anxiety", ...OTHERS])}><summary>${says.body}</summary><${Numbers} names=${["tension", "fatigue", "anxiety"]} form=${form} note=${note} last=${last} /><${Amounts} names=${OTHERS} form=${form} note=${note} /></details>
    <details open=${form.help.length > 0 || isSet(["moment"])}><summary>${says.withOthers}</summary><${WithOthers} form=${form} note=${note} /></details>
    <details open=${form.coping.length > 0 || isSet(["felt", "note"])}><summary>${says.words}</summary><${Words} form=${form} note=${note} /></details>`;
}

/** A check-in that is there already. */
function Change({ id, onDone }) {
  const asked = useAsked(async () => api("GET", `/check-ins/${id}`), [id]);
  const [form, setForm] = useState(null);
  const [escalation, tell] = useState(null);
  useEffect(() => { if (asked.data) setForm(formOf(asked.data.data.content)); }, [asked.data]);
  const leave = () => { onDone(); go("/check-in", { replace: true }); };
  const save = useWork(async () => {
    const { data } = await api("PUT", withCountry(`/check-ins/${id}`), { body: contentOf(form), ifMatch: asked.data.etag });
    if (data.screening?.escalation) tell(data.screening.escalation);
    else leave();
  });
  const erase = useWork(async () => { await api("DELETE", `/check-ins/${id}`, { ifMatch: asked.data.etag }); leave(); });
  if (!form) return html`<${Screen} title=${says.title}><${Problem} error=${asked.error} again=${asked.again} /></${Screen}>`;
  if (escalation) return html`<${Screen} title=${says.title} hideTitle at="help"><${Escalation} escalation=${escalation}><p class="row after"><button type="button" onClick=${leave}>${says.earlier}</button></p></${Escalation}></${Screen}>`;
  const wrong = wrongIn(form);
  return html`
    <${Screen} title=${fill(says.changing, { day: dayAndTime(asked.data.data.written) })} tab=${says.title} at="change">
      <${Fields} form=${form} note=${(change) => setForm({ ...form, ...change })} last=${{}} />
      ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}
      <${Problem} error=${save.error} />
      <p class="row">
        <button type="button" class="act" disabled=${Boolean(wrong) || save.busy || Object.keys(contentOf(form)).length === 0} onClick=${save.run}>${says.saveChange}</button>
        <button type="button" class="quiet" onClick=${leave}>${says.leave}</button>
      </p>
      <${Confirm} label=${says.erase} question=${says.eraseAsk} yes=${says.eraseYes} onYes=${erase.run} />
      <${Problem} error=${erase.error} />
    </${Screen}>`;
}

/** What was noted: the numbers in a line, the words as they are. */
function Summary({ content }) {
  const { line, words } = lineOf(content);
  return html`
    ${line && html`<p>${line}</p>`}
    ${words.map((text) => html`<p key=${text} class="own noted" dir="auto">${text}</p>`)}`;
}

function Past({ past }) {
  if (past.length === 0) return null;
  return html`
    <section class="part">
      <h2>${says.earlier}</h2>
      <ul class="plain">
        ${past.map((one) => html`
          <li key=${one.id}>
            <a href=${`/check-in?edit=${one.id}`}>${dayAndTime(one.written)}</a>
            <${Summary} content=${one.content} />
          </li>`)}
      </ul>
    </section>`;
}
