// What need not wait for the rest of the page: how the journal stands, and the screen that the address names.
// It imports nothing, so it runs as soon as it is here, while the other files are still on their way.

/** Where the token lies for as long as the tab lives. */
export const TOKEN = "t";
/** The token in the address that the program prints, or `null`. */
export const tokenInAddress = () => { const found = /^#token=([^&]+)/.exec(location.hash); return found && decodeURIComponent(found[1]); };

const token = tokenInAddress() ?? sessionStorage.getItem(TOKEN);
let asked = token && fetch("/api/v1/vault", { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
if (asked) asked.catch(() => {});
/** The answer to that, for who asks first; later ones ask anew. @returns {Promise<Response>|null} */
export const firstLook = () => { const was = asked; asked = null; return was; };

/** Screens come when they are first wanted. Each module has a default export that takes the route. */
export const SCREENS = {
  // What the first screen needs is asked for at once, not one after the other.
  write: () => Promise.all([import("./screens/write.js"), import("./screens/reading.js")]).then(([module]) => module),
  journal: () => import("./screens/journal.js"),
  entry: () => import("./screens/entry.js"),
  parts: () => import("./screens/parts.js"),
  "check-in": () => import("./screens/check-in.js"),
  questionnaires: () => import("./screens/questionnaires.js"),
  practice: () => import("./screens/practice.js"),
  insight: () => import("./screens/insight.js"),
  help: () => Promise.all([import("./screens/help.js"), import("./screens/help-now.js"), import("./ui/country.js")]).then(([module]) => module),
  settings: () => import("./screens/settings.js"),
};
const [, name, id] = location.pathname.split("/");
SCREENS[name === "journal" && id ? "entry" : name || "write"]?.().catch(() => {});

/** So long at most. */
const WAITS_MS = 500;
/** Does something once the page has nothing else to do. @param {() => unknown} work */
export const whenIdle = (work) => (globalThis.requestIdleCallback ? requestIdleCallback(() => work(), { timeout: WAITS_MS }) : setTimeout(work));
