// What was noted, drawn; and a plain word where there is too little.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HAS_MODEL, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve({ model: HAS_MODEL }), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const daysAgo = (n) => new Date(Date.now() - n * 86_400_000).toISOString();

test("nothing noted is said plainly", async () => {
  const page = await open(browser, service, { path: "/insight" });
  await page.getByText("Nothing is noted yet that could be drawn").waitFor();
  await page.getByText("No habit of thought was noticed").waitFor();
  await page.getByText("No questionnaire was filled in yet").waitFor();
  assert.equal(await page.getByRole("img").count(), 0);
  await holds(page);
  await page.sound();
  await page.done();
});

test("mood is drawn from three days on, with a sentence and a table", async () => {
  await service.call("POST", "/entries", { text: "A slow day.", mood: 3, written: daysAgo(20) });
  await service.call("POST", "/check-ins", { mood: 6, stress: 4 });
  const page = await open(browser, service, { path: "/insight" });
  await page.getByText("Mood was noted on 2 days in this time").waitFor();
  assert.equal(await page.getByRole("img").count(), 0);
  await service.call("POST", "/entries", { text: "Better.", mood: 7, written: daysAgo(9) });
  await page.reload();
  await page.getByText("Mood was noted on 3 days, between 3 and 7. On half of them it was 6 or more.").waitFor();
  await page.getByRole("img", { name: /^Mood by day: / }).waitFor();
  await page.getByText("As a table").first().click();
  assert.equal(await page.getByRole("row").count(), 4);
  await holds(page);
  await page.getByRole("radio", { name: "Stress" }).check();
  await page.getByText("Stress was noted on one day").waitFor();
  await page.sound();
  await page.done();
});

test("questionnaires and habits of thought stand beside it", async () => {
  for (const answers of [[1, 2], [2, 2]]) await service.call("POST", "/questionnaires/gad-2/responses", { answers, keep: true });
  if (HAS_MODEL) {
    for (const text of ["She didn't answer. She must think I'm useless.", "They'll think I'm incompetent if I ask for help.", "I always ruin everything I touch."]) {
      const { id } = await (await service.call("POST", "/entries", { text })).json();
      await service.call("POST", `/entries/${id}/recognitions`);
    }
  }
  const page = await open(browser, service, { path: "/insight", dark: true, width: 320 });
  await page.getByRole("img", { name: /^Totals of GAD-2/ }).waitFor();
  if (HAS_MODEL) await page.getByRole("img", { name: /^Entries by habit of thought: / }).waitFor();
  for (const table of await page.getByText("As a table").all()) await table.click();
  await holds(page);
  await page.sound();
  await page.done();
});
