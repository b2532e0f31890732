// Help. It opens at once, also while the journal is locked, without a token and without the service.
import { unreachable } from "../api.js";
import { beforeHelp } from "../router.js";
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef, useState } from "../ui/html.js";
import { EmergencyAdvice, Problem, later } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { LinesHere, useLines } from "./help-now.js";

/** What stands behind the links of Help. */
const useWays = later(() => import("./help-ways.js"));

/** @param {{route:import("../router.js").Route}} props */
export default function Help({ route }) {
  const { token, stale } = useSession();
  const says = s.help;
  const [ways, fetchWays] = useWays();
  const { Breathing, Senses, Plan } = ways || {};
  const titles = { breathing: says.breathing, grounding: says.senses, plan: says.plan };
  if (titles[route.hash] && !ways) return html`<${Screen} key=${route.hash} title=${titles[route.hash]}>${ways === false && html`<${EmergencyAdvice} /><${Problem} error=${unreachable()} again=${fetchWays} />`}</${Screen}>`;
  if (route.hash === "breathing") return html`<${Screen} key="breathing" title=${titles.breathing}><${Breathing} /><${Back} /></${Screen}>`;
  if (route.hash === "grounding") return html`<${Screen} key="grounding" title=${titles.grounding}><${Senses} /><${Back} /></${Screen}>`;
  if (route.hash === "plan") return html`<${Screen} key="plan" title=${titles.plan}>${token && !stale ? html`<${Plan} route=${route} />` : html`<p>${says.planClosed}</p>`}<${Back} /></${Screen}>`;
  return html`<${All} key="h" />`;
}

/** So long what stands below the lines to call waits for them at most, so that it stays where it is. */
const LINES_MS = 1500;

function All() {
  const says = s.help;
  const lines = useLines();
  const [waited, wait] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => wait(true), LINES_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`
    <${Screen} title=${says.title}>
      <${EmergencyAdvice} />
      <${Return} />
      <${Part} title=${says.lines}><${LinesHere} ...${lines} /></${Part}>
      ${(waited || lines.data || lines.error) && html`
      <${Part} title=${says.steady}>
        <p>${says.steadyLead}</p>
        <ul class="plain">
          <li><a href="/help#grounding">${says.toSenses}</a><span class="hint">${says.sensesHint}</span></li>
          <li><a href="/help#breathing">${says.breathing}</a><span class="hint">${says.breathingHint}</span></li>
        </ul>
      </${Part}>
      <${Part} title=${says.plan}>
        <p>${says.planLead}</p>
        <p><a href="/help#plan">${says.planOpen}</a></p>
      </${Part}>
      <p class="hint">${says.limits}</p>`}
    </${Screen}>`;
}

function Part({ title, says, children }) {
  return html`<section class="part"><h2>${title}</h2>${says && html`<p>${says}</p>`}${children}</section>`;
}

function Back() {
  const top = useRef(null);
  useEffect(() => { scrollTo(0, 0); }, []);
  return html`<p class="after" ref=${top}><a href="/help">${s.help.back}</a></p><${Return} />`;
}

/** Screens on which something is written. */
const WRITES = new Set(["write", "entry", "parts", "check-in", "questionnaires", "practice"]);

/** The way back to the screen that somebody came from. A locked or hidden page has its own. */
function Return() {
  const { token, stale, vault, away } = useSession();
  const from = beforeHelp();
  if (!from || !token || stale || away || !vault || vault.locked) return null;
  return html`<p><a href=${from.address}>${WRITES.has(from.name) ? s.help.toWriting : fill(s.help.toScreen, { name: s.shell.names[from.name] })}</a></p>`;
}
