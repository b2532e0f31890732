// Addresses and screens. Links are ordinary links; clicks on those of this page are taken here.
import { useEffect, useState } from "./ui/html.js";

/** What the addresses show. `:id` stands for one part of the path. */
export const ROUTES = [
  ["/write", "write"],
  ["/journal", "journal"], ["/journal/:id", "entry"],
  ["/parts", "parts"], ["/parts/:id", "parts"],
  ["/check-in", "check-in"],
  ["/questionnaires", "questionnaires"], ["/questionnaires/:id", "questionnaires"],
  ["/practice", "practice"], ["/practice/:id", "practice"], ["/insight", "insight"],
  ["/report", "report"],
  ["/help", "help"], ["/settings", "settings"], ["/settings/:id", "body"],
];

/**
 * @typedef {{name:string, id:string|null, path:string, query:URLSearchParams, hash:string, state:any, turn:number}} Route
 *   `turn` rises with every change of place.
 */

/** An address that somebody typed may be cut in the middle of a letter. */
function readable(part) {
  try { return decodeURIComponent(part); } catch { return part; }
}

let turn = 0;
const listeners = new Set();

/** @returns {Route} */
export function route() {
  // The address that `serve` prints shows the same screen as `/write`, and stays the same place when its steps go on.
  const path = location.pathname.replace(/\/+$/, "") || "/write";
  let name = "not-found";
  let id = null;
  for (const [pattern, screen] of ROUTES) {
    const [, first, second] = path.split("/");
    const [, wanted, part] = pattern.split("/");
    if (first !== wanted || (part === undefined) !== (second === undefined) || path.split("/").length > 3) continue;
    name = screen;
    id = second === undefined ? null : readable(second);
  }
  const query = new URLSearchParams(location.search);
  return { name, id, path, query, hash: location.hash.slice(1), state: history.state, turn };
}

/**
 * Goes somewhere within the page.
 * @param {string} address
 * @param {{replace?:boolean, state?:any}} [options] `state` stays with this place in the history; keep words of the person out of it
 */
export function go(address, { replace = false, state = null } = {}) {
  history[replace ? "replaceState" : "pushState"](state, "", address);
  moved();
}

/** Where the person was before Help, if they were on a screen. */
let before = null;
/** @returns {{name:string, address:string}|null} */
export const beforeHelp = () => before;

function note(here) {
  if (here.name !== "help") before = here.name === "not-found" ? null : { name: here.name, address: location.pathname + location.search };
}

function moved() {
  turn += 1;
  const here = route();
  note(here);
  for (const listener of [...listeners]) listener(here);
}

/** @returns {Route} */
export function useRoute() {
  const [here, set] = useState(route);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return here;
}

/** Listens to links and to back and forward. */
export function startRouter() {
  note(route());
  addEventListener("popstate", moved);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.pathname.startsWith("/page/")) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
