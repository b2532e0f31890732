// Reflections: a tick or nothing is enough, grounding comes back to the question, and help stands above all else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes, checked, counts, hasValue, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const heading = (page, name, level = 1) => page.getByRole("heading", { name, level });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const kept = async (id) => (await (await service.call("GET", `/reflections/${id}/responses`)).json()).responses;
const drafts = async () => (await (await service.call("GET", "/drafts")).json()).drafts.map((draft) => draft.slot);

const FIRST = "Those who brought you up: could you reach them when you needed them?";
const SECOND = "When you were sad or afraid, what tended to come back?";
const THIRD = "Was there something that a child needs and that was missing?";

for (const dark of [false, true]) {
  test(`childhood: tick, ground, the same question again, skip, stop and keep (${dark ? "dark, 320 px" : "light"})`, async () => {
    const page = await open(browser, service, { path: "/questionnaires", dark, ...(dark && { width: 320 }) });
    await heading(page, "Without a score", 2).waitFor();
    await page.getByText("9 questions. They touch things that can hurt.").waitFor();
    await holds(page);
    await page.getByRole("link", { name: "Childhood" }).click();
    await heading(page, "Childhood").waitFor();
    await page.getByText("Ground brings you back to the room you are in.").waitFor();
    await holds(page);

    await button(page, "Begin").click();
    await heading(page, FIRST).waitFor();
    await page.getByRole("checkbox", { name: "It depended on the day." }).check();
    await page.getByRole("checkbox", { name: "I mostly managed by myself." }).check();
    await page.getByRole("textbox", { name: "A line of your own" }).fill("Aunt Mary, on Sundays.");
    await holds(page);

    await button(page, "Ground").click();
    await heading(page, "5-4-3-2-1").waitFor();
    await page.getByText("Put both feet on the floor.").waitFor();
    await holds(page);
    await button(page, "Next").click();
    await button(page, "Back to where I was").click();
    await heading(page, FIRST).waitFor();
    await checked(page.getByRole("checkbox", { name: "It depended on the day." }));
    await hasValue(page.getByRole("textbox"), "Aunt Mary, on Sundays.");

    await button(page, "Next").click();
    await heading(page, SECOND).waitFor();
    await button(page, "Back").click();
    await heading(page, FIRST).waitFor();
    await button(page, "Next").click();
    await heading(page, SECOND).waitFor();
    await button(page, "Skip").click();
    await heading(page, THIRD).waitFor();
    await button(page, "Stop").click();
    await heading(page, "Stop here").waitFor();
    await holds(page);
    await button(page, "Back to the question").click();
    await heading(page, THIRD).waitFor();
    await button(page, "Stop").click();
    await button(page, "Keep what is there").click();
    await heading(page, "Childhood").waitFor();
    await becomes(async () => (await drafts()).includes("reflect-childhood"), true);
    await page.reload();
    await page.getByText("is half-finished").waitFor();
    await holds(page);
    await button(page, "Go on where I was").click();
    await heading(page, THIRD).waitFor();

    await button(page, "Stop").click();
    await button(page, "Let it go").click();
    await button(page, "Begin").waitFor();
    await becomes(async () => (await drafts()).includes("reflect-childhood"), false);
    assert.deepEqual(await kept("childhood"), []);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.sound();
    await page.done();
  });

  test(`attachment shows what was ticked by style and declares nobody's (${dark ? "dark, 320 px" : "light"})`, async () => {
    const page = await open(browser, service, { path: "/questionnaires/reflect-attachment", dark, ...(dark && { width: 320 }) });
    await button(page, "Begin").click();
    await heading(page, "When somebody gets close to me").waitFor();
    await button(page, "Skip").click();
    await heading(page, "When I need something from somebody").waitFor();
    await page.getByRole("checkbox", { name: "I'd rather do without than ask." }).check();
    await page.getByRole("textbox").fill("With Ana it is easier.");
    await page.getByRole("textbox").press("Enter");
    for (const asks of ["When somebody who matters is away, or does not answer", "When we disagree", "When it is about trusting somebody", "When I have a strong feeling and somebody is there"]) {
      await heading(page, asks).waitFor();
      await button(page, "Skip").click();
    }
    await heading(page, "At the end").waitFor();
    await page.getByText("With Ana it is easier.").waitFor();
    await page.getByRole("textbox", { name: "A summary in your own words" }).fill("Some of each.");
    await holds(page);
    const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().includes("/attachment/responses"));
    await button(page, "Finish").click();
    assert.match((await asked).headers()["idempotency-key"], /^[0-9a-f-]{36}$/);
    await heading(page, "What you noted").waitFor();
    await page.getByText(/^Styles mix\./).waitFor();
    await page.getByText(/^This declares nobody's style\./).waitFor();
    await page.getByText("When I need something from somebody: I'd rather do without than ask.").waitFor();
    await counts(page.getByText("Nothing ticked here."), 3);
    await page.getByText("With Ana it is easier.").waitFor();
    await page.getByText("Some of each.").waitFor();
    await page.getByText("It is in your journal, on this machine.").waitFor();
    await holds(page);
    const [one] = await kept("attachment");
    assert.equal(one.reflected.summary, "Some of each.");

    await page.goto(service.address("/questionnaires/reflect-attachment"));
    await heading(page, "Earlier ones", 2).waitFor();
    await page.getByRole("main").locator("summary").click();
    await page.getByText("With Ana it is easier.").waitFor();
    await holds(page);
    await button(page, "Delete").click();
    await button(page, "Yes, delete it").click();
    await heading(page, "Earlier ones", 2).waitFor({ state: "detached" });
    assert.deepEqual(await kept("attachment"), []);
    await page.sound();
    await page.done();
  });
}

test("levels has its table to read, and words of danger bring help before anything else", async () => {
  const page = await open(browser, service, { path: "/questionnaires/reflect-levels", width: 320 });
  await page.getByRole("table", { name: "The four levels" }).waitFor();
  await counts(page.getByRole("table").getByRole("row"), 16);
  await holds(page);
  await button(page, "Begin").click();
  await page.getByRole("checkbox", { name: "It depends on who it is and what it is about." }).check();
  await page.getByRole("textbox").fill("I want to die.");
  await button(page, "Next").click();
  const help = page.getByRole("alert", { name: "Help" });
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  assert.equal(await page.getByRole("checkbox").count(), 0);
  assert.deepEqual(await kept("levels"), []);
  await holds(page);

  await button(page, "Go on with the questions").click();
  await heading(page, "What may doing things alone give you, or protect you from?").waitFor();
  await button(page, "Skip").click();
  await heading(page, "Is there one thing in which you'd like to be a little less alone?").waitFor();
  await button(page, "Skip").click();
  await button(page, "Finish").click();
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  assert.equal(await heading(page, "What you noted").count(), 0);
  await holds(page);
  await button(page, "See what you noted").click();
  await heading(page, "What you noted").waitFor();
  await page.getByText("I want to die.").waitFor();
  assert.equal((await kept("levels")).length, 1);
  await holds(page);
  await page.sound();
  await page.done();
});
