// The third step: other ways to look at it, one by one, and the person's own.
import { api, newKey } from "../api.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useId, useRef, useState } from "../ui/html.js";
import { Field, Problem, Progress, useWork } from "../ui/parts.js";
import { Marked, marksOf } from "../ui/marked.js";
import { Thought } from "../ui/thought.js";
import { feedbackPath } from "./reading.js";
import { Happened } from "./write-happened.js";

const EACH_MS = 450;

export function Ways({ text, record, note, reading, to, said, setSaid }) {
  const says = s.write;
  const name = useId();
  const all = reading.reframes;
  const shown = useOneByOne(all, record.balanced !== null);
  const chosen = record.balanced;
  const own = useRef(null);
  const picks = (reframe) => note({ balanced: { from: "chosen", line: reframe.line ?? null, text: reframe.text, was: reframe.text } });
  const isChosen = (reframe) => chosen?.was === reframe.text;
  // What was edited is the person's own from then on.
  const edit = (words) => note({ balanced: { ...chosen, text: words, from: chosen.was === words ? "chosen" : "own" } });
  const saying = useRef(Promise.resolve());
  const say = useWork(async (reframe, verdict) => {
    const before = said[reframe.text];
    setSaid((now) => ({ ...now, [reframe.text]: before === verdict ? undefined : verdict }));
    // One after the other, as the last word counts.
    const body = { text: reframe.text, verdict: before === verdict ? "taken_back" : verdict };
    const sent = saying.current.then(() => api("POST", feedbackPath(reading.reply), { body, key: newKey() }));
    saying.current = sent.catch(() => {});
    try {
      await sent;
    } catch (error) {
      setSaid((now) => ({ ...now, [reframe.text]: before }));
      throw error;
    }
  });
  const isQuestion = chosen?.was && all.find(isChosen)?.kind === "question";
  return html`
    <${Thought} text=${text}><${Marked} text=${text} marks=${marksOf(reading.distortions ?? [])} /></${Thought}>
    <${Happened} record=${record} />
    <${Problem} error=${reading.error} />
    ${all.length > 0 && html`<h2>${all.length === 1 && !reading.busy ? says.oneWay : says.otherWays}</h2>`}
    ${!reading.busy && all.length === 0 && html`<p class="lead">${says.noWays}</p>`}
    <fieldset class="ways" aria-live="polite">
      <legend class="sr">${says.choose}</legend>
      ${all.slice(0, shown).map((reframe, n) => html`
        <div key=${reframe.text}>
          <label class="way">
            <input type="radio" name=${name} checked=${isChosen(reframe)} onChange=${() => picks(reframe)} />
            <span><span class="hint">${says.leads[reframe.strategy] ?? says.oneWayLead}</span><span class="way-text" id=${`${name}w${n}`}>${reframe.text}</span></span>
          </label>
          <${Said} about=${`${name}w${n}`} verdict=${said[reframe.text]} on=${Boolean(reading.reply?.personal)} say=${(verdict) => say.run(reframe, verdict)} />
        </div>`)}
      ${reading.busy || shown < all.length ? html`<${Progress} words=${all.length ? says.progress.more : reading.words} cancel=${reading.stop} />` : html`
        <label class="way">
          <input type="radio" name=${name} checked=${chosen !== null && !chosen.was} onChange=${() => { note({ balanced: { from: "own", text: "", was: null } }); }} />
          <span><span class="way-text">${all.length ? says.noneFit : says.ownWay}</span></span>
        </label>`}
    </fieldset>
    ${reading.reply?.personal?.says && shown >= all.length && html`<p class="hint">${reading.reply.personal.says}</p>`}
    <${Problem} error=${say.error} />
    ${chosen && html`
      <${Field} key=${chosen.was} label=${chosen.was ? isQuestion ? says.answer : says.edit : says.own} hint=${isQuestion ? says.answerHint : chosen.was ? says.editHint : says.ownHint} rows=${2} own inputRef=${own} value=${chosen.text} onInput=${edit} maxlength=${2000} />`}
    <details open=${Boolean(record.evidenceFor || record.evidenceAgainst)}>
      <summary>${says.evidence}</summary>
      <${Field} label=${says.evidenceFor} hint=${says.evidenceForHint} rows=${2} own value=${record.evidenceFor} onInput=${(evidenceFor) => note({ evidenceFor })} />
      <${Field} label=${says.evidenceAgainst} hint=${says.evidenceAgainstHint} rows=${2} own value=${record.evidenceAgainst} onInput=${(evidenceAgainst) => note({ evidenceAgainst })} />
    </details>
    <p class="row">
      <button type="button" class="act" disabled=${!chosen?.text.trim()} onClick=${() => to("after")}>${says.withThis}</button>
      <button type="button" class="quiet" onClick=${() => to("look")}>${s.parts.before}</button>
    </p>`;
}

/**
 * Two quiet words on a reframe. Their line is there before they can be said, so that nothing moves.
 * @param {{about:string, verdict:string|undefined, on:boolean, say:(verdict:string)=>void}} props `about`: id of the reframe's text
 */
function Said({ about, verdict, on, say }) {
  return html`
    <p class="said" aria-live="off">
      ${on && ["fits", "not_this"].map((one) => html`<button key=${one} type="button" class="quiet" aria-pressed=${verdict === one ? "true" : "false"} aria-describedby=${about} onClick=${() => say(one)}>${s.write.said[one]}</button>`)}
    </p>`;
}

/** How many are shown: one after the other, so that each can be read. */
function useOneByOne(all, atOnce) {
  const [shown, show] = useState(atOnce ? all.length : Math.min(1, all.length));
  useEffect(() => {
    if (shown >= all.length) return undefined;
    const timer = setTimeout(() => show(shown + 1), shown === 0 ? 0 : EACH_MS);
    return () => clearTimeout(timer);
  }, [shown, all.length]);
  return shown;
}
