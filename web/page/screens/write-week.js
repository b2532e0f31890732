// The weekly look back below the first page of Write, where somebody turned it on and has not seen it yet.
import { api } from "../api.js";
import { week as says } from "../strings-insight.js";
import { fill, html, useEffect, useState } from "../ui/html.js";
import { shortDay } from "../ui/dates.js";

export function Week() {
  const [digest, set] = useState(null);
  useEffect(() => {
    let gone = false;
    // It is no matter if it can't be had: Insight has it, too.
    api("GET", "/insights/digest", { lockedIsAnswer: true }).then(({ data }) => { if (!gone && data.due) set(data.digest); }, () => {});
    return () => { gone = true; };
  }, []);
  if (!digest) return null;
  const seen = async () => {
    set(null);
    document.querySelector("textarea")?.focus({ preventScroll: true });
    await api("PUT", "/insights/digest", { body: { on: true } }).catch(() => {});
  };
  return html`
    <section class="after week" aria-labelledby="week">
      <h2 id="week">${fill(says.title, { from: shortDay(digest.from), to: shortDay(digest.to) })}</h2>
      ${digest.sentences.map((sentence) => html`<p key=${sentence} dir="auto">${sentence}</p>`)}
      <p class="row"><button type="button" onClick=${seen}>${says.seen}</button><a href="/insight">${says.more}</a></p>
    </section>`;
}
