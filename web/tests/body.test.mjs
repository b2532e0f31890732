// Body data in Settings: a maker's file comes in, what is there is told and deleted, cortisol is typed in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes, hasValue, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve(), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const apple = (records) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>
]>
<HealthData locale="en_IE">
<ExportDate value="2026-05-01 10:00:00 +0100"/>
${records.join("\n")}
</HealthData>
`;
const beat = (day, value, unit = "count/min") => ` <Record type="HKQuantityTypeIdentifierRestingHeartRate" sourceName="Watch" unit="${unit}" startDate="${day} 00:00:00 +0000" endDate="${day} 23:00:00 +0000" value="${value}"/>`;
const file = (text, name = "export.xml") => ({ name, mimeType: "application/xml", buffer: Buffer.from(text) });
const choose = (page, one) => page.getByLabel("Choose the file").setInputFiles(one);

test("from Insight to Settings, a file is taken in, told, taken in again, and deleted", async () => {
  const page = await open(browser, service, { path: "/insight" });
  await page.getByRole("link", { name: "Bring in what a wearable measured" }).click();
  await page.getByRole("heading", { name: "Body data" }).waitFor();
  await page.getByText("Nothing yet.").waitFor();
  await holds(page);
  const good = file(apple([beat("2026-03-01", 58), beat("2026-03-02", 60), beat("2026-03-02", 60), beat("2026-03-03", 900)]));
  await choose(page, good);
  await page.getByText(/^Taken in from Apple Health: 2 new\.$/).waitFor();
  await page.getByText("1 with a value that can't be true").waitFor();
  await page.getByText("1 that were in it twice").waitFor();
  await page.getByText(/^2 daily values, 1\sMar.* to 2\sMar/).waitFor();
  await holds(page);
  await choose(page, good);
  await page.getByText(/^Taken in from Apple Health: 2 here already\.$/).waitFor();
  await page.getByRole("button", { name: "Delete what came from Apple Health" }).click();
  await page.getByText("All 2 values from Apple Health will be gone for good.").waitFor();
  await page.getByRole("button", { name: "Delete them" }).click();
  await page.getByText("Gone: 2 values.").waitFor();
  await page.getByText("Nothing yet.").waitFor();
  assert.deepEqual((await (await service.call("GET", "/body")).json()).series, []);
  await page.sound();
  await page.done();
});

test("what can't be taken in is told in the service's words, and a long one can be stopped", async () => {
  const page = await open(browser, service, { path: "/settings/body", dark: true, width: 320 });
  await page.getByText("Nothing yet.").waitFor();
  await choose(page, file("nothing of the kind", "shopping.csv"));
  await page.getByRole("alert").getByText("is not an export that this program knows").waitFor();
  await choose(page, file(apple([beat("2026-03-01", 58, "mg")])));
  await page.getByRole("alert").getByText("Nothing was taken in").waitFor();
  await holds(page);
  await page.route("**/api/v1/body/import", () => {});
  await choose(page, file(apple([])));
  await page.getByText(/^Reading export\.xml \(1 MB\)\.$/).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped. Nothing was taken in.").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  for (const part of await page.locator("details summary").all()) await part.click();
  await holds(page);
  await page.done();
});

test("cortisol is typed in, refused without a unit, listed and deleted", async () => {
  const page = await open(browser, service, { path: "/settings/body" });
  await page.getByLabel("Amount, with its unit").fill("12.3");
  await page.getByRole("radio", { name: "blood" }).check();
  await page.getByLabel("When it was taken").fill("2026-03-01T07:40");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("alert").getByText("The unit is missing or not known").waitFor();
  // The browser calls a refusal an error.
  await becomes(() => page.faults.length, 1);
  page.faults.splice(0);
  await page.getByLabel("Amount, with its unit").fill("10 µg/dL");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByText("275.9 nmol/L, blood").waitFor();
  await hasValue(page.getByLabel("Amount, with its unit"), "");
  const { cortisol } = await (await service.call("GET", "/body/cortisol")).json();
  assert.equal(cortisol.length, 1);
  assert.match(cortisol[0].content.taken, /^2026-03-01T07:40/);
  await holds(page);
  await page.getByRole("button", { name: "Delete this value" }).click();
  await page.getByRole("button", { name: "Delete them" }).click();
  await page.getByText("No value yet.").waitFor();
  await page.sound();
  await page.done();
});
