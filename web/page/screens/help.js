// Help. It opens at once, also while the journal is locked, without a token and without the service.
import { beforeHelp } from "../router.js";
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { fill, html, useEffect, useRef } from "../ui/html.js";
import { EmergencyAdvice } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Breathing, Senses } from "./grounding.js";
import { CountryLines } from "./help-now.js";
import { Plan } from "./plan.js";

/** @param {{route:import("../router.js").Route}} props */
export default function Help({ route }) {
  const { token, stale } = useSession();
  const says = s.help;
  if (route.hash === "breathing") return html`<${Screen} key="b" title=${says.breathing}><${Breathing} /><${Back} /></${Screen}>`;
  if (route.hash === "grounding") return html`<${Screen} key="g" title=${says.senses}><${Senses} /><${Back} /></${Screen}>`;
  if (route.hash === "plan") return html`<${Screen} key="p" title=${says.plan}>${token && !stale ? html`<${Plan} />` : html`<p>${says.planClosed}</p>`}<${Back} /></${Screen}>`;
  return html`
    <${Screen} key="h" title=${says.title}>
      <${EmergencyAdvice} />
      <${Return} />
      <${Part} title=${says.lines}><${CountryLines} /></${Part}>
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
      <p class="hint">${says.limits}</p>
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
