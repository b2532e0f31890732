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

/** Fetches a file that is needed soon, and does not run it yet. */
function ahead(file) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = `/page/${file}.js`;
  document.head.append(link);
}
/** A screen and all that it stands on, asked for at once and not one after the other. A test compares the names. */
const screen = (name, ...others) => () => {
  others.splice(0).forEach(ahead);
  return import(`./screens/${name}.js`);
};
const HELP = ["ui/escalation", "screens/help-now", "ui/country", "ui/told"];

/** Screens come when they are first wanted. Each module has a default export that takes the route. */
export const SCREENS = {
  write: screen("write", "screens/reading", "ui/thought"),
  journal: screen("journal", "ui/dates", "ui/marked", "ui/record", "ui/words"),
  entry: screen("entry", "ui/dates", "ui/marked", "ui/record", "ui/thought", ...HELP),
  parts: screen("parts", "strings-days", "screens/part", "screens/part-name", "screens/part-notes", "screens/parts-map", "screens/talk",
    "screens/talk-keep", "screens/talks", "screens/grounding", "screens/guided", "ui/dates", "ui/form", "ui/help-here", "ui/save", "ui/svg", ...HELP),
  "check-in": screen("check-in", "strings-days", "screens/check-in-fields", "screens/check-in-form", "screens/talk-keep", "ui/dates", "ui/form", ...HELP),
  questionnaires: screen("questionnaires", "strings-days", "screens/sheet", "screens/sheet-question", "screens/sheet-result", "screens/reflect",
    "screens/reflect-question", "screens/reflect-result", "screens/grounding", "screens/guided", "ui/chart", "ui/dates", "ui/form", "ui/help-here", "ui/sheet-points", "ui/svg", ...HELP),
  practice: screen("practice", "strings-days", "screens/practice-exercises", "screens/practice-people", "screens/practice-plan",
    "screens/practice-read", "screens/practice-steps", "screens/guided", "screens/talk-keep", "ui/dates", "ui/form", ...HELP),
  insight: screen("insight", "strings-insight", "screens/insight-days", "screens/insight-over-time", "screens/insight-together", "screens/insight-what",
    "screens/insight-words", "ui/chart", "ui/course-chart", "ui/dates", "ui/pair-charts", "ui/range-chart", "ui/scale", "ui/sheet-points", "ui/svg", "ui/table"),
  report: screen("report", "strings-report", "screens/report-make", "screens/report-pick", "screens/report-preview", "ui/dates", "ui/form", "ui/save", "ui/words"),
  help: screen("help", "screens/help-now", "ui/country"),
  settings: screen("settings", "screens/settings-carry", "screens/settings-lock", "screens/settings-models", "screens/settings-remind", "screens/settings-said",
    "ui/dates", "ui/save", "ui/sizes", ...HELP),
  body: screen("settings-body", "strings-insight", "ui/dates", "ui/sizes"),
};
const [, name, id] = location.pathname.split("/");
const deeper = { journal: "entry", settings: "body" };
SCREENS[(id && deeper[name]) || name || "write"]?.().catch(() => {});

/** So long at most. */
const WAITS_MS = 500;
/** Does something once the page has nothing else to do. @param {() => unknown} work */
export const whenIdle = (work) => (globalThis.requestIdleCallback ? requestIdleCallback(() => work(), { timeout: WAITS_MS }) : setTimeout(work));
