// The report as a file: in which form, plain or encrypted. It goes to the downloads and is not kept here.
import { apiFile } from "../api.js";
import { report as says } from "../strings-report.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Check, Choices, Field, Problem, Progress, useWork } from "../ui/parts.js";
import { saveFile } from "../ui/save.js";

/** @param {{request:any}} props what was chosen, as it was looked at */
export function Make({ request }) {
  const [form, setForm] = useState("pdf");
  const [seals, seal] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [made, tell] = useState(null);
  const work = useRef(null);
  useEffect(() => () => work.current?.abort(), []);
  const isReady = !seals || (passphrase !== "" && passphrase === again);
  const make = useWork(async () => {
    tell(null);
    work.current = new AbortController();
    const { blob, name } = await apiFile("POST", `/reports?form=${form}`, { body: { report: request, ...(seals && { passphrase }) }, signal: work.current.signal });
    saveFile(blob, name ?? `notes.${form}`);
    setPassphrase("");
    setAgain("");
    tell({ name: name ?? `notes.${form}`, isSealed: seals });
  });
  const submit = (event) => { event.preventDefault(); if (isReady && !make.busy) make.run(); };
  const change = (set) => (value) => { tell(null); set(value); };
  return html`
    <form class="part" onSubmit=${submit}>
      <h2>${says.make}</h2>
      <${Choices} hideLegend legend=${says.form} value=${form} onInput=${change(setForm)} options=${Object.entries(says.forms).map(([value, [label, hint]]) => ({ value, label, hint }))} />
      <${Check} label=${says.seal} hint=${says.sealHint} checked=${seals} onInput=${change(seal)} />
      ${seals ? html`
        <${Field} label=${says.passphrase} type="password" value=${passphrase} onInput=${change(setPassphrase)} autocomplete="new-password" dir="ltr" />
        <${Field} label=${says.again} type="password" value=${again} onInput=${change(setAgain)} autocomplete="new-password" dir="ltr" />
        ${again !== "" && passphrase !== again && html`<p role="status">${says.differ}</p>`}
        <p class="hint">${says.forget}</p>` : html`<p>${says.plain}</p>`}
      <p class="row"><button type="submit" class="act" disabled=${!isReady || make.busy}>${says.doMake}</button></p>
      ${make.busy && html`<${Progress} words=${says.making} cancel=${() => work.current.abort()} />`}
      <${Problem} error=${make.error} again=${isReady ? make.run : undefined} />
      ${made && html`<p role="status">${fill(says.made, made)} ${made.isSealed ? html`${says.madeSealed} <code>age --decrypt</code>` : says.madePlain}</p>`}
    </form>`;
}
