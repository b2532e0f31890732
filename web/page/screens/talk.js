// A talk with a part: one thing at a time, at the person's pace. What is said is kept by the service
// before it is answered; where an answer did not come, it can be had later.
import { api, apiEvents, isAbort, withRetry } from "../api.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { days } from "../strings-days.js";
import { fill, html, useEffect, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { Escalation, Support } from "../ui/escalation.js";
import { HelpHere } from "../ui/help-here.js";
import { Confirm, Field, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Senses } from "./grounding.js";
import { Keep, notedIn } from "./talk-keep.js";
import { Notes } from "./part-notes.js";
import { beginTalk } from "./talks.js";

const says = days.part;

/** @param {{id:string}} props */
export function Talk({ id }) {
  const path = `/dialogues/${id}`;
  const asked = useAsked(async () => {
    const { data: talk } = await api("GET", path);
    const part = talk.part ? (await api("GET", `/parts/${talk.part}`).catch(() => null)) : null;
    return { talk, part: part && { ...part.data, etag: part.etag } };
  }, [id]);
  const draft = useDraft(`talk-${id}`);
  const turning = useTurn(id, asked);
  const [inRoom, enterRoom] = useState(false);
  const [keeps, askToKeep] = useState(false);
  const [isDeclined, decline] = useState(false);
  const [told, tell] = useState(null);
  const field = useRef(null);
  const erase = useWork(async () => { await api("DELETE", path); await draft.discard(); go("/parts", { replace: true }); });
  const another = useWork(() => beginTalk());

  const { talk, part } = asked.data ?? {};
  if (!talk || !draft.ready) return html`<${Screen} title=${says.talk} hideTitle><${Problem} error=${asked.error} again=${asked.again} /></${Screen}>`;

  const { mode, turns } = talk;
  const words = draft.body.trim();
  const pending = turns.length > 0 && turns.at(-1).from === "person";
  const say = async () => {
    if (!words || turning.busy) return;
    draft.write("");
    const answer = await turning.say({ text: draft.body, place: turns.length });
    if (answer === "lost") draft.write(draft.body);
    else await draft.flush();
    if (answer?.asks_for_notes) askToKeep(true);
    field.current?.focus({ preventScroll: true });
  };
  const wish = async (wanted) => {
    const answer = await turning.say({ wish: wanted });
    if (answer?.asks_for_notes) askToKeep(true);
  };
  const submit = (event) => { event.preventDefault(); say(); };
  const keys = (event) => { if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event); };
  /** A no was taken as it is, and nothing is asked. */
  const isLeft = turns.at(-1)?.from !== "person" && !turns.at(-1)?.text.includes("?") && turns.findLast((turn) => turn.from === "person")?.state === "refusing";
  const offersWords = mode === "paused" && !isDeclined && notedIn(turns, part).length > 0;
  const hasNo = turns.some((turn) => turn.state === "refusing");

  if (inRoom) {
    return html`
      <${Screen} title=${says.room} at="room">
        <${Senses} />
        <p class="row after"><button type="button" onClick=${() => enterRoom(false)}>${says.fromRoom}</button></p>
      </${Screen}>`;
  }
  if (mode === "with_help") {
    const last = [...turns].reverse().find((turn) => turn.from === "person");
    const ways = html`
      <p class="after">${says.withHelp}</p>
      <p class="row">
        <button type="button" disabled=${turning.busy} onClick=${() => wish("go_on")}>${says.afterHelp}</button>
        <button type="button" class="quiet" disabled=${turning.busy} onClick=${() => wish("stop")}>${says.end}</button>
      </p>
      <${Problem} error=${turning.error} />`;
    return html`
      <${Screen} title=${says.talk} hideTitle at="help">
        ${last && html`<blockquote class="thought own" dir="auto">${last.text}</blockquote>`}
        ${turning.escalation
    ? html`<${Escalation} escalation=${turning.escalation}>${ways}</${Escalation}>`
    : html`<${HelpHere} says=${turns.findLast((turn) => turn.source === "escalation")?.text.split("\n")[0] ?? ""}>${ways}</${HelpHere}>`}
      </${Screen}>`;
  }
  return html`
    <${Screen} title=${part ? part.notes.name : says.talk} tab=${says.talk} hideTitle=${!part} own=${Boolean(part)} at="talk">
      <${Log} turns=${turns} />
      ${turning.busy && html`<${Progress} words=${turning.words} cancel=${turning.stop} />`}
      ${pending && !turning.busy && html`<p class="hint">${turning.stopped ? says.stopped : says.unanswered}</p><p class="row tight"><button type="button" onClick=${() => turning.say({ text: turns.at(-1).text, place: turns.length - 1 })}>${says.askAgain}</button></p>`}
      <${Problem} error=${turning.error} />
      <${Support} support=${turning.support} />
      ${mode === "closed"
    ? html`
      ${told?.escalation && html`<${Escalation} escalation=${told.escalation} />`}
      ${keeps ? html`<${Keep} talk=${talk} part=${part} onDone=${(screening) => { askToKeep(false); tell(screening); asked.again(); }} />` : html`
        ${told && html`<p role="status">${says.keptIt}</p>`}
        ${talk.note && html`<p class="hint">${says.noted}</p><blockquote class="balanced own" dir="auto">${talk.note}</blockquote>`}
        <p class="row">
          ${part && html`<a class="act" href=${`/parts/${part.id}`}>${says.see}</a>`}
          <button type="button" onClick=${() => askToKeep(true)}>${says.keepTitle}</button>
          <button type="button" disabled=${another.busy} onClick=${another.run}>${says.another}</button>
        </p>
        <${Problem} error=${another.error} />`}`
    : mode === "paused"
      ? html`${offersWords ? html`<${Keep} talk=${talk} part=${part} onDone=${(screening) => { decline(true); tell(screening); asked.again(); }} />` : told && html`<p role="status">${says.keptIt}</p>`}
        ${told?.escalation && html`<${Escalation} escalation=${told.escalation} />`}
        <p class="row"><button type="button" class=${offersWords ? "" : "act"} disabled=${turning.busy} onClick=${() => wish("go_on")}>${says.goOnHere}</button><button type="button" class="quiet" disabled=${turning.busy} onClick=${() => wish("stop")}>${says.end}</button></p>`
      : html`
      <form onSubmit=${submit} onKeyDown=${keys} class="saying">
        <${Field} label=${turns.length === 0 ? says.first : says.answer} hideLabel=${turns.length > 0} rows=${2} own inputRef=${field} value=${draft.body} onInput=${draft.write} placeholder=${isLeft ? says.orLeave : undefined} />
        <p class="row tight">
          <button type="submit" class="act" disabled=${!words || turning.busy || pending}>${says.say}</button>
          <button type="button" disabled=${turning.busy} onClick=${async () => { enterRoom(true); if (turns.length > 0) await wish("ground"); }}>${says.room}</button>
          ${turns.length > 0 && html`<button type="button" disabled=${turning.busy} onClick=${() => wish("pause")}>${says.pause}</button>`}
          ${turns.length > 0 && html`<button type="button" disabled=${turning.busy} onClick=${() => wish("stop")}>${says.end}</button>`}
        </p>
        ${hasNo && html`<p><button type="button" class="quiet" disabled=${turning.busy} onClick=${() => wish("open")}>${says.opens}</button></p>`}
        <p class="hint keys-hint">${says.sayKeys}</p>
      </form>`}
      ${turns.length > 0 && mode !== "closed" && html`<${Notes} talk=${talk} part=${part} onChange=${asked.again} />`}
      ${turns.length === 0 ? html`<p class="hint">${says.limits}</p>` : html`<div class="after"><p><a href="/parts">${says.all}</a></p><${Confirm} label=${says.erase} question=${says.eraseAsk} yes=${says.eraseYes} onYes=${erase.run} /></div>`}
      <${Problem} error=${erase.error} />
    </${Screen}>`;
}

/** What was said so far. The person's words are the larger ones. */
function Log({ turns }) {
  const last = useRef(null);
  const seen = useRef(turns.length);
  const lastOfPerson = turns.findLastIndex((turn) => turn.from === "person");
  useLayoutEffect(() => {
    if (turns.length > seen.current) last.current?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    seen.current = turns.length;
  }, [turns.length]);
  if (turns.length === 0) return null;
  return html`
    <div class="log" role="log" aria-label=${says.log}>
      ${turns.map((turn, n) => html`
        <div key=${n} class=${`turn ${turn.from}`} ref=${n === lastOfPerson ? last : undefined}>
          <span class="sr">${turn.from === "person" ? says.yours : says.guide}:</span>
          ${turn.from === "person" ? html`<p class="own" dir="auto">${turn.text}</p>` : turn.text.split("\n").map((line, m) => html`<p key=${m}>${line}</p>`)}
        </div>`)}
    </div>`;
}

/** Says something and hears the answer; the talk is read anew after each. */
function useTurn(id, asked) {
  const [state, set] = useState({ busy: false, words: "", error: null, escalation: null, support: null, stopped: false });
  const running = useRef(null);
  useEffect(() => () => running.current?.abort(), []);

  async function say(turn) {
    const control = new AbortController();
    running.current = control;
    set({ busy: true, words: says.listening, error: null, escalation: null, support: null, stopped: false });
    const before = asked.data;
    if (turn.text !== undefined) {
      const turns = [...before.talk.turns.slice(0, turn.place), { from: "person", text: turn.text }];
      asked.set({ ...before, talk: { ...before.talk, turns } });
    }
    const onWait = (seconds) => set((now) => ({ ...now, words: seconds === 0 ? says.listening : fill(says.busy, { seconds }) }));
    const body = { ...turn, country: session().country ?? undefined };
    let answer = null;
    let error = null;
    try {
      answer = await withRetry(() => apiEvents(`/dialogues/${id}/turns`, body, { onEvent: () => {}, signal: control.signal }), { signal: control.signal, onWait });
    } catch (failed) {
      error = failed;
    }
    // Where it stands now is told by the service, not guessed.
    const now = await api("GET", `/dialogues/${id}`).then(({ data }) => data, () => null);
    const isKept = !now || turn.text === undefined || now.turns.length > turn.place;
    asked.set({ ...before, talk: now ?? before.talk });
    set({ busy: false, words: "", error: error && !isAbort(error) ? error : null, escalation: answer?.escalation ?? null, support: answer?.support ?? null, stopped: isAbort(error) });
    return answer ?? (isKept ? null : "lost");
  }
  return { ...state, say, stop: () => running.current?.abort() };
}
