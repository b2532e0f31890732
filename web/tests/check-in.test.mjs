// A check-in in under a minute, again with the numbers of the last time, changed and deleted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { disabled, drafted, focused, hasValue, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const button = (page, name) => page.getByRole("button", { name, exact: true });
const kept = async () => (await (await service.call("GET", "/check-ins")).json()).check_ins;

test("numbers and words are kept; the next time begins with the numbers of the last", async () => {
  const page = await open(browser, service, { path: "/check-in" });
  await page.getByText("It takes under a minute").waitFor();
  await disabled(button(page, "Keep this check-in"));
  await page.getByRole("slider", { name: "Mood" }).press("ArrowLeft");
  const stress = page.getByRole("slider", { name: "Stress" });
  await stress.click();
  await hasValue(stress, "5");
  await page.getByRole("button", { name: "leave out: Stress" }).waitFor();
  await page.getByRole("button", { name: "leave out: Stress" }).click();
  await page.getByLabel("Hours of sleep").fill("6:3");
  await page.getByRole("alert").getByText("Sleep takes hours").waitFor();
  await page.getByLabel("Hours of sleep").fill("6,5");
  await page.getByText("Help, and people").click();
  await page.getByLabel("I refused it").check();
  await page.getByLabel("What was it?").fill("carrying the boxes");
  await page.getByText("In words").click();
  await page.getByLabel("What do you feel?").fill("tired,\na little lighter");
  await page.getByLabel("Something that you did to cope").fill("a walk");
  await page.getByLabel("How much did it help?").press("ArrowRight");
  await holds(page);
  await drafted(service, "check-in", (body) => body !== null && JSON.parse(body).coping?.[0]?.helped === 6);
  await page.reload();
  await hasValue(page.getByLabel("Hours of sleep"), "6,5");
  await focused(button(page, "Keep this check-in"));
  await button(page, "Keep this check-in").click();
  await page.getByText("Kept. You find it here, under Check-in.").waitFor();
  await holds(page);
  await page.getByText("Help came up: I refused it – carrying the boxes").waitFor();
  const [{ content }] = await kept();
  assert.deepEqual([content.mood, content.stress ?? null, content.sleep_minutes, content.felt, content.coping[0].helped], [4, null, 390, "tired, a little lighter", 6]);
  assert.deepEqual(content.help, [{ kind: "refused", situation: "carrying the boxes" }]);

  await button(page, "Another check-in").click();
  await page.getByRole("button", { name: /^Set the numbers as on/ }).click();
  await page.getByLabel("Hours of sleep").waitFor();
  await hasValue(page.getByRole("slider", { name: "Mood" }), "4");
  await page.getByRole("button", { name: "leave out: Mood" }).click();
  await button(page, "Keep this check-in").click();
  await page.getByText("Kept. You find it here, under Check-in.").waitFor();
  assert.equal((await kept())[0].content.mood ?? null, null);
  await page.sound();
  await page.done();
});

test("one line does, and what it can't read is told", async () => {
  const page = await open(browser, service, { path: "/check-in", dark: true, width: 320 });
  await page.getByText("For those who like to type").click();
  await page.getByLabel("One line").fill("mood 11");
  await button(page, "Keep this line").click();
  await page.getByRole("alert").first().waitFor();
  await holds(page);
  await page.getByLabel("One line").fill("mood 6 stress 3 helped:asked note 'a good hour'");
  await button(page, "Keep this line").click();
  await page.getByText("Kept. You find it here, under Check-in.").waitFor();
  assert.equal((await kept())[0].content.note, "a good hour");
  await holds(page);
  await page.done();
});

test("an earlier one is changed and deleted", async () => {
  const page = await open(browser, service, { path: "/check-in", width: 320 });
  const before = (await kept()).length;
  await page.getByRole("heading", { name: "Earlier check-ins" }).waitFor();
  await page.locator(`a[href="/check-in?edit=${(await kept())[0].id}"]`).click();
  await page.getByLabel("Anything else?").fill("a good hour, in the end");
  await holds(page);
  await button(page, "Keep the change").click();
  await page.getByText("a good hour, in the end").waitFor();
  await page.locator(`a[href="/check-in?edit=${(await kept())[0].id}"]`).click();
  await button(page, "Delete it").click();
  await button(page, "Delete it").click();
  await page.getByText("It takes under a minute").waitFor();
  assert.equal((await kept()).length, before - 1);
  await page.sound();
  await page.done();
});

test("words that speak of danger lead to help at once", async () => {
  const page = await open(browser, service, { path: "/check-in", dark: true });
  await page.getByText("In words").click();
  await page.getByLabel("Anything else?").fill("I want to kill myself tonight.");
  await button(page, "Keep this check-in").click();
  await page.getByRole("alert", { name: "Help" }).getByRole("heading", { name: "Talk to a person now" }).waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});
