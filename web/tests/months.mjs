// Months of somebody's days, as a file that `/import` takes: check-ins, entries, sheets, tries, values of a wearable. They are
// always the same for one `until`: the numbers come from a small generator with a fixed beginning.
import assert from "node:assert/strict";

/** Numbers from 0 to 1, always the same (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let n = Math.imul(state ^ (state >>> 15), 1 | state);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const within = (low, high, n) => Math.round(Math.min(high, Math.max(low, n)));
const DAY_MS = 86_400_000;

/**
 * An export of `days` days up to `until`. Planted: mood rises, stress falls; after short nights mood is lower on that day; Mondays
 * are the most stressful; "work" comes with mind reading; a call helps most; tries go better than predicted; belief falls.
 * @param {{days?:number, until?:Date, kinds?:string[]}} [options] `kinds`: only these of the export's lists
 */
export function months({ days = 120, until = new Date(), kinds } = {}) {
  const random = numbers(7);
  const bell = () => random() + random() + random() + random() - 2;
  let made = 0;
  // The time is that of the making; the rest counts up, so that each is another and the order is known.
  const id = (at) => {
    const hex = new Date(at).getTime().toString(16).padStart(12, "0");
    made += 1;
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${made.toString(16).padStart(12, "0")}`;
  };
  const end = Date.UTC(until.getUTCFullYear(), until.getUTCMonth(), until.getUTCDate());
  const stamp = (n, hour) => new Date(end - n * DAY_MS + hour * 3_600_000).toISOString();
  const kept = (at, content) => ({ id: id(at), written: at, saved: at, content });
  const found = { checkins: [], entries: [], thought_records: [], practices: [], questionnaire_responses: [], body: [] };
  for (let n = days; n >= 1; n -= 1) {
    const far = 1 - n / days;
    const day = stamp(n, 0).slice(0, 10);
    const weekday = new Date(end - n * DAY_MS).getUTCDay();
    const night = bell();
    const sleep = within(240, 600, 420 + 70 * night);
    const mood = within(0, 10, 3.5 + 3 * far + 1.6 * night + 0.9 * bell());
    const stress = within(0, 10, 6.5 - 2 * far + (weekday === 1 ? 2.2 : 0) + 0.9 * bell());
    found.body.push({ measure: "resting_heart_rate", day, origin: "oura", value: within(45, 80, 60 + 3 * bell()), samples: 1, source: "ring" });
    found.body.push({ measure: "sleep", day, origin: "oura", value: sleep - within(0, 40, 20 + 10 * bell()), samples: 1, source: "ring" });
    // Nobody checks in every day.
    if (random() > 0.85) continue;
    const coping = random() < 0.5 ? [{ what: "a walk by the canal", helped: within(0, 10, 6 + 1.5 * bell()) }] : random() < 0.5 ? [{ what: "a call with Ana", helped: within(0, 10, 8 + bell()) }] : [];
    found.checkins.push(kept(stamp(n, 20), { mood, stress, sleep_minutes: sleep, caffeine: within(0, 6, 2 + bell()), coping }));
    if (n % 3 !== 0) continue;
    const isWork = random() < 0.4;
    const at = stamp(n, 18.5);
    const entry = { id: id(at), version: 1, written: at, saved: at, text: isWork ? "She read it and said nothing. She must think it is bad." : "A quiet day. I cooked and went to bed early.", mood, tags: isWork ? ["work"] : ["home"] };
    const model = { name: "months", sha256: "0".repeat(64), prompt: "1" };
    const guess = isWork || random() < 0.1 ? [{ slug: "mind_reading", probability: 0.9, spans: [] }] : random() < 0.3 ? [{ slug: "catastrophizing", probability: 0.8, spans: [] }] : [];
    found.entries.push({ entry, revisions: [], screenings: [], recognitions: [{ version: 1, at, probabilities: {}, found: guess, model }] });
    if (n % 9 === 0) {
      const belief = within(50, 100, 80 + 12 * bell());
      found.thought_records.push({ record: { ...kept(at, { thought: "She must think it is bad.", belief, belief_after: within(0, 100, belief - 35 + 14 * bell()), feelings: [{ name: "shame", before: 70, after: within(0, 100, 40 + 20 * bell()) }] }), version: 1, entry: null }, screenings: [] });
    }
    if (n % 12 === 0) {
      const level = n > days / 2 ? 1 : 2;
      const outcome = { happened: "They said yes at once.", distress: within(0, 100, 30 * level + 12 * bell()), against: random() < 0.6 ? "better" : random() < 0.6 ? "same" : "worse" };
      found.practices.push(kept(at, { step: level === 1 ? "directions" : "advice", level, text: level === 1 ? "Ask somebody for directions." : "Ask for advice.", predicted: "They will be annoyed.", outcome }));
    }
  }
  for (const [n, answers] of [[1, 2], [0.5, 1], [0.1, 0]].map(([part, each]) => [Math.round(days * part), each])) {
    const at = stamp(n, 19);
    const total = answers * 8 + (answers ? 1 : 2);
    const each = Array.from({ length: 9 }, (_, item) => ({ item: String(item + 1), value: item === 8 ? 0 : item === 0 ? total - answers * 7 : answers }));
    const band = total >= 15 ? "moderately_severe" : total >= 10 ? "moderate" : total >= 5 ? "mild" : "minimal";
    found.questionnaire_responses.push({ id: id(at), begun: at, saved: at, content: { questionnaire: "phq-9", edition: 1, answers: each, result: { total, max: 27, band, subscales: {}, missing: 0 }, help: null } });
  }
  const chosen = Object.fromEntries(Object.entries(found).filter(([kind]) => !kinds || kinds.includes(kind)));
  return { evenkeel_export: 1, exported: until.toISOString(), entries: [], thought_records: [], drafts: [], ...chosen };
}

/** Puts months into the journal of a service. @param {{call:Function}} service @param {Parameters<typeof months>[0]} [options] */
export async function lived(service, options) {
  const file = months(options);
  const answer = await service.call("POST", "/import", file);
  assert.equal(answer.status, 200, await answer.text());
  return file;
}
