// The journal: what was written, by day, by its words, and in a calendar.
import { api } from "../api.js";
import { go } from "../router.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Confirm, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { Found } from "../ui/marked.js";
import { Record } from "../ui/record.js";
import { Screen } from "../ui/screen.js";
import { addDays, day, dayAndTime, monthName, time, today, weekdays, weeks } from "../ui/dates.js";
import { shortened, wanted } from "../ui/words.js";

const SEARCH_MS = 250;
const LETTERS_SHOWN = 240;
const VIEWS = ["entries", "records", "calendar"];

/** @param {{route:import("../router.js").Route}} props */
export default function Journal({ route }) {
  const says = s.journal;
  const view = VIEWS.includes(route.query.get("view")) ? route.query.get("view") : "entries";
  const [words, setWords] = useState(route.query.get("q") ?? "");
  const searched = route.query.get("q") ?? "";
  const typed = useRef(searched);
  useEffect(() => { if (searched !== typed.current) { typed.current = searched; setWords(searched); } }, [searched]);
  useEffect(() => {
    if (words.trim() === searched) return undefined;
    const timer = setTimeout(() => { typed.current = words.trim(); go(words.trim() ? `/journal?q=${encodeURIComponent(words.trim())}` : "/journal", { replace: true }); }, SEARCH_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return html`
    <${Screen} title=${says.title}>
      ${route.state?.gone && html`<p role="status">${says.gone}</p>`}
      <div role="search"><${Field} label=${says.search} hideLabel type="search" value=${words} onInput=${setWords} placeholder=${says.search} autocomplete="off" /></div>
      ${!searched && html`
        <p class="row views">${VIEWS.map((name) => html`<a key=${name} href=${name === "entries" ? "/journal" : `/journal?view=${name}`} aria-current=${name === view ? "true" : undefined}>${says.views[name]}</a>`)}</p>`}
      ${searched ? html`<${Hits} words=${searched} />`
    : view === "calendar" ? html`<${Calendar} query=${route.query} />`
      : view === "records" ? html`<${Records} />`
        : html`<${Entries} query=${route.query} />`}
    </${Screen}>`;
}

/** A list that is loaded a page at a time. */
function usePages(name, query) {
  const [more, setMore] = useState({ items: [], next: undefined });
  const path = (after) => `/${name === "entries" ? "entries" : "thought-records"}?limit=20${query}${after ? `&after=${encodeURIComponent(after)}` : ""}`;
  const asked = useAsked(async () => { setMore({ items: [], next: undefined }); return (await api("GET", path())).data; }, [query, name]);
  const next = more.next === undefined ? asked.data?.next ?? null : more.next;
  const load = useWork(async () => {
    const { data } = await api("GET", path(next));
    setMore((before) => ({ items: [...before.items, ...data[name]], next: data.next }));
  });
  return { ...asked, items: asked.data && [...asked.data[name], ...more.items], next, load };
}

function More({ pages }) {
  return html`
    ${pages.next && html`<p class="row"><button type="button" disabled=${pages.load.busy} onClick=${pages.load.run}>${s.journal.older}</button></p>`}
    <${Problem} error=${pages.error ?? pages.load.error} again=${pages.error ? pages.again : pages.load.run} />`;
}

/** All entries, or those with a tag or a habit of thought. */
function Entries({ query }) {
  const tag = query.get("tag");
  const habit = query.get("habit");
  const isAll = !tag && !habit;
  const pages = usePages("entries", `${tag ? `&tag=${encodeURIComponent(tag)}` : ""}${habit ? `&distortion=${encodeURIComponent(habit)}` : ""}`);
  if (pages.items?.length === 0 && isAll) return html`<p class="lead">${s.journal.empty}</p><p><a class="act" href="/write">${s.shell.names.write}</a></p>`;
  return html`
    ${isAll && html`<${Due} />`}
    ${!isAll && html`<p>${fill(tag ? s.journal.withTag : s.journal.withHabit, { name: tag ?? s.distortions[habit] ?? habit })} <a href="/journal">${s.journal.all}</a></p>`}
    ${pages.items?.length === 0 && html`<p class="lead">${s.journal.noneSuch}</p>`}
    <${EntryList} entries=${pages.items ?? []} /><${More} pages=${pages} />`;
}

/** Thoughts that the person wanted to look at again by today. */
function Due() {
  const asked = useAsked(async () => (await api("GET", `/thought-records?due=${today()}`)).data.thought_records);
  const looked = useWork(async ({ id, version, content }) => {
    await api("PUT", `/thought-records/${id}`, { body: { ...content, review_on: null }, ifMatch: `"${version}"` });
    asked.again();
  });
  if (!asked.data?.length) return null;
  return html`
    <section class="one" aria-label=${s.journal.due}>
      <h2>${s.journal.due}</h2>
      ${asked.data.map((record) => html`
        <div key=${record.id}><${Record} record=${record} /><p class="row"><button type="button" disabled=${looked.busy} onClick=${() => looked.run(record)}>${s.journal.looked}</button>${record.entry && html`<a href=${`/journal/${record.entry}`}>${s.journal.itsEntry}</a>`}</p></div>`)}
      <${Problem} error=${looked.error} again=${asked.again} />
    </section>`;
}

/** Entries with their times; `within` a day, with the hour alone. */
function EntryList({ entries, within = false }) {
  return html`
    <ul class="entries">
      ${entries.map((entry) => html`
        <li key=${entry.id}><a href=${`/journal/${entry.id}`}>
          <time class="hint" datetime=${entry.written}>${within ? time(entry.written) : dayAndTime(entry.written)}</time>
          <span class="own" dir="auto">${entry.excerpt ? html`<${Excerpt} text=${entry.text} marks=${entry.marks} excerpt=${entry.excerpt} />` : shortened(entry.text, LETTERS_SHOWN)}</span>
        </a></li>`)}
    </ul>`;
}

function Excerpt({ text, marks, excerpt }) {
  const letters = Array.from(text);
  const { length } = letters;
  // It begins with a whole word, if one begins before what was found.
  const first = Math.min(excerpt.end, ...(marks ?? []).map((mark) => mark.start));
  let from = excerpt.start;
  while (from > 0 && from < first && /\S/.test(letters[from - 1])) from += 1;
  if (from === first && first > 0 && /\S/.test(letters[first - 1])) from = excerpt.start;
  return html`${from > 0 ? "… " : ""}<${Found} text=${text} marks=${marks ?? []} from=${from} to=${excerpt.end} />${excerpt.end < length ? " …" : ""}`;
}

function Hits({ words }) {
  const query = `&q=${encodeURIComponent(wanted(words))}`;
  const entries = usePages("entries", query);
  const records = usePages("thought_records", query);
  const count = entries.items && records.items ? entries.items.length + records.items.length : null;
  return html`
    <p class="hint" role="status">${count === null ? "" : count === 0 ? s.journal.noneFound : entries.next || records.next ? s.journal.manyFound : count === 1 ? s.journal.oneFound : fill(s.journal.found, { n: count })}</p>
    <${EntryList} entries=${entries.items ?? []} /><${More} pages=${entries} />
    ${records.items?.length > 0 && html`
      <h2>${s.journal.views.records}</h2>
      <ul class="entries">
        ${records.items.map((record) => html`
          <li key=${record.id}><${RecordLink} record=${record}>
            <time class="hint" datetime=${record.written}>${dayAndTime(record.written)}</time>
            <span class="own" dir="auto">${record.found ? html`<${Excerpt} text=${record.found.words} marks=${record.found.marks} excerpt=${record.found.excerpt} />` : record.content.thought}</span>
          </${RecordLink}></li>`)}
      </ul>
      <${More} pages=${records} />`}`;
}

const RecordLink = ({ record, children }) => html`<a href=${record.entry ? `/journal/${record.entry}` : "/journal?view=records"}>${children}</a>`;

function Records() {
  const pages = usePages("thought_records", "");
  const remove = useWork(async (record) => { await api("DELETE", `/thought-records/${record.id}`, { ifMatch: `"${record.version}"` }); pages.again(); });
  if (pages.items?.length === 0) return html`<p class="lead">${s.journal.noRecords}</p>`;
  return html`
    ${pages.items?.map((record) => html`
      <section key=${record.id} class="one">
        <p class="hint"><time datetime=${record.written}>${dayAndTime(record.written)}</time>${record.entry && html` · <a href=${`/journal/${record.entry}`}>${s.journal.itsEntry}</a>`}</p>
        <${Record} record=${record} />
        <${Confirm} label=${s.record.remove} question=${s.record.removeAsk} yes=${s.entry.removeYes} onYes=${() => remove.run(record)} />
      </section>`)}
    <${Problem} error=${remove.error} again=${pages.again} />
    <${More} pages=${pages} />`;
}

function Calendar({ query }) {
  const chosen = query.get("day");
  const [year, month] = (query.get("month") ?? chosen ?? today()).slice(0, 7).split("-").map((part, n) => Number(part) - n);
  const rows = weeks(year, month);
  const all = rows.flat().filter(Boolean);
  const asked = useAsked(async () => (await api("GET", `/entries?limit=500&from=${all[0]}&until=${addDays(all.at(-1), 1)}`)).data.entries, [year, month]);
  const byDay = new Map();
  for (const entry of asked.data ?? []) {
    const when = entry.written.slice(0, 10);
    byDay.set(when, [...(byDay.get(when) ?? []), entry]);
  }
  const at = (iso) => `/journal?view=calendar&month=${iso.slice(0, 7)}`;
  return html`
    <div class="month-head">
      <a href=${at(addDays(all[0], -1))} aria-label=${s.journal.earlier}>←</a>
      <h2>${monthName(year, month)}</h2>
      <a href=${at(addDays(all.at(-1), 1))} aria-label=${s.journal.later}>→</a>
    </div>
    <table class="month">
      <thead><tr>${weekdays().map(([brief, full]) => html`<th key=${full} scope="col" abbr=${full}>${brief}</th>`)}</tr></thead>
      <tbody>${rows.map((row, n) => html`
        <tr key=${n}>${row.map((iso, m) => html`<td key=${m} class=${iso === today() ? "today" : ""} aria-current=${iso === today() ? "date" : undefined}>${iso && html`<${Day} iso=${iso} count=${byDay.get(iso)?.length ?? 0} chosen=${iso === chosen} href=${`${at(iso)}&day=${iso}`} />`}</td>`)}</tr>`)}</tbody>
    </table>
    <${Problem} error=${asked.error} again=${asked.again} />
    ${chosen && html`<h2>${day(chosen)}</h2>${byDay.has(chosen) ? html`<${EntryList} within entries=${byDay.get(chosen)} />` : asked.data && html`<p>${s.journal.noneThatDay}</p>`}`}`;
}

function Day({ iso, count, chosen, href }) {
  const number = Number(iso.slice(8));
  if (count === 0) return html`<span>${number}</span>`;
  return html`<a href=${href} aria-current=${chosen ? "true" : undefined} aria-label=${fill(count === 1 ? s.journal.dayOne : s.journal.dayMany, { day: day(iso), n: count })}><span>${number}</span><span class="dots" aria-hidden="true">${"·".repeat(Math.min(count, 3))}</span></a>`;
}
