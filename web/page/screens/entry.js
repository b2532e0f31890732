// One entry: its words first, then what was found in them and what it was before.
import { api } from "../api.js";
import { useDraft } from "../drafts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useState } from "../ui/html.js";
import { Confirm, Field, Problem, Scale, useAsked, useWork } from "../ui/parts.js";
import { Escalation } from "../ui/escalation.js";
import { Marked, marksOf } from "../ui/marked.js";
import { Record } from "../ui/record.js";
import { Screen } from "../ui/screen.js";
import { flow } from "../ui/thought.js";
import { day, dayAndTime, loose, time } from "../ui/dates.js";

/** @param {{route:import("../router.js").Route}} props */
export default function EntryScreen({ route }) {
  const says = s.entry;
  const asked = useAsked(async () => {
    const { data, etag } = await api("GET", `/entries/${encodeURIComponent(route.id)}`);
    return { entry: data, etag };
  }, [route.id]);
  const [edits, edit] = useState(false);
  const [escalation, setEscalation] = useState(null);
  const remove = useWork(async () => {
    await api("DELETE", `/entries/${route.id}`, { ifMatch: asked.data.etag });
    go("/journal", { replace: true, state: { gone: true } });
  });
  if (!asked.data) return html`<${Screen} title=${says.title}><${Problem} error=${asked.error} again=${asked.again} /></${Screen}>`;
  const { entry, etag } = asked.data;
  const saved = (screening) => { edit(false); setEscalation(screening?.escalation ?? null); asked.again(); };
  return html`
    <${Screen} title=${html`<${Written} stamp=${entry.written} />`} tab=${says.title}>
      ${escalation && html`<${Escalation} escalation=${escalation} />`}
      ${edits
    ? html`<${Edit} entry=${entry} etag=${etag} onSaved=${saved} onLeave=${() => edit(false)} onReload=${() => { edit(false); asked.again(); }} />`
    : html`
      <${Words} entry=${entry} />
      <${Unsaved} entry=${entry} onGoOn=${() => edit(true)} />
      <p class="row">
        <a class="act" href=${`/write?entry=${entry.id}`}>${s.write.look}</a>
        <button type="button" onClick=${() => edit(true)}>${says.edit}</button>
        <button type="button" class="quiet" onClick=${() => print()}>${s.plan.print}</button>
      </p>
      ${entry.thought_records.length > 0 && html`
        <section class="part"><h2>${says.records}</h2>${entry.thought_records.map((record) => html`<div key=${record.id}><p class="hint">${dayAndTime(record.written)}</p><${Record} record=${record} bare=${record.content.thought === entry.text} /></div>`)}</section>`}
      <${Noticed} entry=${entry} />
      <${History} entry=${entry} />
      <div class="after"><${Confirm} label=${says.remove} question=${says.removeAsk} yes=${says.removeYes} onYes=${remove.run} /></div>
      <${Problem} error=${remove.error} again=${asked.again} />`}
    </${Screen}>`;
}

/** When it was written. Where the line is too short it is broken before the hour, and within the day only if that alone is too long. */
const Written = ({ stamp }) => html`<span class="whole">${loose(day(stamp))},</span> ${time(stamp)}`;

/** The text with what was last found in it, if it was found in this very text. */
function Words({ entry }) {
  const last = entry.recognitions.filter((one) => one.version === entry.version).at(-1);
  const found = (last?.found ?? []).map((one) => ({ ...one, name: s.distortions[one.slug] ?? one.slug }));
  return html`
    <blockquote class=${`thought own ${flow(entry.text)}`} dir="auto"><${Marked} text=${entry.text} marks=${marksOf(found)} /></blockquote>
    ${found.length > 0 && html`
      <section class="habits" aria-label=${s.write.habits}>
        <p class="hint">${s.entry.found}</p>
        <ol>${found.map((one, n) => html`<li key=${one.slug}><a class=${`line line-${n % 5}`} href=${`/journal?habit=${one.slug}`}>${one.name}</a></li>`)}</ol>
      </section>`}
    ${(entry.mood !== null || entry.tags.length > 0) && html`<p class="hint">${entry.mood !== null && fill(s.entry.moodWas, { n: entry.mood })}${entry.mood !== null && entry.tags.length > 0 && " · "}${entry.tags.map((tag, n) => html`${n > 0 && " "}<a key=${tag} href=${`/journal?tag=${encodeURIComponent(tag)}`}>#${tag}</a>`)}</p>`}`;
}

/** What the screen said of the text as it is now. */
function Noticed({ entry }) {
  const said = entry.screenings.filter((one) => one.version === entry.version).at(-1);
  if (!said) return null;
  const tier = s.entry.tiers[said.risk.tier] ?? said.risk.tier;
  return html`
    <details>
      <summary>${s.entry.noticed}</summary>
      <p>${tier}${said.risk.tier === "urgent" || said.risk.tier === "emergency" ? html` <a href="/help">${s.shell.help}</a>` : ""}</p>
      <p class="hint">${fill(said.model ? s.entry.readBy : s.entry.readByRules, { when: dayAndTime(said.at) })}</p>
    </details>`;
}

/** An edit that was left half-way. */
function Unsaved({ entry, onGoOn }) {
  const draft = useDraft(`entry-${entry.id}`);
  if (!draft.ready || !draft.body || draft.body === entry.text) return null;
  return html`
    <p class="hint">${s.entry.unsaved}</p>
    <p class="row tight"><button type="button" onClick=${onGoOn}>${s.entry.goOn}</button><button type="button" class="quiet" onClick=${draft.discard}>${s.entry.letGo}</button></p>`;
}

function History({ entry: { revisions, saved } }) {
  if (revisions.length === 0) return null;
  return html`
    <details>
      <summary>${revisions.length === 1 ? s.entry.historyOne : fill(s.entry.history, { n: revisions.length })}</summary>
      ${revisions.map((one, n) => html`<section key=${one.version} class="part"><p class="hint">${fill(s.entry.until, { when: dayAndTime(revisions[n + 1]?.saved ?? saved) })}</p><p class="own" dir="auto">${one.text}</p></section>`).reverse()}
    </details>`;
}

function Edit({ entry, etag, onSaved, onLeave, onReload }) {
  const says = s.entry;
  const draft = useDraft(`entry-${entry.id}`);
  const [text, setText] = useState(entry.text);
  const [mood, setMood] = useState(entry.mood);
  const [tags, setTags] = useState(entry.tags.join(", "));
  useEffect(() => { if (draft.ready && draft.body) setText(draft.body); }, [draft.ready]);
  const write = (next) => { setText(next); draft.write(next); };
  const save = useWork(async () => {
    const body = { text, mood, tags: tags.split(",").map((tag) => tag.trim().replace(/^#/, "")).filter(Boolean), country: session().country ?? undefined };
    const { data } = await api("PATCH", `/entries/${entry.id}`, { body, ifMatch: etag });
    await draft.discard();
    onSaved(data.screening);
  });
  const leave = async () => { await draft.discard(); onLeave(); };
  const submit = (event) => { event.preventDefault(); save.run(); };
  return html`
    <form onSubmit=${submit} class="paper">
      <${Field} label=${says.text} hideLabel rows=${5} own value=${text} onInput=${write} />
      <${Scale} label=${says.mood} max=${10} value=${mood} onInput=${setMood} low=${says.worst} high=${says.best} />
      <${Field} label=${says.tags} hint=${says.tagsHint} value=${tags} onInput=${setTags} autocomplete="off" />
      <${Problem} error=${save.error} again=${save.error?.type === "changed-meanwhile" ? onReload : undefined} />
      <p class="row">
        <button type="submit" class="act" disabled=${save.busy || !text.trim()}>${says.save}</button>
        <button type="button" class="quiet" onClick=${leave}>${says.leave}</button>
      </p>
    </form>`;
}
