// The page begins here.
import { ApiError } from "./api.js";
import { html, render, useEffect, useState } from "./ui/html.js";
import { lookAtVault, startLock } from "./lock.js";
import { route, startRouter, useRoute } from "./router.js";
import { session, takeToken, useSession } from "./session.js";
import { s } from "./strings.js";
import { Guard } from "./ui/guard.js";
import { Shell } from "./ui/shell.js";
import { Away, Closed, NotFound, NotOpen, Unlock } from "./screens/door.js";
import { Help } from "./screens/help.js";

/** Screens come when they are first wanted. Each module has a default export that takes the route. */
const SCREENS = {
  // What the first screen needs is asked for at once, not one after the other.
  write: () => Promise.all([
    import("./screens/write.js"), import("./screens/write-look.js"), import("./screens/write-ways.js"), import("./screens/write-after.js"),
    import("./screens/write-kept.js"), import("./screens/reading.js"), import("./ui/marked.js"), import("./ui/dates.js"),
  ]).then(([module]) => module),
  journal: () => import("./screens/journal.js"),
  entry: () => import("./screens/entry.js"),
  parts: () => import("./screens/parts.js"),
  "check-in": () => import("./screens/check-in.js"),
  questionnaires: () => import("./screens/questionnaires.js"),
  practice: () => import("./screens/practice.js"),
  insight: () => import("./screens/insight.js"),
  settings: () => import("./screens/settings.js"),
};
const loaded = new Map();
const fetchScreen = (name) => SCREENS[name]().then((module) => { loaded.set(name, module.default); }, () => { loaded.set(name, Broken); });

/** A screen's component, or `null` while it is on its way. */
function useScreen(name) {
  const [, again] = useState(0);
  useEffect(() => {
    if (!SCREENS[name]) return;
    // It may have come between the drawing and now.
    const arrived = loaded.has(name) ? Promise.resolve() : fetchScreen(name);
    arrived.then(() => again((n) => n + 1));
  }, [name]);
  return loaded.get(name) ?? null;
}

/** Where a screen did not arrive: the service is gone, or another version of it is there. */
const Broken = () => html`<${NotOpen} error=${new ApiError({ status: 0, type: "unreachable", detail: s.problems.unreachable })} />`;

function App() {
  const route = useRoute();
  const { token, stale, vault, fault, away } = useSession();
  const Screen = useScreen(route.name);
  const isOpen = token && !stale;
  const isLocked = vault?.locked ?? false;

  let view;
  if (route.name === "help") view = html`<${Help} route=${route} />`;
  else if (away) return html`<${Away} />`;
  else if (!isOpen) view = html`<${Closed} stale=${stale} />`;
  else if (!vault) view = fault && html`<${NotOpen} error=${fault} />`;
  else if (isLocked) view = html`<${Unlock} />`;
  else if (route.name === "not-found") view = html`<${NotFound} />`;
  else view = Screen && html`<${Screen} route=${route} key=${route.path} />`;
  return html`<${Shell} route=${route} quiet=${!isOpen || isLocked || away}><${Guard} at=${route.turn}>${view}</${Guard}></${Shell}>`;
}

takeToken();
addEventListener("hashchange", () => { if (takeToken()) lookAtVault(); });
if (session().away) document.documentElement.classList.add("away");
// Both take their time; nothing waits for the first drawing.
lookAtVault();
if (SCREENS[route().name]) fetchScreen(route().name);
startRouter();
startLock();
render(html`<${App} />`, document.getElementById("app"));
