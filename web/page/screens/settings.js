// Settings: the lock, the model, taking it along, leaving, and what this program is.
import { api } from "../api.js";
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { fill, html } from "../ui/html.js";
import { Problem, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Backups, Carry, Erase, useBackups } from "./settings-carry.js";
import { Reminders } from "./settings-remind.js";
import { LockSettings } from "./settings-lock.js";

export default function Settings() {
  const { vault } = useSession();
  const says = s.settings;
  const models = useModels();
  const backups = useBackups();
  // What follows the models waits for them, so that nothing is pushed down.
  return html`
    <${Screen} title=${says.title}>
      <section class="part"><h2>${says.lock.title}</h2><${LockSettings} vault=${vault} /></section>
      ${(models.data || models.error) && html`
        <section class="part"><h2>${says.models.title}</h2><${Models} asked=${models} /></section>
        <section class="part"><h2>${says.remind.heading}</h2><${Reminders} /></section>
        <section class="part"><h2>${says.carry.title}</h2><${Carry} /></section>
        <section class="part"><h2>${says.backups.title}</h2><${Backups} asked=${backups} /></section>
        <${Erase} backups=${backups} />
        <section class="part" id="about"><h2>${says.about.title}</h2>${says.about.says.map((line) => html`<p key=${line}>${line}</p>`)}<p class="hint">${says.about.licences} <a href="/page/vendor/LICENSE-preact" target="_blank">MIT</a>, <a href="/page/vendor/LICENSE-htm" target="_blank">Apache-2.0</a></p></section>`}
    </${Screen}>`;
}

/** Bytes in words. @param {number} bytes */
export const size = (bytes) => (bytes >= 1e9 ? fill(s.settings.models.gb, { n: (bytes / 1e9).toFixed(1) }) : fill(s.settings.models.mb, { n: Math.max(1, Math.round(bytes / 1e6)) }));

const useModels = () => useAsked(async () => {
  const [health, models] = await Promise.all([api("GET", "/health"), api("GET", "/models", { lockedIsAnswer: true })]);
  return { state: health.data.model, models: models.data.models };
});

function Models({ asked }) {
  const says = s.settings.models;
  return html`
    <${Problem} error=${asked.error} again=${asked.again} />
    ${asked.data && html`
      <p>${says.states[asked.data.state]}</p>
      <details>
      <summary>${says.list}</summary>
      <ul class="plain">
        ${asked.data.models.map((model) => html`
          <li key=${model.name}>
            <span class="line-name">${model.name}</span>
            <span class="hint">${[size(model.bytes), model.path ? says.present : says.missing, model.default && asked.data.state === "ready" ? says.used : null].filter(Boolean).join(" · ")}</span>
            <span class="hint">${model.summary}</span>
          </li>`)}
      </ul>
      <p class="hint">${says.fetch} <code>evenkeel models pull</code></p>
      </details>`}`;
}
