// Entries and thought records, each chosen by itself.
import { api } from "../api.js";
import { report as says } from "../strings-report.js";
import { fill, html, useEffect, useState } from "../ui/html.js";
import { addDays, dayAndTime } from "../ui/dates.js";
import { Check, Field, Problem, useAsked, useWork } from "../ui/parts.js";
import { shortened, wanted } from "../ui/words.js";

const PAGE = 30;
const LETTERS = 90;
const SEARCH_MS = 250;

/**
 * @param {{kind:"entries"|"thought_records", from:string, to:string, chosen:string[], onChange:(ids:string[])=>void}} props
 */
export function Pick({ kind, from, to, chosen, onChange }) {
  const [isOpen, open] = useState(false);
  const [words, setWords] = useState("");
  const label = says.pick[kind];
  return html`
    <details onToggle=${(event) => open(event.currentTarget.open)}>
      <summary>${chosen.length ? fill(says.picked, { what: label, n: chosen.length }) : label}</summary>
      ${isOpen && from && to && from <= to && html`
        <${Field} label=${says.search[kind]} type="search" value=${words} onInput=${setWords} autocomplete="off" />
        <${Listed} key=${`${from} ${to}`} kind=${kind} from=${from} to=${to} words=${words.trim()} chosen=${chosen} onChange=${onChange} />
        ${chosen.length > 0 && html`<p class="row tight"><button type="button" class="quiet" onClick=${() => onChange([])}>${says.clear}</button></p>`}`}
    </details>`;
}

/** What lies in the period, a page at a time. */
function Listed({ kind, from, to, words, chosen, onChange }) {
  const [searched, search] = useState(words);
  const [more, setMore] = useState(null);
  useEffect(() => {
    if (words === searched) return undefined;
    const timer = setTimeout(() => search(words), SEARCH_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const query = `limit=${PAGE}&from=${from}&until=${addDays(to, 1)}${searched ? `&q=${encodeURIComponent(wanted(searched))}` : ""}`;
  const path = `/${kind === "entries" ? "entries" : "thought-records"}?${query}`;
  const asked = useAsked(async () => { setMore(null); return (await api("GET", path)).data; }, [path]);
  const load = useWork(async () => {
    const { data } = await api("GET", `${path}&after=${encodeURIComponent(next)}`);
    setMore({ items: [...(more?.items ?? []), ...data[kind]], next: data.next });
  });
  const next = more ? more.next : asked.data?.next ?? null;
  const items = [...(asked.data?.[kind] ?? []), ...(more?.items ?? [])];
  const toggle = (id) => (on) => onChange(on ? [...chosen.filter((one) => one !== id), id] : chosen.filter((one) => one !== id));
  const line = (one) => html`<span class="hint">${dayAndTime(one.written)}</span><span class="own flow picked" dir="auto">${shortened(one.text ?? one.content.thought, LETTERS)}</span>`;
  return html`
    ${asked.data && items.length === 0 && html`<p class="hint" role="status">${searched ? says.noneFound : says.pickNone[kind]}</p>`}
    ${items.map((one) => html`<${Check} key=${one.id} label=${line(one)} checked=${chosen.includes(one.id)} onInput=${toggle(one.id)} />`)}
    ${next && html`<p class="row tight"><button type="button" disabled=${load.busy} onClick=${load.run}>${says.more}</button></p>`}
    <${Problem} error=${asked.error ?? load.error} again=${asked.error ? asked.again : load.run} />`;
}
