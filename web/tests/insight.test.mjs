// Looking back: months of somebody's days, each thing with its sentence, one drawing and a table; little, and nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { niceEnds } from "../page/ui/scale.js";
import { becomes, checked, disabled, focused, holds, launch, open, quiet, serve, shown, watch } from "./harness.mjs";
import { lived } from "./months.mjs";

let browser;
const services = [];
const started = async () => { const one = await serve(); services.push(one); return one; };
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); for (const one of services) await one.stop(); });

const SECTIONS = ["Over time", "Days and hours", "What comes with what", "What helped", "Questionnaires", "Habits of thought", "Practice", "Thoughts, before and after", "What went together"];
/** The last thing that is drawn. */
const whole = (page) => page.getByRole("checkbox", { name: "Show this in Write when a week is over" }).waitFor({ timeout: 60_000 });

let full;
test("months: each thing has its sentence first, a drawing that says what it shows, and a table", async () => {
  full = await started();
  await lived(full, { days: 150 });
  const page = await open(browser, full, { path: "/insight" });
  await whole(page);
  const told = await (await full.call("GET", "/insights?days=90")).json();
  for (const name of SECTIONS) await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
  for (const name of ["trends", "coping", "habits", "practice", "reframes", "associations", "streaks"]) await page.getByText(told[name].says, { exact: true }).first().waitFor();
  for (const label of [/^Mood, \d+ days from /, /^Stress on the mean, by day of the week: /, /^How much each helped/, /^Totals of PHQ-9/, /^Mind reading, week by week: /, /^Tries with a prediction: /, /^Distress from 0 to 100/, /^Belief in \d+ thoughts/, /^\d+ points\. /]) {
    await page.getByRole("img", { name: label }).first().waitFor();
  }
  await shown(page.getByText("This doesn't say that one brings about the other."));
  const tables = page.locator("details summary");
  for (let n = 0; n < await tables.count(); n += 1) await tables.nth(n).click();
  await becomes(async () => (await page.getByRole("table").count()) >= 8, true);
  await holds(page);
  await page.sound();
  await page.done();
});

test("another series, another period, and days of one's own", async () => {
  const page = await open(browser, full, { path: "/insight", width: 390 });
  await whole(page);
  await page.getByRole("radio", { name: "Stress" }).first().check();
  await page.getByRole("img", { name: /^Stress, \d+ days from / }).waitFor();
  await page.getByRole("radio", { name: "Sleep", exact: true }).first().check();
  await page.getByRole("img", { name: /^Sleep, .* h\.?/ }).waitFor();
  await page.getByRole("radio", { name: "Measured sleep" }).check();
  await page.getByRole("img", { name: /^Measured sleep, \d+ days from / }).waitFor();
  const asked = page.waitForRequest(/\/insights\?days=30$/);
  await page.getByRole("radio", { name: "30 days", exact: true }).check();
  await asked;
  await whole(page);
  await page.getByRole("radio", { name: "other days" }).check();
  await page.getByLabel("From", { exact: true }).fill("2020-05-01");
  await page.getByLabel("To", { exact: true }).fill("2020-04-01");
  await page.getByText("The first day comes after the last one.").waitFor();
  await disabled(page.getByRole("button", { name: "Look at these days" }));
  await page.getByLabel("To", { exact: true }).fill("2020-06-01");
  await page.getByRole("button", { name: "Look at these days" }).click();
  await page.getByText("Nothing is kept in this time that could be shown").waitFor();
  await page.getByText(/left out here\. If that day has not come yet/).waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});

test("months, in the dark and at 320 px; nothing moves", async () => {
  const dark = await open(browser, full, { path: "/insight", dark: true, width: 320 });
  await whole(dark);
  const tables = dark.locator("details summary");
  for (let n = 0; n < await tables.count(); n += 1) await tables.nth(n).click();
  await holds(dark);
  await dark.sound();
  await dark.done();
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
  await watch(context);
  const page = await context.newPage();
  await page.goto(full.address("/insight"));
  await whole(page);
  assert.equal(await page.evaluate(() => globalThis.__seen.shift), 0);
  await context.close();
});

test("nothing kept is said plainly; a little is said in sentences alone", async () => {
  const service = await started();
  const page = await open(browser, service, { path: "/insight" });
  await page.getByText("Nothing is kept in this time that could be shown").waitFor();
  await whole(page);
  assert.equal(await page.getByRole("img").count(), 0);
  await holds(page);
  await service.call("POST", "/check-ins", { mood: 6, stress: 4, coping: [{ what: "a walk", helped: 7 }] });
  await page.reload();
  await page.getByRole("heading", { name: "Where nothing is clear, or not yet" }).waitFor();
  await page.getByText("Not enough yet: 1 of 28 days.").first().waitFor();
  await page.getByText("Something was kept on 1 of the last 7 days, and on 1 of the last 30.").waitFor();
  await whole(page);
  assert.equal(await page.getByRole("img").count(), 0);
  await holds(page);
  await page.sound();
  await page.done();
});

test("what was kept on this day before leads to it", async () => {
  const service = await started();
  const date = new Date();
  date.setFullYear(date.getFullYear() - 1);
  // At noon: what is written before dawn is of the day before.
  date.setHours(12, 0, 0, 0);
  const written = date.toISOString();
  const { id } = await (await service.call("POST", "/entries", { text: "A letter came.", written })).json();
  const page = await open(browser, service, { path: "/insight" });
  await page.getByText("A year ago today you wrote 1 entry.").waitFor();
  await page.getByRole("link", { name: /^The entry of / }).click();
  await page.getByText("A letter came.").waitFor();
  assert.ok(page.url().endsWith(`/journal/${id}`));
  await page.sound();
  await page.done();
});

test("the weekly look back: off at first, shown in Write where it is due, and gone once it was seen", async () => {
  const service = await started();
  await lived(service, { days: 20, kinds: ["checkins"] });
  const page = await open(browser, service, { path: "/insight" });
  await whole(page);
  const choice = page.getByRole("checkbox", { name: "Show this in Write when a week is over" });
  await checked(choice, false);
  await choice.check();
  await becomes(async () => (await (await service.call("GET", "/insights/digest")).json()).on, true);
  // It was turned on this week, so it is due in the next one.
  const digest = { from: "2026-05-04", to: "2026-05-10", sentences: ["Last week something was kept on 5 days."] };
  let due = true;
  await page.route("**/api/v1/insights/digest", async (route) => {
    if (route.request().method() === "PUT") { due = false; assert.deepEqual(route.request().postDataJSON(), { on: true }); }
    await (route.request().method() === "GET" ? route.fulfill({ json: { on: true, due, digest } }) : route.continue());
  });
  await page.goto(`${service.origin}/write`);
  await page.getByText("Last week something was kept on 5 days.").waitFor();
  await holds(page);
  // Where help is shown there is nothing beside it, and nothing when somebody comes back from it.
  await page.getByLabel("What is going through your mind?").fill("I want to be dead.");
  await page.getByRole("button", { name: "Look at this thought" }).click();
  await page.getByText("Talk to a person now").first().waitFor();
  assert.equal(await page.getByText("Last week something").count(), 0);
  await page.getByRole("button", { name: "Change the text" }).click();
  await page.getByLabel("What is going through your mind?").waitFor();
  await quiet(page);
  assert.equal(await page.getByText("Last week something").count(), 0);
  await page.getByLabel("What is going through your mind?").fill("");
  await quiet(page);
  await page.goto(`${service.origin}/write`);
  await page.getByRole("button", { name: "Seen" }).click();
  await page.getByText("Last week something was kept on 5 days.").waitFor({ state: "detached" });
  await focused(page.getByLabel("What is going through your mind?"));
  await page.reload();
  await quiet(page);
  assert.equal(await page.getByText("Last week something").count(), 0);
  await page.sound();
  await page.done();
});

test("it can be stopped, and what goes wrong is told", async () => {
  const service = await started();
  const page = await open(browser, service, { path: "/write" });
  let answer = null;
  await page.route(/\/api\/v1\/insights\?/, async (route) => { if (answer) await route.fulfill(answer); });
  await page.goto(`${service.origin}/insight`);
  await page.getByText("Looking through what you kept.").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  answer = { status: 500, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/failed", status: 500, detail: "x" }) };
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByRole("alert").waitFor();
  answer = { json: await (await service.call("GET", "/insights?days=90")).json() };
  await page.getByRole("button", { name: "Try again" }).click();
  await whole(page);
  await page.done();
});

test("an axis has round ends that hold its values, and some length", () => {
  for (const [values, ends] of [[[52, 67], [50, 70]], [[0, 0], [0, 0.5]], [[60, 60], [60, 80]], [[0.3, 0.35], [0.3, 0.36]], [[1200, 9800], [0, 10_000]], [[-3, 4], [-4, 4]]]) {
    const [low, high] = niceEnds(...values);
    assert.ok(low <= values[0] && high >= values[1] && high > low, `${values} ${low} ${high}`);
    assert.deepEqual([low, high], ends);
  }
});
