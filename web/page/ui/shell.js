// What stands around every screen: their names, and the word Help, which never moves.
import { hide } from "../lock.js";
import { s } from "../strings.js";
import { html, useEffect, useRef, useState } from "./html.js";

const NAMES = [
  ["/write", "write"], ["/journal", "journal"], ["/parts", "parts"], ["/check-in", "check-in"],
  ["/questionnaires", "questionnaires"], ["/practice", "practice"], ["/insight", "insight"], ["/settings", "settings"],
];

/** Screens that have no name of their own here, and where they are reached from. */
const WITHIN = { entry: "journal", report: "insight", body: "settings" };

/**
 * @param {{route:import("../router.js").Route, quiet:boolean, children:any}} props
 *   `quiet`: the names are left out, because nothing can be opened.
 */
export function Shell({ route, quiet, children }) {
  const [isOpen, open] = useState(false);
  const menu = useRef(null);
  useEffect(() => open(false), [route.turn]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event) => { if (event.key === "Escape") { open(false); menu.current?.focus(); } };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [isOpen]);

  const here = WITHIN[route.name] ?? route.name;
  const current = (name) => (name === here ? "page" : undefined);
  const skip = (event) => { event.preventDefault(); document.querySelector("main").focus(); };
  return html`
    <a class="skip" href="#main" onClick=${skip}>${s.shell.skip}</a>
    <header class="top">
      <div class="top-start">
        ${quiet
    ? route.name === "help" && html`<a href="/">${s.shell.back}</a>`
    : html`<button ref=${menu} type="button" class="menu" aria-expanded=${isOpen} aria-controls="screens" onClick=${() => open(!isOpen)}>${s.shell.menu}</button>`}
      </div>
      <div class="top-end">
        ${!quiet && html`<button type="button" class="quiet" title=${s.shell.hideTitle} onClick=${hide}>${s.shell.hide}</button>`}
        <a class="help" href="/help" aria-current=${current("help")}>${s.shell.help}</a>
      </div>
    </header>
    ${!quiet && html`
      <nav id="screens" class=${isOpen ? "screens open" : "screens"} aria-label=${s.shell.screens}>
        <ul>${NAMES.map(([href, name]) => html`<li key=${name}><a href=${href} aria-current=${current(name)}>${s.shell.names[name]}</a></li>`)}</ul>
      </nav>`}
    <main id="main" tabindex="-1">${children}</main>`;
}
