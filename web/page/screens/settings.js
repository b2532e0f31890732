// Settings: the lock, the model, taking it along, leaving, and what this program is.
import { useSession } from "../session.js";
import { s } from "../strings.js";
import { html, useEffect, useRef } from "../ui/html.js";
import { Screen } from "../ui/screen.js";
import { Backups, Carry, Erase, useBackups } from "./settings-carry.js";
import { Reminders } from "./settings-remind.js";
import { LockSettings } from "./settings-lock.js";
import { Models, useModels } from "./settings-models.js";
import { Said, useSaid } from "./settings-said.js";

/** @param {{route:import("../router.js").Route}} props */
export default function Settings({ route }) {
  const { vault } = useSession();
  const says = s.settings;
  const models = useModels();
  const said = useSaid();
  const backups = useBackups();
  const model = useRef(null);
  const isThere = Boolean((models.data || models.error) && (said.data || said.error));
  // Whoever was led here for the model gets to it.
  useEffect(() => {
    if (route.hash !== "model" || !isThere) return;
    model.current.scrollIntoView();
    model.current.focus({ preventScroll: true });
  }, [isThere, route.turn]);
  // What follows these waits for them, so that nothing is pushed down.
  return html`
    <${Screen} title=${says.title}>
      <section class="part"><h2>${says.lock.title}</h2><${LockSettings} vault=${vault} /></section>
      ${isThere && html`
        <section class="part"><h2 id="model" tabindex="-1" ref=${model}>${says.models.title}</h2><${Models} asked=${models} /></section>
        <section class="part"><h2>${says.remind.heading}</h2><${Reminders} /></section>
        <section class="part"><h2>${says.said.title}</h2><${Said} asked=${said} /></section>
        ${[["body", "/settings/body"], ["report", "/report"]].map(([name, href]) => html`<section key=${name} class="part"><h2>${says[name].title}</h2><p>${says[name].says}</p><p><a href=${href}>${says[name].open}</a></p></section>`)}
        <section class="part"><h2>${says.carry.title}</h2><${Carry} /></section>
        <section class="part"><h2>${says.backups.title}</h2><${Backups} asked=${backups} /></section>
        <${Erase} backups=${backups} />
        <section class="part" id="about"><h2>${says.about.title}</h2>${says.about.says.map((line) => html`<p key=${line}>${line}</p>`)}<p class="hint">${says.about.licences} <a href="/page/vendor/LICENSE-preact" target="_blank">MIT</a>, <a href="/page/vendor/LICENSE-htm" target="_blank">Apache-2.0</a></p></section>`}
    </${Screen}>`;
}
