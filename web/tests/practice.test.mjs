// A step planned, tried and put beside what was expected; people; exercises; things to read.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { counts, disabled, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a step is planned with a prediction, recorded, and followed by an offer", async () => {
  const page = await open(browser, service, { path: "/practice" });
  const offer = page.getByRole("region", { name: "A step that could come next" });
  await offer.getByText("Or none of these").waitFor();
  await counts(page.getByRole("heading", { level: 2, name: /^\d\. / }), 3);
  await holds(page);
  await offer.getByRole("link", { name: "Plan this one" }).click();
  await page.getByLabel("When?").fill("on Saturday");
  await page.getByLabel("What do you think will happen?").fill("They will be annoyed.");
  await holds(page);
  await button(page, "Keep the plan").click();
  await page.getByText("They will be annoyed.").waitFor();
  await disabled(button(page, "Keep how it went"));

  await page.goto(`${service.origin}/practice`);
  await page.getByText("You have one planned.").waitFor();
  await page.getByRole("link", { name: "Write down how it went" }).click();
  await button(page, "I didn't do it").click();
  await button(page, "Take it away").waitFor();
  await holds(page);
  await page.goBack();
  await page.getByLabel("What happened?").fill("She pointed the way and smiled.");
  await button(page, "I didn't do it").click();
  await button(page, "Back").click();
  await page.getByRole("radio", { name: "better" }).check();
  await page.getByLabel("How much distress was there?").press("ArrowLeft");
  await page.getByLabel("What was a surprise?").fill("It took a minute.");
  await holds(page);
  await button(page, "Keep how it went").click();
  await page.getByText("It was better than you expected.").waitFor();
  await page.getByRole("region", { name: "A step that could come next" }).waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});

test("an own step joins the ladder and leaves it", async () => {
  const page = await open(browser, service, { path: "/practice", dark: true, width: 320 });
  await page.getByText("Write a step of your own").click();
  await page.getByLabel("The step").fill("Let the neighbour carry the parcel up.");
  await button(page, "Add it").click();
  await page.getByRole("link", { name: "Let the neighbour carry the parcel up." }).waitFor();
  await holds(page);
  await button(page, "Take it off the ladder").click();
  await button(page, "Take it off").click();
  await page.getByRole("link", { name: "Let the neighbour carry the parcel up." }).waitFor({ state: "detached" });
  await page.sound();
  await page.done();
});

test("no step is offered while words are urgent; help is", async () => {
  const other = await serve();
  try {
    await other.call("POST", "/check-ins", { note: "I want to kill myself tonight." });
    const page = await open(browser, other, { path: "/practice" });
    await page.getByRole("alert", { name: "Help" }).waitFor();
    await page.getByText("Practice can wait").waitFor();
    assert.equal(await page.getByRole("link", { name: "Plan this one" }).count(), 0);
    await holds(page);
    await page.sound();
    await page.done();
  } finally { await other.stop(); }
});

test("somebody is written down with the checklist, and changed", async () => {
  const page = await open(browser, service, { path: "/practice/people", width: 320 });
  await page.getByText("Nobody is written down yet.").waitFor();
  await holds(page);
  await page.getByRole("link", { name: "Write somebody down" }).click();
  await page.getByLabel("Name").fill("Ana");
  const group = page.getByRole("group", { name: /^Reliable/ });
  await group.getByRole("radio", { name: "yes" }).check();
  await page.getByLabel("What you shared with them").fill("that I was tired\nthat it was hard");
  await holds(page);
  await button(page, "Keep this").click();
  await page.getByRole("link", { name: "Ana" }).click();
  await group.getByRole("radio", { name: "not sure" }).check();
  await button(page, "Keep this").click();
  await page.getByText("It is kept.").waitFor();
  const { people: [{ content }] } = await (await service.call("GET", "/people")).json();
  assert.equal(content.checklist.reliable, "unsure");
  assert.deepEqual(content.shared, ["that I was tired", "that it was hard"]);
  await page.sound();
  await page.done();
});

test("exercises run with a timer and can be stopped", async () => {
  const page = await open(browser, service, { path: "/practice/exercises", dark: true });
  await page.getByRole("link", { name: "Muscle relaxation" }).waitFor();
  await holds(page);
  await page.getByRole("link", { name: "Paced breathing" }).click();
  await page.getByRole("radio", { name: /^In for 4 seconds, out for 6/ }).check();
  await holds(page);
  await button(page, "Begin").click();
  await button(page, "Pause").click();
  await holds(page);
  await button(page, "Go on").click();
  await button(page, "Next").click();
  await page.locator(".breath-word").getByText("In").waitFor();
  await button(page, "Stop").click();
  await button(page, "Begin").waitFor();
  await page.goto(`${service.origin}/practice/exercise-relaxation`);
  await button(page, "Begin").click();
  for (let n = 0; n < 40 && await button(page, "Next").count(); n += 1) await button(page, "Next").click();
  await page.getByText("Stay a moment").waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});

test("there is something to read, and its commands are links", async () => {
  const page = await open(browser, service, { path: "/practice/read", width: 320 });
  await page.getByRole("link", { name: "Boundaries, and sharing bit by bit" }).click();
  await page.getByRole("heading", { name: "When it grates" }).waitFor();
  assert.equal(await page.getByText("`").count(), 0);
  await page.getByRole("main").getByRole("link", { name: "Help" }).waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});
