// What the person said of reframes, what follows from it, and forgetting it.
import { api } from "../api.js";
import { s } from "../strings.js";
import { html, useState } from "../ui/html.js";
import { dayAndTime } from "../ui/dates.js";
import { Confirm, Problem, useAsked, useWork } from "../ui/parts.js";

/** What is kept of it, asked for by the screen. */
export const useSaid = () => useAsked(async () => (await api("GET", "/reframe-feedback")).data);

/** @param {{asked:ReturnType<typeof useSaid>}} props */
export function Said({ asked }) {
  const says = s.settings.said;
  const [gone, setGone] = useState(false);
  const forget = useWork(async () => { await api("DELETE", "/reframe-feedback"); setGone(true); asked.again(); });
  const said = asked.data?.said ?? [];
  return html`
    ${asked.data?.says.map((line) => html`<p key=${line}>${line}</p>`)}
    ${said.length > 0 && html`
      <details>
        <summary>${says.list}</summary>
        <ul class="plain">${said.map((one) => html`
          <li key=${one.id}>
            <span class="hint">${dayAndTime(one.at)} · ${says.verdicts[one.verdict]}</span>
            ${one.edited ? html`<span class="own" dir="auto">${one.edited}</span>` : html`<span>${one.text ?? says.written}</span>`}
          </li>`)}
        </ul>
      </details>
      <${Confirm} label=${says.forget} question=${says.forgetAsk} yes=${says.forgetYes} onYes=${forget.run} />`}
    ${gone && said.length === 0 && html`<p role="status">${says.forgotten}</p>`}
    <${Problem} error=${asked.error ?? forget.error} again=${asked.again} />`;
}
