// What is shown where nothing can be opened: no token, a locked journal, everything hidden.
import { api } from "../api.js";
import { unsavedTexts } from "../drafts.js";
import { comeBack, lookAtVault } from "../lock.js";
import { change, useSession } from "../session.js";
import { s } from "../strings.js";
import { html, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { EmergencyAdvice, Field, Problem, useWork } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";

/** Nothing but the way back and the word Help. */
export function Away() {
  const button = useRef(null);
  useLayoutEffect(() => {
    document.documentElement.classList.remove("away");
    document.title = s.away.title;
    document.activeElement?.blur();
    return stillFor(AWAY_MS, () => button.current?.focus());
  }, []);
  // Space belongs to whoever goes on typing; Enter and a click are meant.
  const noSpace = (event) => { if (event.key === " " || (event.key === "Enter" && event.repeat)) event.preventDefault(); };
  return html`
    <header class="top"><div class="top-start"></div><div class="top-end"><a class="help" href="/help">${s.shell.help}</a></div></header>
    <main id="main" class="blank"><h1 class="sr">${s.away.title}</h1><button ref=${button} type="button" class="quiet" onKeyDown=${noSpace} onKeyUp=${noSpace} onClick=${comeBack}>${s.away.back}</button></main>`;
}

/** So long, after the last key, nothing takes the keys of somebody who goes on typing. */
const AWAY_MS = 2000;

/** Keys go nowhere until there were none for so long. Returns what ends it. */
function stillFor(ms, then) {
  let timer = null;
  const end = () => { clearTimeout(timer); for (const name of ["keydown", "keypress", "keyup"]) removeEventListener(name, swallow, true); };
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => { end(); then(); }, ms); };
  function swallow(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wait();
  }
  for (const name of ["keydown", "keypress", "keyup"]) addEventListener(name, swallow, true);
  wait();
  return end;
}

/** How to open the page, where it has no token or an old one. */
export function Closed({ stale = false }) {
  const says = s.closed;
  const unsaved = stale ? unsavedTexts() : [];
  return html`
    <${Screen} title=${says.title} neutral>
      <p class="lead">${stale ? says.stale : says.how}</p>
      <p>${says.open} <code>evenkeel serve</code></p>
      ${unsaved.length > 0 && html`<p>${says.unsaved}</p>${unsaved.map((text) => html`<blockquote key=${text} class="thought own" dir="auto" tabindex="0">${text}</blockquote>`)}`}
      <h2>${s.help.title}</h2>
      <${EmergencyAdvice} />
      <p><a href="/help">${says.more}</a></p>
    </${Screen}>`;
}

/** Why the journal can't be reached. */
export function NotOpen({ error }) {
  return html`<${Screen} title=${s.closed.notOpen} neutral><${Problem} error=${error} again=${lookAtVault} /><p class="hint">${s.unlock.help}</p></${Screen}>`;
}

export function NotFound() {
  return html`<${Screen} title=${s.notFound.title}><p>${s.notFound.says}</p><p><a href="/write">${s.shell.names.write}</a></p></${Screen}>`;
}

/** Asks for the passphrase. */
export function Unlock() {
  const { vault } = useSession();
  const [secret, setSecret] = useState("");
  const [byCode, setByCode] = useState(false);
  const says = s.unlock;
  const work = useWork(async () => {
    const body = byCode ? { recovery_code: secret } : { passphrase: secret };
    const { data } = await api("POST", "/vault/unlock", { body, lockedIsAnswer: true });
    setSecret("");
    change({ vault: data });
  });
  const submit = (event) => { event.preventDefault(); if (secret) work.run(); };
  const form = html`
    <form onSubmit=${submit}>
      <${Field} key=${byCode} label=${byCode ? says.code : says.passphrase} type=${byCode ? "text" : "password"} value=${secret}
        onInput=${setSecret} autocomplete=${byCode ? "off" : "current-password"} spellcheck=${false} autofocus />
      <p class="row">
        <button type="submit" class="act" disabled=${work.busy}>${work.busy ? says.opening : says.open}</button>
        <button type="button" class="quiet" onClick=${() => { setByCode(!byCode); setSecret(""); work.clear(); }}>${byCode ? says.byPassphrase : says.byCode}</button>
      </p>
      <${Problem} error=${work.error} />
    </form>`;
  return html`
    <${Screen} title=${says.title} neutral>
      ${vault?.damaged_log && html`<p>${says.damagedLog}</p>`}
      ${form}
      <p class="hint">${says.help}</p>
    </${Screen}>`;
}
