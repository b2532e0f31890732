// Help in the place of everything, where the service has not worded it: what holds everywhere.
import { CountryLines } from "../screens/help-now.js";
import { s } from "../strings.js";
import { html, useEffect, useRef } from "./html.js";
import { EmergencyAdvice } from "./parts.js";

/** @param {{says:string, children?:any}} props */
export function HelpHere({ says, children }) {
  const top = useRef(null);
  useEffect(() => { top.current.focus({ preventScroll: true }); }, []);
  return html`
    <section class="escalation" role="alert" aria-label=${s.help.title} tabindex="-1" ref=${top}>
      <div class="says"><p>${says}</p></div>
      <${EmergencyAdvice} />
      <h2>${s.escalation.lines}</h2>
      <${CountryLines} />
      <p class="row"><a href="/help#plan">${s.help.planOpen}</a> <a href="/help#grounding">${s.help.toSenses}</a> <a href="/help#breathing">${s.help.breathing}</a></p>
      ${children}
    </section>`;
}
