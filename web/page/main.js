// The page begins here.
import { pause, unreachable } from "./api.js";
import { SCREENS, whenIdle } from "./begin.js";
import { html, render, useEffect, useState } from "./ui/html.js";
import { lookAtVault, startLock } from "./lock.js";
import { route, startRouter, useRoute } from "./router.js";
import { session, takeToken, useSession } from "./session.js";
import { Guard } from "./ui/guard.js";
import { EmergencyAdvice } from "./ui/parts.js";
import { Shell } from "./ui/shell.js";
import { Away, Closed, NotFound, NotOpen, Unlock } from "./screens/door.js";

/** So long the first drawing waits for what belongs to it. */
const SOON_MS = 100;

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

/** Where a screen did not arrive: the service is gone, or another version of it is there. Help holds its first lines even so. */
const Broken = ({ route: { name } }) => html`
  ${name === "help" && html`<${EmergencyAdvice} />`}
  <${NotOpen} error=${unreachable()} />`;

function App() {
  const route = useRoute();
  const { token, stale, vault, fault, away } = useSession();
  const Screen = useScreen(route.name);
  const isOpen = token && !stale;
  const isLocked = vault?.locked ?? false;

  let view;
  if (route.name === "help") view = Screen && html`<${Screen} route=${route} />`;
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
const known = Promise.allSettled([lookAtVault(), SCREENS[route().name] && fetchScreen(route().name)]);
startRouter();
startLock();
// What is known by then is drawn at once and whole; what takes longer comes when it is here.
Promise.race([known, pause(SOON_MS)]).then(() => {
  render(html`<${App} />`, document.getElementById("app"));
  // Help, and what stands behind its links, is here before it is wanted.
  whenIdle(() => {
    if (!loaded.has("help")) fetchScreen("help");
    import("./screens/help-ways.js").catch(() => {});
  });
});
