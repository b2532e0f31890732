// Days: on how many something was kept, what was kept on this one before, and the week that is over.
import { api } from "../api.js";
import { insight as says } from "../strings-insight.js";
import { fill, html, useState } from "../ui/html.js";
import { addDays, day, shortDay } from "../ui/dates.js";
import { Check, Problem, useAsked, useWork } from "../ui/parts.js";
import { Part } from "./insight-words.js";

/** Counted and never broken. */
export const Kept = ({ data: { streaks } }) => html`<${Part} title=${says.kept} says=${streaks.says} />`;

/** Which of what was kept then are entries: thought records lie elsewhere. */
async function placesOf(kept) {
  const days = [...new Set(kept.filter((one) => one.kind === "written").map((one) => one.day))];
  const pages = await Promise.all(days.map((one) => api("GET", `/entries?limit=100&from=${addDays(one, -1)}&until=${addDays(one, 2)}`)));
  const entries = new Set(pages.flatMap(({ data }) => data.entries.map((entry) => entry.id)));
  return kept.map((one) => {
    const [words, href] = one.kind === "check_in" ? [says.checkInOf, `/check-in?edit=${one.id}`] : entries.has(one.id) ? [says.entryOf, `/journal/${one.id}`] : [says.recordOf, "/journal?view=records"];
    return { id: one.id, href, words: fill(words, { day: day(one.day) }) };
  });
}

/** A month and a year ago. What follows comes after it, so that nothing is pushed down. */
export function OnThisDay({ data: { on_this_day: on }, children }) {
  const kept = [...on.year_ago, ...on.month_ago];
  const asked = useAsked(() => placesOf(kept));
  if (!asked.data && !asked.error) return null;
  return html`
    <${Part} title=${says.onThisDay} says=${on.says}>
      <${Problem} error=${asked.error} again=${asked.again} />
      ${asked.data && html`<ul class="plain">${asked.data.map((one) => html`<li key=${one.id}><a href=${one.href}>${one.words}</a></li>`)}</ul>`}
    </${Part}>
    ${children}`;
}
OnThisDay.is = ({ on_this_day: on }) => on.year_ago.length + on.month_ago.length > 0;
OnThisDay.holds = true;

/** The week that is over, and whether it is to be shown in Write. */
export function Week({ data: { digest }, weekly }) {
  const [on, set] = useState(weekly.on);
  const choose = useWork(async (next) => {
    set(next);
    try { set((await api("PUT", "/insights/digest", { body: { on: next } })).data.on); } catch (error) { set(!next); throw error; }
  });
  const { from, to, sentences } = weekly.digest ?? digest;
  return html`
    <${Part} title=${says.week}>
      <p class="hint">${fill(says.weekFrom, { from: shortDay(from), to: shortDay(to) })}</p>
      ${sentences.map((sentence) => html`<p key=${sentence} dir="auto">${sentence}</p>`)}
      <${Check} label=${says.weekOn} hint=${says.weekOnHint} checked=${on} onInput=${choose.run} />
      <${Problem} error=${choose.error} />
    </${Part}>`;
}
