// Taking it along and leaving: export, import, backups, erase.
import { api, apiBlob } from "../api.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { Escalation } from "../ui/escalation.js";
import { fill, html, useId, useState } from "../ui/html.js";
import { Check, Confirm, Field, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { addDays, day, dayAndTime, today } from "../ui/dates.js";
import { saveFile } from "../ui/save.js";
import { size } from "./settings.js";

export function Carry() {
  const says = s.settings.carry;
  const id = useId();
  const [told, tell] = useState(null);
  const taken = useWork(async () => saveFile(await apiBlob("GET", "/export"), `evenkeel-${today()}.json`));
  const takeIn = useWork(async (file) => {
    const { country } = session();
    const { data } = await api("POST", `/import${country ? `?country=${country}` : ""}`, { body: file });
    tell(data);
  });
  const others = told && Object.entries(told).reduce((sum, [name, n]) => (typeof n === "number" && !["entries", "thought_records", "alarms"].includes(name) ? sum + n : sum), 0);
  return html`
    <p class="row"><button type="button" disabled=${taken.busy} onClick=${taken.run}>${says.export}</button></p>
    <p class="hint">${says.exportHint}</p>
    <p class="hint">${says.sealed} <code>evenkeel export --encrypt FILE</code></p>
    <${Problem} error=${taken.error} again=${taken.run} />
    <div class="field">
      <label for=${id}>${says.import}</label>
      <p class="hint" id=${`${id}h`}>${says.importHint}</p>
      <input id=${id} type="file" accept="application/json,.json" aria-describedby=${`${id}h`} onChange=${(event) => { const [file] = event.currentTarget.files; if (file) takeIn.run(file); event.currentTarget.value = ""; }} />
    </div>
    ${takeIn.busy && html`<${Progress} words=${s.parts.loading} />`}
    <${Problem} error=${takeIn.error} />
    ${told && html`<p role="status">${fill(says.imported, { entries: told.entries, records: told.thought_records, others })}</p>${told.escalation && html`<p>${says.alarms}</p><${Escalation} escalation=${told.escalation} />`}`}`;
}

export function Backups() {
  const says = s.settings.backups;
  const asked = useAsked(async () => (await api("GET", "/backups")).data.backups);
  const [made, setMade] = useState(false);
  const make = useWork(async () => { await api("POST", "/backups"); setMade(true); asked.again(); });
  const when = (name) => (Number.isNaN(Date.parse(fromName(name))) ? name : dayAndTime(fromName(name)));
  return html`
    ${asked.data?.length === 0 && html`<p>${says.none}</p>`}
    ${asked.data?.length > 0 && html`<ul class="plain">${asked.data.map((one) => html`<li key=${one.name}>${fill(says.line, { when: when(one.name), size: size(one.bytes) })}</li>`)}</ul>`}
    <p class="row"><button type="button" disabled=${make.busy} onClick=${make.run}>${says.make}</button>${made && html`<span role="status">${says.made}</span>`}</p>
    <${Problem} error=${asked.error ?? make.error} again=${asked.error ? asked.again : make.run} />
    <p class="hint">${says.restore} <code>evenkeel restore FOLDER</code></p>`;
}

/** A backup's name holds its time without colons. */
const fromName = (name) => name.replace(/T(\d\d)(\d\d)(\d\d)/, "T$1:$2:$3");

export function Erase() {
  const says = s.settings.erase;
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [keeps, keep] = useState(false);
  const [gone, setGone] = useState(null);
  const erase = useWork(async (what) => setGone((await api("POST", "/erase", { body: { ...what, keep_backups: keeps } })).data));
  return html`
    <p>${says.says}</p>
    <${Check} label=${says.keepBackups} hint=${says.keepBackupsHint} checked=${keeps} onInput=${keep} />
    <h3>${says.period}</h3>
    <div class="row">
      <${Field} label=${says.from} type="date" value=${from} onInput=${setFrom} />
      <${Field} label=${says.until} type="date" value=${until} onInput=${setUntil} />
    </div>
    ${from && until && from <= until && html`<${Confirm} key=${from + until} label=${says.doPeriod} question=${fill(says.periodAsk, { from: day(from), until: day(until) })} yes=${says.yes} onYes=${() => erase.run({ from, until: addDays(until, 1) })} />`}
    <p></p>
    <${Confirm} label=${says.doAll} question=${says.allAsk} yes=${says.yes} onYes=${() => erase.run({ all: true })} />
    <${Problem} error=${erase.error} />
    ${gone && html`<p role="status">${fill(says.done, gone)}${gone.traces_left ? ` ${says.traces}` : ""}</p>`}`;
}
