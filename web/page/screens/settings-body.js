// Body data: what a wearable measured comes in as its maker's file; cortisol is typed in.
import { api, isAbort, newKey } from "../api.js";
import { body as says } from "../strings-insight.js";
import { s } from "../strings.js";
import { fill, html, useId, useRef, useState } from "../ui/html.js";
import { dayAndTime, isoDay, shortDay } from "../ui/dates.js";
import { Choices, Confirm, Field, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { size } from "../ui/sizes.js";

export default function Body() {
  const here = useAsked(async () => makersOf((await api("GET", "/body")).data.series));
  const cortisol = useAsked(async () => (await api("GET", "/body/cortisol?limit=50")).data);
  const isThere = (here.data || here.error) && (cortisol.data || cortisol.error);
  // The lists wait for each other, and what an import adds to stands last, so that nothing is pushed down.
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      <p class="row tight"><a href="/insight">${says.toInsight}</a><a href="/settings">${s.settings.title}</a></p>
      <${Import} onDone=${here.again} />
      ${isThere && html`
        <section class="part"><h2>${says.cortisol}</h2><${Cortisol} asked=${cortisol} /></section>
        <section class="part"><h2>${says.here}</h2><${Here} asked=${here} /></section>`}
    </${Screen}>`;
}

/** What is there, by maker. */
function makersOf(series) {
  const makers = new Map();
  for (const { origin, label, days } of series) {
    if (days.length === 0) continue;
    const maker = makers.get(origin) ?? { origin, n: 0, first: days[0].day, last: days[0].day, labels: [] };
    maker.n += days.length;
    for (const at of [days[0].day, days.at(-1).day]) {
      if (at < maker.first) maker.first = at;
      if (at > maker.last) maker.last = at;
    }
    maker.labels.push(label);
    makers.set(origin, maker);
  }
  return [...makers.values()];
}

/** One file, sent as it is. @param {{onDone:()=>void}} props */
function Import({ onDone }) {
  const id = useId();
  const [dates, setDates] = useState("none");
  const [file, setFile] = useState(null);
  const [told, tell] = useState(null);
  const sending = useRef(null);
  const take = useWork(async (chosen) => {
    setFile(chosen);
    tell(null);
    sending.current = new AbortController();
    const { data } = await api("POST", `/body/import${dates === "none" ? "" : `?dates=${dates}`}`, { body: chosen, type: "application/octet-stream", signal: sending.current.signal });
    tell(data);
    onDone();
  });
  const choose = (event) => { const [chosen] = event.currentTarget.files; if (chosen) take.run(chosen); event.currentTarget.value = ""; };
  return html`
    <section class="part">
      <div class="field">
        <label for=${id}>${says.choose}</label>
        <p class="hint" id=${`${id}h`}>${says.chooseHint}</p>
        <input id=${id} type="file" accept=".zip,.xml,.csv,.json" disabled=${take.busy} aria-describedby=${`${id}h`} onChange=${choose} />
      </div>
      <div class=${file ? "outcome" : ""}>
      ${take.busy && html`<${Progress} words=${fill(says.reading, { name: file.name, size: size(file.size) })} slow=${says.slow} cancel=${() => sending.current.abort()} />`}
      ${isAbort(take.error) && html`<p role="status">${says.stopped}</p>`}
      <${Problem} error=${take.error} again=${() => take.run(file)} />
      ${told && html`<${TakenIn} told=${told} />`}
      </div>
      <details>
        <summary>${says.waysTitle}</summary>
        <dl class="given">${Object.entries(says.ways).map(([maker, how]) => html`<div key=${maker}><dt>${says.makers[maker]}</dt><dd>${how}</dd></div>`)}</dl>
      </details>
      <details>
        <summary>${says.datesTitle}</summary>
        <${Choices} hideLegend legend=${says.dates} value=${dates} onInput=${setDates} options=${Object.entries(says.datesOptions).map(([value, label]) => ({ value, label }))} />
      </details>
    </section>`;
}

/** What came of it. */
function TakenIn({ told }) {
  const values = Object.entries(says.values).filter(([name]) => told[name] > 0).map(([name, words]) => fill(words, { n: told[name] })).join(", ");
  const out = Object.entries(says.why).filter(([name]) => told.left_out[name] > 0).map(([name, words]) => fill(words, { n: told.left_out[name] }));
  const maker = says.makers[told.format] ?? told.format;
  return html`
    <div role="status">
      <p>${values ? fill(says.done, { maker, values }) : fill(says.doneNone, { maker })}</p>
      <p>${told.first_day && `${fill(told.first_day === told.last_day ? says.oneDayRead : says.days, { first: shortDay(told.first_day), last: shortDay(told.last_day) })} `}${told.records_read === 1 ? says.oneRecord : fill(says.records, { n: told.records_read })}</p>
      ${out.length > 0 && html`<p>${says.leftOut}</p><ul>${out.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`}
    </div>`;
}

/** @param {{asked:any}} props */
function Here({ asked }) {
  const [gone, tell] = useState(null);
  const remove = useWork(async (origin) => { tell((await api("DELETE", `/body?origin=${origin}`)).data.values); asked.again(); });
  return html`
    ${asked.data?.length === 0 && html`<p>${says.hereNone}</p>`}
    <ul class="plain">
      ${asked.data?.map(({ origin, n, first, last, labels }) => {
    const maker = says.makers[origin] ?? origin;
    return html`
      <li key=${origin}>
        <span class="line-name">${maker}</span>
        <span class="hint">${fill(first === last ? says.oneDay : says.oneMaker, { n, first: shortDay(first), last: shortDay(last) })}</span>
        <span class="hint">${labels.join(", ")}</span>
        <${Confirm} label=${fill(says.remove, { maker })} question=${fill(says.removeAsk, { n, maker })} yes=${says.removeYes} onYes=${() => remove.run(origin)} />
      </li>`;
  })}
    </ul>
    ${gone !== null && html`<p role="status">${fill(says.removed, { n: gone })}</p>`}
    <${Problem} error=${asked.error ?? remove.error} again=${asked.again} />`;
}

/** This moment, as a field for day and time has it. */
function now() {
  const date = new Date();
  return `${isoDay(date)}T${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** Values from a laboratory's letter. @param {{asked:any}} props */
function Cortisol({ asked }) {
  const [form, set] = useState({ amount: "", specimen: "saliva", taken: now() });
  const [isKept, setKept] = useState(false);
  const [more, setMore] = useState(null);
  const key = useRef(newKey());
  const again = () => { setMore(null); asked.again(); };
  const change = (part) => { key.current = newKey(); setKept(false); set({ ...form, ...part }); };
  const keep = useWork(async () => {
    await api("POST", "/body/cortisol", { body: form, key: key.current });
    key.current = newKey();
    set({ ...form, amount: "" });
    setKept(true);
    again();
  });
  const remove = useWork(async (id) => { await api("DELETE", `/body/cortisol/${id}`); again(); });
  const older = useWork(async (next) => {
    const { data } = await api("GET", `/body/cortisol?limit=50&after=${encodeURIComponent(next)}`);
    setMore((before) => ({ items: [...(before?.items ?? []), ...data.cortisol], next: data.next }));
  });
  const submit = (event) => { event.preventDefault(); if (form.amount.trim() && form.taken && !keep.busy) keep.run(); };
  const items = [...(asked.data?.cortisol ?? []), ...(more?.items ?? [])];
  const next = more ? more.next : asked.data?.next;
  return html`
    <p>${says.cortisolSays}</p>
    <form onSubmit=${submit}>
      <${Field} label=${says.amount} hint=${says.amountHint} value=${form.amount} onInput=${(amount) => change({ amount })} autocomplete="off" />
      <${Choices} inline legend=${says.specimen} value=${form.specimen} onInput=${(specimen) => change({ specimen })} options=${Object.entries(says.specimens).map(([value, label]) => ({ value, label }))} />
      <${Field} label=${says.when} type="datetime-local" value=${form.taken} onInput=${(taken) => change({ taken })} />
      <p class="row"><button type="submit" disabled=${!form.amount.trim() || !form.taken || keep.busy}>${says.keep}</button>${isKept && html`<span role="status">${says.kept}</span>`}</p>
    </form>
    <${Problem} error=${keep.error} />
    ${asked.data && items.length === 0 && html`<p class="hint">${says.none}</p>`}
    <ul class="plain">
      ${items.map(({ id, content }) => html`
        <li key=${id}>
          <span class="line-name">${fill(says.line, { value: Math.round(content.nmol_per_litre * 100) / 100, specimen: says.specimens[content.specimen] })}</span>
          <span class="hint">${dayAndTime(content.taken)}</span>
          <${Confirm} label=${says.removeCortisol} question=${fill(says.removeCortisolAsk, { when: dayAndTime(content.taken) })} yes=${says.removeYes} onYes=${() => remove.run(id)} />
        </li>`)}
    </ul>
    ${next && html`<p class="row"><button type="button" disabled=${older.busy} onClick=${() => older.run(next)}>${says.older}</button></p>`}
    <${Problem} error=${asked.error ?? remove.error ?? older.error} again=${again} />`;
}
