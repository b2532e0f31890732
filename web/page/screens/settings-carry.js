// Taking it along and leaving: export, import, backups, erase.
import { api, apiBlob } from "../api.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { Escalation } from "../ui/escalation.js";
import { fill, html, useId, useState } from "../ui/html.js";
import { Check, Confirm, Field, Problem, Progress, useAsked, useWork } from "../ui/parts.js";
import { addDays, day, dayAndTime, today } from "../ui/dates.js";
import { saveFile } from "../ui/save.js";
import { size } from "../ui/sizes.js";

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
    <p class="hint">${says.noPlan} <a href="/help#plan">${s.help.planOpen}</a></p>
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

/** The backups in the data folder. */
export const useBackups = () => useAsked(async () => (await api("GET", "/backups")).data.backups);

/** Makes one more. @param {{asked:ReturnType<typeof useBackups>, label:string}} props */
function MakeBackup({ asked, label }) {
  const says = s.settings.backups;
  const [made, setMade] = useState(false);
  const make = useWork(async () => { await api("POST", "/backups"); setMade(true); asked.again(); });
  return html`
    <p class="row"><button type="button" disabled=${make.busy} onClick=${make.run}>${label}</button>${made && html`<span role="status">${says.made}</span>`}</p>
    <${Problem} error=${make.error} again=${make.run} />`;
}

/** @param {{asked:ReturnType<typeof useBackups>}} props */
export function Backups({ asked }) {
  const says = s.settings.backups;
  const when = (name) => (Number.isNaN(Date.parse(fromName(name))) ? name : dayAndTime(fromName(name)));
  return html`
    ${asked.data?.length === 0 && html`<p>${says.none}</p>`}
    ${asked.data?.length > 0 && html`<ul class="plain">${asked.data.map((one) => html`<li key=${one.name}>${fill(says.line, { when: when(one.name), size: size(one.bytes) })}</li>`)}</ul>`}
    <${MakeBackup} asked=${asked} label=${says.make} />
    <${Problem} error=${asked.error} again=${asked.again} />
    <p class="hint">${says.restore} <code>evenkeel restore FOLDER</code></p>`;
}

/** A backup's name holds its time without colons. */
const fromName = (name) => name.replace(/T(\d\d)(\d\d)(\d\d)/, "T$1:$2:$3");

/** @param {{backups:ReturnType<typeof useBackups>}} props */
export function Erase({ backups }) {
  const says = s.settings.erase;
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [keeps, keep] = useState(false);
  const [gone, setGone] = useState(null);
  const erase = useWork(async (what) => {
    const { data } = await api("POST", "/erase", { body: { ...what, keep_backups: keeps } });
    setGone({ ...data, all: Boolean(what.all) });
    backups.again();
  });
  const n = backups.data?.length ?? 0;
  const copies = n === 0 ? "" : keeps ? ` ${says.stay}` : n === 1 ? ` ${says.goOne}` : ` ${fill(says.goMany, { n })}`;
  const told = gone && html`
    <p role="status">${fill(says.done, gone)}${gone.traces_left ? ` ${says.traces}` : ""}</p>
    ${gone.backups > 0 && html`<p>${says.afterwards}</p><${MakeBackup} asked=${backups} label=${says.backUp} />`}`;
  return html`
    <section class="part">
      <h2>${says.title}</h2>
      <p>${says.says}</p>
      <${Check} label=${says.keepBackups} hint=${says.keepBackupsHint} checked=${keeps} onInput=${keep} />
      <h3>${says.period}</h3>
      <div class="row">
        <${Field} label=${says.from} type="date" value=${from} onInput=${setFrom} />
        <${Field} label=${says.until} type="date" value=${until} onInput=${setUntil} />
      </div>
      ${from && until && from <= until && html`<${Confirm} key=${from + until} label=${says.doPeriod} question=${fill(says.periodAsk, { from: day(from), until: day(until) }) + copies} yes=${says.yes} onYes=${() => erase.run({ from, until: addDays(until, 1) })} />`}
      ${gone && !gone.all && told}
    </section>
    <section class="part after">
      <h2>${says.allTitle}</h2>
      <p>${says.allSays}</p>
      <${Confirm} label=${says.doAll} question=${says.allAsk + copies} yes=${says.yes} onYes=${() => erase.run({ all: true })} />
      ${gone?.all && told}
      <${Problem} error=${erase.error} />
    </section>`;
}
