// One questionnaire: its front, its questions one by one, and what the answers add up to.
import { api, keyFor } from "../api.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { days } from "../strings-days.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { day, today } from "../ui/dates.js";
import { parse } from "../ui/form.js";
import { Check, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Danger, Question } from "./sheet-question.js";
import { About, History, Result } from "./sheet-result.js";
import { lengthOf } from "./questionnaires.js";

const says = days.sheet;

/** An empty sheet: an answer or `null` by item; `undefined` where nothing was said yet. */
const blank = () => ({ begun: today(), answers: {}, keep: true });

/** @param {{id:string, route:import("../router.js").Route}} props */
export function Sheet({ id, route }) {
  const path = `/questionnaires/${encodeURIComponent(id)}`;
  const asked = useAsked(async () => (await api("GET", path)).data, [id]);
  const past = useAsked(async () => (await api("GET", `${path}/responses`)).data.responses, [id]);
  const draft = useDraft(`sheet-${id}`);
  const [sheet, setSheet] = useState(blank);
  const [result, setResult] = useState(null);
  const found = useRef(null);
  const one = asked.data;

  useEffect(() => {
    if (!draft.ready || found.current) return;
    const before = parse(draft.body);
    found.current = before ?? "nothing";
    if (before?.begun === today()) setSheet(before);
    else if (before) draft.discard();
  }, [draft.ready]);

  const to = (at, replace = false, of = undefined) => go(path, { state: at === null ? null : { at, of }, replace });
  const note = (next) => { setSheet(next); draft.write(JSON.stringify(next)); };
  const isBegun = Object.keys(sheet.answers).length > 0;

  const add = useWork(async (answers) => {
    const { country } = session();
    const body = { answers: one.items.map((item) => answers[item.id] ?? null), keep: sheet.keep };
    const sent = keyFor(sheet.sent, body);
    note({ ...sheet, answers, sent });
    await draft.flush();
    const { data } = await api("POST", `${path}/responses${country ? `?country=${country}` : ""}`, { body, key: sent.key });
    setResult(data);
    await draft.discard();
    setSheet(blank());
    past.again();
    to("result", true, data.response);
  });
  /** After a reload the result that was kept is added up again, and not kept twice. */
  const wanted = route.state?.at ?? null;
  const keptId = wanted === "result" && !result ? route.state.of : undefined;
  useEffect(() => {
    const kept = past.data?.find((response) => response.id === keptId);
    if (!one || !kept) return;
    const { country } = session();
    const given = one.items.map((item) => kept.content.answers.find((answer) => answer.item === item.id)?.value ?? null);
    api("POST", `${path}/responses${country ? `?country=${country}` : ""}`, { body: { answers: given, keep: false } })
      .then(({ data }) => setResult({ ...data, change: null, response: kept.id }), () => to(null, true));
  }, [keptId, Boolean(one), past.data]);

  /** What follows the item at `at`: the next one, or the end. */
  const onward = (at, answers) => {
    const ends = one.items[at].ends_at !== null && answers[one.items[at].id] === one.items[at].ends_at;
    if (ends || at === one.items.length - 1) add.run(answers);
    else to(at + 1);
  };
  const answer = (at, value) => {
    const item = one.items[at];
    const next = { ...sheet, answers: { ...sheet.answers, [item.id]: value } };
    note(next);
    if (!owesHelp(item, next)) onward(at, next.answers);
    else { draft.flush(); to(at + 1); }
  };
  /** Help was there, and the person goes on. It comes once. */
  const helped = (at) => {
    const { id } = one.items[at];
    note({ ...sheet, helped: { ...sheet.helped, [id]: sheet.answers[id] } });
    if (at === one.items.length - 1) add.run(sheet.answers);
  };
  const anew = () => { setResult(null); note({ ...blank(), keep: sheet.keep }); to(0); };

  if (asked.error) return html`<${Screen} title=${says.title}><${Problem} error=${asked.error} again=${asked.again} /><p><a href="/questionnaires">${says.all}</a></p></${Screen}>`;
  if (!one || !draft.ready) return null;

  if (keptId && (!past.data || past.data.some((response) => response.id === keptId))) return past.error ? html`<${Screen} title=${says.result}><${Problem} error=${past.error} again=${past.again} /></${Screen}>` : null;
  if (wanted === "result" && result) {
    return html`<${Result} key="r" questionnaire=${one} result=${result} past=${past.data ?? []} onAgain=${anew} />`;
  }
  const danger = typeof wanted === "number" ? one.items.findIndex((item, n) => n < wanted && owesHelp(item, sheet)) : -1;
  if (danger !== -1) {
    return html`
      <${Screen} key="d" title=${s.help.title} hideTitle>
        <${Danger} questionnaire=${one} path=${path} answers=${sheet.answers} item=${one.items[danger]} onGoOn=${() => helped(danger)} onStop=${() => to(null)} />
        ${add.busy && html`<${Progress} words=${says.adding} />`}
        <${Problem} error=${add.error} />
      </${Screen}>`;
  }
  const at = typeof wanted === "number" ? reached(one, sheet.answers, wanted) : null;
  if (at !== null) {
    return html`
      <${Screen} key="q" title=${one.short} hideTitle>
        <${Question} key=${at} questionnaire=${one} at=${at} answers=${sheet.answers} busy=${add.busy} onAnswer=${(value) => answer(at, value)}
          onBack=${() => to(at === 0 ? null : at - 1, true)} onStop=${async () => { await draft.flush(); to(null); }} />
        ${add.busy && html`<${Progress} words=${says.adding} />`}
        <${Problem} error=${add.error} again=${() => add.run(sheet.answers)} />
      </${Screen}>`;
  }
  const before = found.current;
  return html`
    <${Screen} key="f" title=${one.name} lead=${one.about}>
      <p class="hint">${lengthOf({ ...one, items: one.items.filter((item) => item.scored).length })}</p>
      <p>${one.limits}</p>
      ${before?.begun && before.begun !== today() && html`<p>${fill(says.stale, { day: day(before.begun), about: one.asks_about })}</p>`}
      ${isBegun && html`<p>${fill(says.half, { day: day(sheet.begun) })}</p>`}
      <${Check} label=${says.keep} hint=${says.keepHint} checked=${sheet.keep} onInput=${(keep) => (isBegun ? note({ ...sheet, keep }) : setSheet({ ...sheet, keep }))} />
      <p class="row">
        ${isBegun
    ? html`<button type="button" class="act" onClick=${() => to(firstOpen(one, sheet.answers))}>${says.goOn}</button><button type="button" onClick=${anew}>${says.anew}</button>`
    : html`<button type="button" class="act" onClick=${() => to(0)}>${says.begin}</button>`}
        <a href="/questionnaires">${says.all}</a>
      </p>
      <${Problem} error=${past.error} again=${past.again} />
      <${History} questionnaire=${one} past=${past.data ?? []} />
      <${About} questionnaire=${one} />
    </${Screen}>`;
}

/** Whether an answer speaks of danger and help was not seen for it, or for less. */
function owesHelp(item, { answers, helped = {} }) {
  const value = answers[item.id];
  return item.danger.some((mark) => mark.value === value) && !(helped[item.id] >= value);
}

/** The first item that nothing was said of, or the last. */
function firstOpen(one, answers) {
  const open = one.items.findIndex((item) => answers[item.id] === undefined);
  return open === -1 ? one.items.length - 1 : open;
}

/** No further than what was answered. */
const reached = (one, answers, wanted) => Math.max(0, Math.min(wanted, firstOpen(one, answers)));
