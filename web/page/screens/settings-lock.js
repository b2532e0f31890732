// The passphrase: set, changed, taken away; the recovery code, shown once.
import { api } from "../api.js";
import { lock, lookAtVault } from "../lock.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { Confirm, Field, Problem, useWork } from "../ui/parts.js";

/** @param {{vault:import("../session.js").Vault}} props */
export function LockSettings({ vault }) {
  const says = s.settings.lock;
  const [sets, set] = useState(null);
  const [code, setCode] = useState(undefined);
  const isSealed = vault.state === "passphrase";
  if (code) return html`<${Code} code=${code} onDone=${() => { setCode(undefined); lookAtVault(); }} />`;
  return html`
    <p>${says[vault.state]}${isSealed ? ` ${vault.idle_lock_s ? fill(says.idle, { n: Math.round(vault.idle_lock_s / 60) }) : says.never}` : ""}</p>
    ${vault.damaged_log && html`<p>${s.unlock.damagedLog}</p>`}
    ${code === null && html`<p role="status">${says.gone}</p>`}
    <p class="hint">${says.hide}</p>
    ${sets
    ? html`<${sets === "code" ? NewCode : Secret} isSealed=${isSealed} onLeave=${() => set(null)} onDone=${(made) => { set(null); setCode(made); if (!made) lookAtVault(); }} />`
    : html`<p class="row">
        ${isSealed && html`<button type="button" class="act" onClick=${lock}>${says.now}</button>`}
        <button type="button" class=${isSealed ? "" : "act"} onClick=${() => { setCode(undefined); set("passphrase"); }}>${isSealed ? says.change : says.set}</button>
        ${isSealed && html`<button type="button" onClick=${() => { setCode(undefined); set("code"); }}>${says.newCode}</button>`}
      </p>`}`;
}

function Secret({ isSealed, onDone, onLeave }) {
  const says = s.settings.lock;
  const [current, setCurrent] = useState("");
  const [byCode, setByCode] = useState(false);
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const known = isSealed ? (byCode ? { recovery_code: current } : { current }) : {};
  const change = useWork(async () => onDone((await api("PUT", "/vault/passphrase", { body: { ...known, new: next } })).data.recovery_code));
  const remove = useWork(async () => onDone((await api("PUT", "/vault/passphrase", { body: { ...known, new: null } })).data.recovery_code));
  const isBusy = change.busy || remove.busy;
  const differ = again !== "" && next !== again;
  const submit = (event) => { event.preventDefault(); if (next && next === again) change.run(); };
  return html`
    <form onSubmit=${submit}>
      ${!isSealed && html`<p>${says.forgets}</p>`}
      ${isSealed && html`
        <${Field} key=${byCode} label=${byCode ? says.code : says.current} type=${byCode ? "text" : "password"} value=${current} onInput=${setCurrent} autocomplete=${byCode ? "off" : "current-password"} spellcheck=${false} />
        <p><button type="button" class="quiet" onClick=${() => { setByCode(!byCode); setCurrent(""); }}>${byCode ? says.byCurrent : says.byCode}</button></p>`}
      <${Field} label=${says.next} hint=${says.nextHint} type="password" value=${next} onInput=${setNext} autocomplete="new-password" />
      <${Field} label=${says.again} type="password" value=${again} onInput=${setAgain} autocomplete="new-password" />
      <p class="hint" role="status">${differ ? says.differ : ""}</p>
      <${Problem} error=${change.error ?? remove.error} />
      <p class="row">
        <button type="submit" class="act" disabled=${isBusy || !next || next !== again || (isSealed && !current)}>${isBusy ? says.working : says.save}</button>
        <button type="button" class="quiet" onClick=${onLeave}>${says.stop}</button>
      </p>
      ${isSealed && html`<${Confirm} label=${says.remove} question=${says.removeAsk} yes=${says.removeYes} onYes=${remove.run} />`}
    </form>`;
}

/** Another code in the place of the one before. */
function NewCode({ onDone, onLeave }) {
  const says = s.settings.lock;
  const [current, setCurrent] = useState("");
  const renew = useWork(async () => onDone((await api("POST", "/vault/recovery-code", { body: { current } })).data.recovery_code));
  const submit = (event) => { event.preventDefault(); if (current && !renew.busy) renew.run(); };
  return html`
    <form onSubmit=${submit}>
      <p>${says.newCodeSays}</p>
      <${Field} label=${says.current} type="password" value=${current} onInput=${setCurrent} autocomplete="current-password" spellcheck=${false} />
      <${Problem} error=${renew.error} />
      <p class="row">
        <button type="submit" class="act" disabled=${renew.busy || !current}>${renew.busy ? says.working : says.makeCode}</button>
        <button type="button" class="quiet" onClick=${onLeave}>${says.stop}</button>
      </p>
    </form>`;
}

function Code({ code, onDone }) {
  const says = s.settings.lock;
  const heading = useRef(null);
  useEffect(() => {
    heading.current.focus();
    // It is shown this once.
    const ask = (event) => { event.preventDefault(); event.returnValue = ""; };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  return html`
    <h3 tabindex="-1" ref=${heading}>${says.codeTitle}</h3>
    <p>${says.codeSays}</p>
    <p class="code"><code>${code}</code></p>
    <p class="row"><button type="button" class="act" onClick=${onDone}>${says.codeDone}</button></p>`;
}
