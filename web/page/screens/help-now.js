// Help that needs nothing but this file: what to do in danger, and people to talk to.
import { api } from "../api.js";
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { Country } from "../ui/country.js";
import { fill, html } from "../ui/html.js";
import { Problem, useAsked } from "../ui/parts.js";

/** A number to call: what can be dialled becomes a link. */
export function Phone({ number }) {
  const dialled = /^[+\d][\d\s().-]*/.exec(number)?.[0].trim();
  if (!dialled || dialled.replace(/\D/g, "").length < 2) return html`<span class="phone">${number}</span>`;
  return html`<span class="phone"><a href=${`tel:${dialled.replace(/[^\d+]/g, "")}`}><bdi>${dialled}</bdi></a>${number.slice(dialled.length)}</span>`;
}

const address = (place) => html`<a href=${`https://${place}`} target="_blank" rel="noopener noreferrer">${place}</a>`;

/** Lines to call. @param {{lines:any[]}} props as the service lists them */
export function Lines({ lines }) {
  return html`
    <ul class="lines">
      ${lines.map((line) => html`
        <li key=${line.name}>
          <p class="line-name">${line.name}</p>
          ${line.phone && html`<p><${Phone} number=${line.phone} /></p>`}
          ${line.text && html`<p>${fill(s.help.text, { text: line.text })}</p>`}
          ${line.chat && html`<p>${s.help.chat} ${address(line.chat)}</p>`}
          ${line.web && html`<p>${address(line.web)}</p>`}
          <p class="hint">${[line.hours, line.languages?.join(", "), line.cost].filter(Boolean).join(" · ")}${line.stale ? ` · ${fill(s.help.stale, { day: line.verified_on })}` : ""}</p>
        </li>`)}
    </ul>`;
}

/** The lines of the person's country, as the service lists them. */
export function useLines() {
  const { country } = useSession();
  const query = country ? `?country=${country}` : "";
  return { country, ...useAsked(async () => (await api("GET", `/helplines${query}`, { lockedIsAnswer: true })).data, [country]) };
}

function Emergency({ data }) {
  if (data.emergency.length === 0) return null;
  return html`<p class="emergency">${fill(s.help.emergencyIn, { country: data.country_name })} ${data.emergency.map((one, n) => html`<span key=${one.number}>${n > 0 ? `, ` : ""}<${Phone} number=${one.number} />${data.emergency.length > 1 ? ` (${one.reaches.map((what) => s.help.reaches[what] ?? what).join(", ")})` : ""}</span>`)}</p>`;
}

/** The lines of the person's country, and a way to say which that is. */
export const CountryLines = () => html`<${LinesHere} ...${useLines()} />`;

/** As `CountryLines`, of lines that were asked for elsewhere. @param {ReturnType<typeof useLines>} props */
export function LinesHere({ country, data, error, again }) {
  return html`
    <${Country} />
    <${Problem} error=${error} again=${again} />
    ${data && html`
      <${Emergency} data=${data} />
      ${country && data.note && html`<p>${data.note}</p>`}
      ${(country || !data.listed) && html`<${Lines} lines=${data.lines} />`}`}`;
}

/** The first of those lines, and no more than a name and where it is reached. */
export function FirstLine() {
  const { country, data, error, again } = useLines();
  const line = data?.lines[0];
  return html`
    ${!country && html`<${Country} />`}
    <${Problem} error=${error} again=${again} />
    ${data && html`
      ${line && html`<p><span class="line-name">${line.name}</span> ${line.phone ? html`<${Phone} number=${line.phone} />` : line.web && address(line.web)}</p>`}
      <${Emergency} data=${data} />`}`;
}
