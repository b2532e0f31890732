// What every screen stands on: a heading that takes the focus when one arrives, and the tab's title.
import { session } from "../session.js";
import { s } from "../strings.js";
import { html, useEffect, useLayoutEffect, useRef } from "./html.js";

let first = true;

/**
 * A screen. Its title must not hold words of the person: it stands in the browser's history.
 * @param {{title:any, tab?:string, at?:string, lead?:any, children?:any, hideTitle?:boolean, own?:boolean, neutral?:boolean}} props
 *   `at`: the step within it; a new one begins at the top again. `tab`: the title of the tab, where it is another, or `title` no plain text. `hideTitle`: the heading is read aloud and not shown. `own`: it is in words of the person (then `tab` is not). `neutral`: the tab says nothing.
 */
export function Screen({ title, tab = title, at, lead, children, hideTitle = false, own = false, neutral = false }) {
  const heading = useRef(null);
  useLayoutEffect(() => {
    document.title = neutral || session().away ? s.away.title : `${tab} · ${s.name}`;
  }, [tab, neutral]);
  useEffect(() => {
    if (first) { first = false; return; }
    if (!location.hash) scrollTo(0, 0);
    if (!document.activeElement || document.activeElement === document.body || !heading.current.parentNode.contains(document.activeElement)) {
      (heading.current.parentNode.querySelector("[autofocus]") ?? heading.current).focus({ preventScroll: true });
    }
  }, [at]);
  return html`
    <section class="screen">
      <h1 ref=${heading} tabindex="-1" class=${hideTitle ? "sr" : own ? "own" : ""} dir=${own ? "auto" : undefined}>${title}</h1>
      ${lead && html`<p class="lead">${lead}</p>`}
      ${children}
    </section>`;
}
