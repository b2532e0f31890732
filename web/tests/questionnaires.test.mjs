// A sheet from its front to its result; the ninth item of the PHQ-9 leads to help at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes, checked, counts, drafted, gone, holds, launch, open, quiet, serve, settled } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

/** A question takes no answer before it can have been seen. */
const seen = settled;
const heading = (page, name, level = 1) => page.getByRole("heading", { name, level });

test("a sheet is filled in with number keys and added up in the service's words", async () => {
  const page = await open(browser, service, { path: "/questionnaires" });
  await page.getByRole("link", { name: "Hyper-Independence Questionnaire" }).waitFor();
  await counts(page.getByRole("main").getByRole("list").first().getByRole("link"), 8);
  await holds(page);

  await page.getByRole("link", { name: "Generalized Anxiety Disorder scale, two items" }).click();
  await heading(page, "Generalized Anxiety Disorder scale, two items").waitFor();
  await heading(page, "Where it comes from", 2).waitFor();
  await holds(page);
  await page.getByRole("button", { name: "Begin" }).click();

  const first = page.getByRole("group", { name: "Feeling nervous, anxious or on edge" });
  await first.waitFor();
  await page.getByText("GAD-2, 1 of 2").waitFor();
  await counts(first.getByRole("radio"), 4);
  assert.equal(await page.getByRole("button", { name: "Leave this one out" }).count(), 0);
  await holds(page);
  const at = async () => (await page.locator(".answer").first().boundingBox()).y;
  const place = await at();
  await seen(page);
  await page.keyboard.press("2");
  await page.keyboard.press("2");
  await page.getByText("GAD-2, 2 of 2").waitFor();
  assert.equal(await at(), place);
  await page.getByRole("radio", { name: "Several days" }).dispatchEvent("click", { detail: 1 });
  await seen(page);
  assert.equal(await page.locator("input:checked").count(), 0);
  await page.getByText("GAD-2, 2 of 2").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByText("GAD-2, 1 of 2").waitFor();
  await seen(page);
  await checked(page.getByRole("radio", { name: "More than half the days" }));
  await page.getByRole("radio", { name: "More than half the days" }).press("Enter");
  await page.getByText("GAD-2, 2 of 2").waitFor();

  await page.reload();
  await page.getByText("GAD-2, 2 of 2").waitFor();
  await seen(page);
  await page.getByRole("radio", { name: "Several days" }).click();
  await heading(page, "What it adds up to").waitFor();
  await page.getByText("Your answers add up to 3 of 6").waitFor();
  await page.getByText("Your answers are in your journal").waitFor();
  // The first time has no earlier ones.
  await quiet(page);
  assert.equal(await heading(page, "Earlier times", 2).count(), 0);
  await holds(page);
  await page.reload();
  await page.getByText("Your answers add up to 3 of 6").waitFor();
  await page.getByText("Your answers are in your journal").waitFor();
  await quiet(page);
  assert.equal(await heading(page, "Earlier times", 2).count(), 0);
  assert.equal((await (await service.call("GET", "/questionnaires/gad-2/responses")).json()).responses.length, 1);
  await page.sound();
  await page.done();
});

test("a try after a lost reply, and after a reload, has the same name", async () => {
  const page = await open(browser, service, { path: "/questionnaires/gad-2" });
  const keys = [];
  await page.route("**/gad-2/responses*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    return keys.length < 3 ? route.abort() : route.continue();
  });
  await page.getByRole("button", { name: "Begin" }).click();
  for (let n = 1; n <= 2; n += 1) {
    await page.getByText(`GAD-2, ${n} of 2`).waitFor();
    await seen(page);
    await page.keyboard.press("1");
  }
  await page.getByRole("button", { name: "Try again" }).click();
  await becomes(() => keys.length, 2);
  await page.getByRole("alert").waitFor();
  await drafted(service, "sheet-gad-2", (body) => body?.includes(keys[0]) ?? false);
  await page.reload();
  await page.getByText("GAD-2, 2 of 2").waitFor();
  await seen(page);
  await page.getByRole("radio", { name: "Several days" }).click();
  await heading(page, "What it adds up to").waitFor();
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  // The next time is another one.
  await page.getByRole("button", { name: "Fill it in again" }).click();
  for (let n = 1; n <= 2; n += 1) {
    await page.getByText(`GAD-2, ${n} of 2`).waitFor();
    await seen(page);
    await page.keyboard.press("1");
  }
  await heading(page, "What it adds up to").waitFor();
  assert.equal(new Set(keys).size, 2);
  // What is shown is not among the times before it.
  const past = (await (await service.call("GET", "/questionnaires/gad-2/responses")).json()).responses;
  await page.getByText("As a table").click();
  await counts(page.locator("table").getByRole("row"), past.length);
  await page.done();
});

test("a second time is compared with the first, in a sentence, a line and a table", async () => {
  await service.call("POST", "/questionnaires/phq-2/responses", { answers: [0, 1], keep: true });
  await service.call("POST", "/questionnaires/phq-2/responses", { answers: [2, 2], keep: true });
  const page = await open(browser, service, { path: "/questionnaires/phq-2", dark: true, width: 320 });
  await page.getByRole("img", { name: /^Totals of PHQ-2 from 0 to 6/ }).waitFor();
  await page.getByText("As a table").click();
  await counts(page.getByRole("row"), 3);
  await holds(page);
  await page.sound();
  await page.done();
});

test("an answer that speaks of danger leads to help at once, and the sheet can go on", async () => {
  const page = await open(browser, service, { path: "/questionnaires/phq-9", width: 320 });
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByText("PHQ-9, 1 of 9").waitFor();
  await seen(page);
  await page.getByRole("button", { name: "Leave this one out" }).click();
  for (let n = 2; n <= 8; n += 1) {
    await page.getByText(`PHQ-9, ${n} of 9`).waitFor();
    await seen(page);
    await page.keyboard.press("0");
  }
  await page.getByText("PHQ-9, 9 of 9").waitFor();
  await seen(page);
  await page.keyboard.press("1");
  const help = page.getByRole("alert", { name: "Help" });
  await help.getByText(/better off dead, or of hurting yourself/).waitFor();
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  assert.equal(await page.getByRole("radio").count(), 0);
  await holds(page);
  await page.reload();
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  await seen(page);

  await page.getByRole("button", { name: "Go on with the questionnaire" }).click();
  await page.getByText("one question that doesn't count").waitFor();
  await seen(page);
  await page.keyboard.press("0");
  await page.getByText("Your answers add up to").waitFor();
  await gone(help);
  await page.getByText("You marked question nine.").waitFor();
  await page.getByText("That answer matters more than the total.").waitFor();
  await page.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});

test("a no at the gate ends the sheet, and it need not be kept", async () => {
  const page = await open(browser, service, { path: "/questionnaires/pc-ptsd-5", dark: true });
  await page.getByRole("checkbox", { name: /^Keep my answers/ }).uncheck();
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("radio", { name: "No" }).waitFor();
  await seen(page);
  await page.getByRole("radio", { name: "No" }).click();
  await page.getByText("Nothing of this was kept.").waitFor();
  assert.deepEqual((await (await service.call("GET", "/questionnaires/pc-ptsd-5/responses")).json()).responses, []);
  await holds(page);
  await page.sound();
  await page.done();
});
