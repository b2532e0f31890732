// One reflection: its note, its questions one by one, the end, and what was noted. Nothing is added up.
import { api, keyFor } from "../api.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { day, today } from "../ui/dates.js";
import { Escalation } from "../ui/escalation.js";
import { parse } from "../ui/form.js";
import { Check, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Told } from "../ui/told.js";
import { Ending, Ground, Levels, Question, Stopping } from "./reflect-question.js";
import { Earlier, Noted, Result } from "./reflect-result.js";

const says = days.reflect;

/** What stands before the id of a reflection in its address. */
export const REFLECT = "reflect-";

/** How long one is and whether it can hurt, in words. */
export const reflectLength = (n, trauma) => fill(trauma ? says.hurts : says.length, { n });

/** An answer by question: `null` where it was left out, `undefined` where nothing was said yet. */
const blank = () => ({ begun: today(), answers: {}, summary: "", keep: true });
const isEmpty = (answer) => !answer || (answer.ticked.length === 0 && answer.words.trim() === "");

/** @param {{id:string, route:import("../router.js").Route}} props */
export function Reflect({ id, route }) {
  const here = `/questionnaires/${REFLECT}${encodeURIComponent(id)}`;
  const path = `/reflections/${encodeURIComponent(id)}`;
  const asked = useAsked(async () => (await api("GET", path)).data, [id]);
  const past = useAsked(async () => (await api("GET", `${path}/responses`)).data.responses, [id]);
  const draft = useDraft(`reflect-${id}`);
  const [sheet, setSheet] = useState(null);
  const [result, setResult] = useState(null);
  const [danger, setDanger] = useState(null);
  const [stopping, stop] = useState(false);
  /** The words that were read for danger, by question. */
  const read = useRef({});
  const one = asked.data;

  useEffect(() => {
    if (!draft.ready || !one || sheet) return;
    const before = parse(draft.body);
    const fits = before?.edition === one.edition;
    if (before && !fits) draft.discard();
    setSheet(fits ? before : { ...blank(), edition: one.edition });
  }, [draft.ready, one]);
  useEffect(() => { setDanger(null); stop(false); }, [route.turn]);

  const to = (at, replace = false) => go(here, { state: at === null ? null : { at }, replace });
  const note = (next) => { setSheet(next); draft.write(JSON.stringify(next)); };
  const answered = (item, answer) => note({ ...sheet, answers: { ...sheet.answers, [item.id]: answer } });
  const send = (body, key) => {
    const { country } = session();
    return api("POST", `${path}/responses${country ? `?country=${country}` : ""}`, { body, key });
  };

  /** What was written is read for danger before anything else comes; where that can't be, the end reads all of it. */
  const leave = useWork(async (item, then) => {
    const words = sheet.answers[item.id]?.words.trim() ?? "";
    if (words && read.current[item.id] !== words) {
      const found = await send({ answers: [{ question: item.id, ticked: [], words }], keep: false }).catch(() => null);
      if (found) read.current[item.id] = words;
      if (found?.data.escalation) { setDanger({ escalation: found.data.escalation, then }); return; }
    }
    then();
  });
  const finish = useWork(async () => {
    const answers = one.questions.filter((item) => !isEmpty(sheet.answers[item.id])).map((item) => {
      const { ticked, words } = sheet.answers[item.id];
      return { question: item.id, ticked, ...(words.trim() && { words: words.trim() }) };
    });
    const summary = sheet.summary.trim();
    const isThere = answers.length > 0 || summary !== "";
    const body = { answers, ...(summary && { summary }), keep: sheet.keep && isThere };
    const sent = keyFor(sheet.sent, body);
    note({ ...sheet, sent });
    await draft.flush();
    const { data } = await send(body, sent.key);
    setResult(data);
    await letGo();
    past.again();
    to("result", true);
  });
  const letGo = async () => {
    setSheet({ ...blank(), edition: one.edition, keep: sheet.keep });
    read.current = {};
    await draft.discard();
  };
  const anew = async () => { setResult(null); await letGo(); to(0); };

  if (asked.error) return html`<${Screen} title=${says.title}><${Problem} error=${asked.error} again=${asked.again} /><p><a href="/questionnaires">${days.sheet.all}</a></p></${Screen}>`;
  if (!one || !sheet) return null;

  const wanted = route.state?.at ?? null;
  const isBegun = Object.keys(sheet.answers).length > 0;
  const open = firstOpen(one, sheet.answers);
  const ground = () => go(here, { state: { at: wanted, ground: true } });
  const halt = () => { if (isBegun) stop(true); else to(null); };

  if (danger) {
    return html`
      <${Screen} key="d" title=${s.help.title} hideTitle>
        <${Escalation} escalation=${danger.escalation}>
          <p class="row after">
            <button type="button" onClick=${() => { setDanger(null); danger.then(); }}>${says.dangerGoOn}</button>
            <button type="button" class="quiet" onClick=${() => { setDanger(null); halt(); }}>${says.stop}</button>
          </p>
        </${Escalation}>
      </${Screen}>`;
  }
  if (route.state?.ground) return html`<${Ground} key="g" onBack=${() => history.back()} />`;
  if (wanted === "result" && result) return html`<${Result} key="r" result=${result} onAgain=${anew} />`;
  if (stopping) {
    return html`<${Stopping} key="s" onBack=${() => stop(false)} onKeep=${async () => { await draft.flush(); to(null); }}
      onLetGo=${async () => { await letGo(); to(null); }} />`;
  }
  if (wanted !== null && wanted !== "result") {
    const at = Math.max(0, Math.min(wanted === "end" ? one.questions.length : wanted, open));
    const item = one.questions[at];
    const working = html`
      ${(leave.busy || finish.busy) && html`<${Progress} words=${says.reading} />`}
      <${Problem} error=${finish.error} again=${finish.run} />`;
    if (!item) {
      return html`
        <${Screen} key="e" title=${says.end} tab=${one.title}>
          <${Ending} one=${one} summary=${sheet.summary} busy=${finish.busy} onSummary=${(summary) => note({ ...sheet, summary })}
            onFinish=${finish.run} onBack=${() => to(at - 1, true)} onGround=${ground} onStop=${halt}>
            <${Noted} answers=${one.questions.filter((each) => !isEmpty(sheet.answers[each.id])).map((each) => shown(each, sheet.answers[each.id]))} />
          </${Ending}>
          ${working}
        </${Screen}>`;
    }
    const onward = () => to(at === one.questions.length - 1 ? "end" : at + 1);
    return html`
      <${Screen} key=${item.id} title=${item.asks} tab=${one.title}>
        <${Question} one=${one} at=${at} answer=${sheet.answers[item.id]} busy=${leave.busy} onAnswer=${(answer) => answered(item, answer)}
          onNext=${() => { if (sheet.answers[item.id] === undefined) answered(item, null); leave.run(item, onward); }}
          onSkip=${() => { answered(item, null); onward(); }}
          onBack=${() => leave.run(item, () => to(at === 0 ? null : at - 1, true))}
          onGround=${ground} onStop=${() => leave.run(item, halt)} />
        ${working}
      </${Screen}>`;
  }
  return html`
    <${Screen} key="f" title=${one.title} lead=${one.about}>
      <p><${Told} text=${one.note.replace("g brings you back to the room you are in.", says.groundHurts)} /></p>
      <p class="hint">${reflectLength(one.questions.length, one.trauma)}</p>
      <p class="hint">${one.written_by}</p>
      <${Levels} levels=${one.levels} />
      ${isBegun && html`<p>${fill(says.half, { day: day(sheet.begun) })}</p>`}
      <${Check} label=${days.sheet.keep} hint=${says.keepHint} checked=${sheet.keep} onInput=${(keep) => (isBegun ? note({ ...sheet, keep }) : setSheet({ ...sheet, keep }))} />
      <p class="row">
        ${isBegun
    ? html`<button type="button" class="act" onClick=${() => to(open === one.questions.length ? "end" : open)}>${days.sheet.goOn}</button><button type="button" onClick=${anew}>${days.sheet.anew}</button>`
    : html`<button type="button" class="act" onClick=${() => to(0)}>${days.sheet.begin}</button>`}
        <button type="button" onClick=${ground}>${says.ground}</button>
        <a href="/questionnaires">${days.sheet.all}</a>
      </p>
      <${Earlier} path=${path} past=${past} />
    </${Screen}>`;
}

/** An answer as the service shows it. */
const shown = (item, { ticked, words }) => ({
  question: item.id, asks: item.asks, words: words.trim() || null,
  ticked: item.choices.filter((choice) => ticked.includes(choice.id)),
});

/** The first question that nothing was said of, or the end. */
function firstOpen(one, answers) {
  const open = one.questions.findIndex((item) => answers[item.id] === undefined);
  return open === -1 ? one.questions.length : open;
}
