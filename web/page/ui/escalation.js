// What stands in the place of everything else when words speak of danger.
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { CountryLines, FirstLine, Lines, Phone } from "../screens/help-now.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { Screen } from "./screen.js";
import { Told } from "./told.js";

/**
 * Help, as the service gives it. It takes the focus.
 * @param {{escalation:any, onNotMeant?:()=>void, children?:any}} props
 *   `onNotMeant`: what "that's not what I meant" does; left out in an emergency.
 */
export function Escalation({ escalation, onNotMeant, children }) {
  const { country } = useSession();
  const top = useRef(null);
  useEffect(() => {
    top.current.focus({ preventScroll: true });
    const { top: at } = top.current.getBoundingClientRect();
    if (at < 0 || at > innerHeight / 2) top.current.scrollIntoView({ block: "start" });
  }, [escalation]);
  const says = s.escalation;
  const { plan } = escalation;
  const isOwn = plan?.state === "written" && (plan.people?.length > 0 || plan.coping?.length > 0);
  return html`
    <section class="escalation" role="alert" aria-label=${s.help.title} tabindex="-1" ref=${top}>
      <div class="says">${escalation.message.split("\n").map((line) => html`<p key=${line}>${line}</p>`)}</div>
      ${escalation.emergency_numbers.length > 0 && html`<p class="emergency">${says.emergency} ${escalation.emergency_numbers.map((number, n) => html`<span key=${number}>${n > 0 ? `, ` : ""}<${Phone} number=${number} /></span>`)}</p>`}
      ${isOwn && html`
        <h2>${says.plan}</h2>
        ${plan.people?.length > 0 && html`<ul class="lines">${plan.people.map((one) => html`<li key=${one.name}><p class="own" dir="auto">${one.name}</p>${one.phone && html`<p><${Phone} number=${one.phone} /></p>`}</li>`)}</ul>`}
        ${plan.coping?.length > 0 && html`<ul class="plain">${plan.coping.map((line) => html`<li key=${line} class="own" dir="auto">${line}</li>`)}</ul>`}`}
      <h2>${says.lines}</h2>
      ${country && escalation.emergency_numbers.length > 0 ? html`<${Lines} lines=${escalation.helplines} /><p class="hint">${escalation.note}</p>` : html`<${CountryLines} />`}
      <h2>${says.steps}</h2>
      <ol class="steps">${escalation.steps.map((step) => html`<li key=${step}>${below(step)}</li>`)}</ol>
      ${plan?.text && !isOwn && html`<p>${plan.text}</p>`}
      <p class="row"><a href="/help#plan">${s.help.planOpen}</a> <a href="/help#grounding">${s.help.toSenses}</a> <a href="/help#breathing">${s.help.breathing}</a></p>
      ${onNotMeant && html`<p class="after"><button type="button" class="quiet" onClick=${onNotMeant}>${says.notMeant}</button></p>`}
      ${children}
    </section>`;
}

/** The steps follow the lines here, so those stand above them. @param {string} step */
const below = (step) => step.replace(/\b(lines?) below\b/g, "$1 above");

/**
 * Help first; what was asked for is a click away.
 * @param {{escalation:any, see:string, children:any}} props `see`: the words of that click
 */
export function HelpFirst({ escalation, see, children }) {
  const [seen, set] = useState(false);
  if (!escalation || seen) return children;
  return html`
    <${Screen} key="help" title=${s.help.title} hideTitle>
      <${Escalation} escalation=${escalation}>
        <p class="row after"><button type="button" onClick=${() => set(true)}>${see}</button></p>
      </${Escalation}>
    </${Screen}>`;
}

/**
 * What stays once "that's not what I meant" was said: the first line at once, the others a click away.
 * @param {{steps:string[]}} props
 */
export function StaysHere({ steps }) {
  const says = s.escalation;
  const top = useRef(null);
  useEffect(() => {
    top.current.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return html`
    <section class="support" aria-label=${s.help.title} tabindex="-1" ref=${top}>
      <p class="lead" role="status">${says.stays}</p>
      <${FirstLine} />
      <details>
        <summary>${says.more}</summary>
        <ul class="plain">${steps.map((step) => html`<li key=${step}><${Told} text=${step} /></li>`)}</ul>
        <${CountryLines} />
      </details>
    </section>`;
}

/** What stands beside an ordinary reply. @param {{support:any}} props */
export function Support({ support }) {
  const { country } = useSession();
  if (!support) return null;
  return html`
    <section class="support" aria-label=${s.escalation.beside}>
      ${support.message.split("\n").map((line) => html`<p key=${line}>${line}</p>`)}
      <details>
        <summary>${s.escalation.more}</summary>
        <ul class="plain">${support.steps.map((step) => html`<li key=${step}><${Told} text=${step} /></li>`)}</ul>
        ${country && !support.note?.includes("`") ? html`<${Lines} lines=${support.helplines} />${support.note && html`<p class="hint">${support.note}</p>`}` : html`<${CountryLines} />`}
      </details>
    </section>`;
}
