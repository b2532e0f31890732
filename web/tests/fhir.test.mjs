// A report for a clinic's system: valid FHIR R4, and JSON as its own schema says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checker, WAYS } from "./fhir-check.mjs";
import { serve } from "./harness.mjs";

const target = process.env.EVENKEEL_WEB_TARGET ?? new URL("../../target/web", import.meta.url).pathname;
const Ajv2020 = createRequire(join(target, "package.json"))("ajv/dist/2020.js").default;

const NIGHT = JSON.stringify({ data: [{
  id: "a", day: "2026-03-01", type: "long_sleep", bedtime_start: "2026-02-28T23:10:00+00:00", bedtime_end: "2026-03-01T07:00:00+00:00",
  total_sleep_duration: 25200, deep_sleep_duration: 5400, rem_sleep_duration: 5400, light_sleep_duration: 14400, awake_time: 3000, average_hrv: 48, lowest_heart_rate: 52, average_heart_rate: 58.5,
}], next_token: null });
const SECTIONS = ["note", "questionnaires", "red_flags", "check_ins", "body", "habits_of_thought", "practice", "associations", "thought_records", "parts", "entries"];

let service;
let report;
before(async () => {
  service = await serve();
  const keep = async (path, body) => { const answer = await service.call("POST", path, body); assert.ok(answer.ok, `${path} ${answer.status}`); return answer.json(); };
  await keep("/questionnaires/phq-9/responses", { answers: [1, 2, 1, 1, 0, 1, 2, 1, 1], keep: true });
  await keep("/questionnaires/gad-7/responses", { answers: [1, 1, 2, 1, 0, 1, 2], keep: true });
  await keep("/questionnaires/hiq/responses", { answers: Array(15).fill(3), keep: true });
  await keep("/check-ins", { mood: 4, stress: 7, sleep_minutes: 390, help: [{ kind: "refused" }] });
  await keep("/body/cortisol", { amount: "12.3 nmol/L", specimen: "saliva", taken: "2026-03-01T07:40:00" });
  await keep("/parts", { name: "the Lid", role: "manager", fields: {}, ties: [], agreements: [], quotes: [] });
  const taken = await fetch(`${service.origin}/api/v1/body/import`, { method: "POST", headers: { Authorization: `Bearer ${service.token}` }, body: NIGHT });
  assert.equal(taken.status, 200);
  const entry = await keep("/entries", { text: "The blue chair & <b>the kitchen</b>." });
  const record = await keep("/thought-records", { content: { thought: "They will laugh.", belief: 80, belief_after: 40, feelings: [{ name: "fear", before: 70, after: 30 }] } });
  report = { from: "2020-01-01", to: "2029-12-31", sections: SECTIONS, answers: true, practice_words: true, entries: [entry.id], thought_records: [record.id], name: "A. Person", note: "For Tuesday." };
});
after(() => service.stop());

const made = async (form, chosen = report) => {
  const answer = await service.call("POST", `/reports?form=${form}`, { report: chosen });
  assert.equal(answer.status, 200);
  return answer;
};

test("a bundle of everything, and one of nothing but a period, are FHIR R4", async () => {
  const problems = checker();
  const whole = await (await made("fhir")).json();
  assert.deepEqual(problems(whole), []);
  const kinds = new Set(whole.entry.map((entry) => entry.resource.resourceType));
  for (const kind of ["Patient", "Questionnaire", "QuestionnaireResponse", "Observation", "Consent", "Provenance"]) assert.ok(kinds.has(kind), kind);
  assert.deepEqual(problems(await (await made("fhir", { from: "2026-01-01", to: "2026-01-02", sections: ["check_ins"] })).json()), []);
  for (const [name, breaks] of Object.entries(WAYS)) {
    const broken = structuredClone(whole);
    breaks(broken);
    assert.notDeepEqual(problems(broken), [], name);
  }
});

test("a report as JSON is what its schema says", async () => {
  const schema = JSON.parse(readFileSync(new URL("../../docs/report.schema.json", import.meta.url), "utf8"));
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  const value = await (await made("json")).json();
  assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
  assert.ok(!validate({ ...value, report: { ...value.report, head: { ...value.report.head, made_at: 5 } } }));
});

test("a PDF is one, and says nothing in its name", async () => {
  const answer = await made("pdf");
  assert.match(answer.headers.get("content-disposition"), /filename="notes-\d{4}-\d{2}\.pdf"/);
  assert.equal(Buffer.from(await answer.arrayBuffer()).subarray(0, 5).toString(), "%PDF-");
});
