// Write: a worry, the habits of thought in it, other ways to look at it, and what is kept of that.
import { api, newKey, unreachable } from "../api.js";
import { whenIdle } from "../begin.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { capital, fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { EmergencyAdvice, Field, Problem, later, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Thought } from "../ui/thought.js";
import { feedbackPath, useReading } from "./reading.js";

const STEPS = ["write", "look", "ways", "after", "kept"];
const LONGEST = 20_000;

/** What the person says of the thought, beside the thought itself. */
const blank = () => ({ situation: "", belief: null, feeling: "", before: null, after: null, beliefAfter: null, verdicts: {}, evidenceFor: "", evidenceAgainst: "", balanced: null, review: "" });

/** @param {{route:import("../router.js").Route}} props */
export default function Write({ route }) {
  const entryId = route.query.get("entry");
  return html`<${Flow} key=${entryId} route=${route} entryId=${entryId} />`;
}

/** What is looked at: the draft, or an entry that was kept before. */
function useSource(entryId) {
  const draft = useDraft("write", (kept, typed) => `${kept}\n${typed}`);
  const asked = useAsked(async () => (entryId ? (await api("GET", `/entries/${encodeURIComponent(entryId)}`)).data : null), [entryId]);
  if (!entryId) return { ...draft, error: null };
  const done = async () => {};
  return { body: asked.data?.text ?? "", ready: false, state: "saved", write: () => {}, flush: done, discard: done, error: asked.error };
}

/** The steps after the first page. */
const useSteps = later(() => import("./write-steps.js"));
/** What stands below the first page, for those who turned it on. */
const useWeek = later(() => import("./write-week.js"));

function Flow({ route, entryId }) {
  const here = entryId ? `/write?entry=${entryId}` : "/write";
  const draft = useSource(entryId);
  const notes = useDraft(entryId ? `write-notes-${entryId}` : "write-notes");
  const [record, setRecord] = useState(blank);
  const [kept, setKept] = useState(null);
  // What was said of the reframes of this reply, by their texts.
  const [opinions, setOpinions] = useState({});
  const reading = useReading();
  const [steps, fetchSteps] = useSteps();
  const restored = useRef(false);
  const keyOf = useKeys();

  useEffect(() => {
    if (!notes.ready || restored.current) return;
    restored.current = true;
    const before = parse(notes.body);
    if (before) setRecord({ ...blank(), ...before });
  }, [notes.ready]);
  const note = (change) => {
    const next = { ...record, ...change };
    setRecord(next);
    notes.write(JSON.stringify(next));
  };

  const step = stepOf(route.state?.step, { text: draft.body, reading, record, kept });
  const to = (name, replace = false) => go(here, { state: { step: name }, replace });
  const isHelp = reading.reply?.outcome === "escalated";

  const look = async (replace = false) => {
    to("look", replace === true);
    setOpinions({});
    await Promise.all([draft.flush(), notes.flush()]);
    reading.read({ text: draft.body, situation: record.situation.trim() || undefined });
  };
  const keep = useWork(async () => {
    const { country } = session();
    const entry = entryId ? { id: entryId } : (await api("POST", "/entries", { body: { text: draft.body, country: country ?? undefined }, key: keyOf("entry", draft.body) })).data;
    let said = entry.screening;
    const content = contentOf(draft.body, record, reading.reply);
    if (content) {
      const query = country ? `?country=${country}` : "";
      const { data } = await api("POST", `/thought-records${query}`, { body: { entry: entry.id, content }, key: keyOf("record", JSON.stringify(content)) });
      said = data.screening?.escalation ? data.screening : said;
    }
    if (reading.reply?.outcome === "reframed") {
      // So that the journal finds it by its habits of thought, too. It may fail without harm.
      api("POST", `/entries/${entry.id}/recognitions`).catch(() => {});
    }
    const word = wordOf(record.balanced, opinions, reading.reply);
    // The record holds it already, so this may fail without harm, too.
    if (word) api("POST", feedbackPath(reading.reply), { body: word, key: keyOf("feedback", JSON.stringify([reading.reply.id, word])) }).catch(() => {});
    setKept({ id: entry.id, text: draft.body, balanced: content?.balanced?.text ?? null, moved: movedOf(content), escalation: reading.acknowledged ? null : said?.escalation ?? null });
    await Promise.all([draft.discard(), notes.discard()]);
    setRecord(blank());
    reading.clear();
    to("kept", true);
  });
  const anew = () => {
    keep.clear();
    reading.clear();
    setRecord(blank());
    setKept(null);
    go("/write");
  };

  // Whoever comes from an entry has chosen to look at it already.
  useEffect(() => { if (entryId && draft.body) look(true); }, [entryId, entryId && draft.body]);

  const shared = { text: draft.body, record, note, reading, to, said: opinions, setSaid: setOpinions };
  if ((step !== "write" || entryId) && !steps) {
    return html`
      <${Screen} title=${s.write.titles[step]} at=${step} hideTitle>
        ${draft.body && html`<${Thought} text=${draft.body} />`}
        ${steps === false && html`<${EmergencyAdvice} /><${Problem} error=${unreachable()} again=${fetchSteps} />`}
      </${Screen}>`;
  }
  const { After, Escalation, Kept, Look, Ways } = steps || {};
  return html`
    <${Screen} title=${s.write.titles[step]} at=${step} hideTitle=${step !== "kept"}>
      ${isHelp && step !== "write" && step !== "kept"
    ? html`
      <${Thought} text=${draft.body} />
      <${Escalation} escalation=${reading.reply.escalation}
        onNotMeant=${reading.reply.escalation.tier === "emergency" ? undefined : () => reading.read({ text: draft.body, situation: record.situation.trim() || undefined, acknowledges: reading.reply.id })} >
        <p class="row">
          <button type="button" onClick=${() => to("write")}>${s.write.backToText}</button>
          <button type="button" class="quiet" disabled=${keep.busy} onClick=${keep.run}>${s.write.keepText}</button>
        </p>
      </${Escalation}>`
    : html`
      <${Problem} error=${draft.error} />
      ${step === "write" && entryId && draft.body && html`<${Thought} text=${draft.body} /><p class="row"><button type="button" class="act" onClick=${look}>${s.write.look}</button><a href=${`/journal/${entryId}`}>${s.write.backToEntry}</a></p>`}
      ${step === "write" && !entryId && html`<${Page} draft=${draft} record=${record} note=${note} onLook=${look} onKeep=${keep} isHelp=${isHelp} />`}
      ${step === "look" && html`<${Look} ...${shared} onAgain=${look} keep=${entryId ? null : keep} />`}
      ${step === "ways" && html`<${Ways} ...${shared} />`}
      ${step === "after" && html`<${After} ...${shared} keep=${keep} />`}
      ${step === "kept" && html`<${Kept} kept=${kept} onAnew=${anew} />`}`}
      <${Problem} error=${keep.error} again=${keep.run} />
    </${Screen}>`;
}

/** Names for creations: the same content has the same name, so that a second try keeps nothing twice. */
function useKeys() {
  const keys = useRef(new Map());
  return (what, content) => {
    const known = `${what} ${content}`;
    if (!keys.current.has(known)) keys.current.set(known, newKey());
    return keys.current.get(known);
  };
}

/** The first page: nothing but what is written. */
function Page({ draft, record, note, onLook, onKeep, isHelp }) {
  const [opens, open] = useState(false);
  const [week] = useWeek();
  const length = Array.from(draft.body).length;
  const isBlank = draft.body.trim() === "";
  const says = s.write;
  const submit = (event) => { event.preventDefault(); if (!isBlank && length <= LONGEST) onLook(); };
  const keys = (event) => { if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event); };
  return html`
    <form class="paper" onSubmit=${submit} onKeyDown=${keys}>
      <${Field} label=${says.ask} rows=${5} own value=${draft.body} onInput=${draft.write} placeholder=${says.placeholder} autofocus />
      ${opens || record.situation
    ? html`<${Field} label=${says.situation} hint=${says.situationHint} rows=${2} own value=${record.situation} onInput=${(situation) => note({ situation })} />`
    : html`<p><button type="button" class="quiet" onClick=${() => open(true)}>${says.addSituation}</button></p>`}
      ${length > LONGEST && html`<p class="problem" role="alert">${says.tooLong}</p>`}
      <p class="row">
        <button type="submit" class="act" disabled=${isBlank || length > LONGEST}>${says.look}</button>
        <button type="button" disabled=${isBlank || onKeep.busy} onClick=${onKeep.run}>${says.keepOnly}</button>
      </p>
      <p class="hint" role="status">${isBlank ? says.stays : says.drafts[draft.state]}</p>
    </form>
    <${NoModel}>${week && !isHelp && html`<${week.Week} />`}</${NoModel}>`;
}

/** Where no model is here: what that means, and where it is had. It stands below all else, with what follows it, so that it moves nothing. */
function NoModel({ children }) {
  const [state, set] = useState(null);
  useEffect(() => { whenIdle(() => api("GET", "/health").then(({ data }) => set(data.model), () => set("unknown"))); }, []);
  if (!state) return null;
  return html`
    ${s.write.noModel[state] && html`<p class="hint">${s.write.noModel[state]} <a href="/settings#model">${s.write.toModel[state]}</a></p>`}
    ${children}`;
}

/** The step that the address asks for, or the last one that there is something for. */
function stepOf(wanted, { text, reading, record, kept }) {
  if (kept && wanted === "kept") return "kept";
  const step = STEPS.includes(wanted) ? wanted : "write";
  if (text.trim() === "" || (step !== "write" && reading.text !== text)) return "write";
  if (step === "after" && !record.balanced?.text?.trim()) return "ways";
  return step === "kept" ? "write" : step;
}

function parse(body) {
  try { return body ? JSON.parse(body) : null; } catch { return null; }
}

/** What was said before and after, each in a sentence. */
function movedOf(content) {
  const says = s.write;
  if (!content) return [];
  const feelings = content.feelings.filter((one) => one.after !== undefined).map((one) => fill(says.moved, { name: capital(one.name), before: one.before, after: one.after }));
  const isSaid = content.belief !== undefined && content.belief_after !== undefined;
  return [isSaid && fill(says.believed, { before: content.belief, after: content.belief_after }), ...feelings].filter(Boolean);
}

/** What choosing a reframe, or making it one's own, says of it; nothing where that is not kept, or was said already. */
function wordOf(balanced, said, reply) {
  const shown = reply?.personal && balanced?.text.trim() && reply.reframes.find((one) => one.text === balanced.was);
  if (!shown) return null;
  // An answer that was written under a question leaves the question as it is.
  const isSame = balanced.text === balanced.was || (shown.kind === "question" && balanced.text.startsWith(balanced.was));
  if (!isSame) return { text: balanced.was, verdict: "edited", edited: balanced.text.trim() };
  return said[balanced.was] === "fits" ? null : { text: balanced.was, verdict: "fits" };
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** What is kept of it beside the entry; nothing where nothing was said of it. */
function contentOf(text, record, reply) {
  const feelings = record.feeling.trim() && record.before !== null
    ? [{ name: record.feeling.trim(), before: record.before, ...(record.after !== null && { after: record.after }) }] : [];
  const balanced = record.balanced?.text?.trim()
    ? { from: record.balanced.from, text: record.balanced.text.trim(), ...(record.balanced.from === "chosen" && record.balanced.line && { line: record.balanced.line }) } : undefined;
  const found = new Set((reply?.distortions ?? []).map((one) => one.slug));
  const distortions = Object.fromEntries(Object.entries(record.verdicts).filter(([slug, verdict]) => found.has(slug) || verdict === "own"));
  const evidence = { evidence_for: lines(record.evidenceFor), evidence_against: lines(record.evidenceAgainst) };
  const isEmpty = !balanced && record.belief === null && feelings.length === 0 && Object.keys(distortions).length === 0
    && evidence.evidence_for.length + evidence.evidence_against.length === 0;
  if (isEmpty) return null;
  return {
    thought: text, situation: record.situation.trim() || undefined, belief: record.belief ?? undefined,
    feelings, distortions, ...evidence, balanced, belief_after: record.beliefAfter ?? undefined, review_on: record.review || undefined,
  };
}
