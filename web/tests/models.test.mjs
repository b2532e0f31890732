// Where no model is here: Write says so in a line, and Settings offers to fetch it. It runs where the service knows how to.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { becomes, focused, gone, holds, launch, open, serve, shown } from "./harness.mjs";

let service;
let browser;
let usual;
let answers = false;
const models = mkdtempSync(join(tmpdir(), "evenkeel-models-"));
before(async () => {
  service = await serve({ env: { EVENKEEL_MODELS: models } });
  usual = (await (await service.call("GET", "/models")).json()).models.find((model) => model.default);
  answers = (await service.call("GET", `/models/${usual.name}/pull`)).status === 200;
  browser = await launch();
});
after(async () => { await browser?.close(); await service?.stop(); rmSync(models, { recursive: true, force: true }); });

test("without a model Write leads to Settings, which says what it would fetch, and that this service fetches nothing", async (t) => {
  if (!answers) { t.skip("this service fetches no models"); return; }
  const page = await open(browser, service, { path: "/write", width: 390 });
  await page.getByText("No model is in use here").waitFor();
  await holds(page);
  await page.getByRole("link", { name: "The model, in Settings" }).click();
  await focused(page.locator("#model"));
  await page.getByText(/^The model \(\d+ MB\) is not here yet\. It will be fetched once; after that nothing leaves this machine\./).waitFor();
  await holds(page);
  await page.getByRole("button", { name: /^Fetch it \(\d+ MB\)$/ }).click();
  await page.getByRole("alert").getByText("so it fetches nothing").waitFor();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await gone(page.getByRole("progressbar"));
  await holds(page);
  await page.getByText("All models").click();
  await page.getByRole("button", { name: /^Fetch qwen/ }).first().click();
  await page.getByText(/will be fetched once; after that/).last().waitFor();
  await page.getByRole("button", { name: "No, leave it" }).click();
  await holds(page);
  await page.sound();
  await page.done();
});

test("a fetching that is stopped is told of no longer, without waiting for the next look", async () => {
  const page = await open(browser, service, { path: "/write" });
  const health = await (await service.call("GET", "/health")).json();
  let pull = { state: "running", bytes: 1_000_000, total: 98_000_000, step: "fetching", problem: null };
  let looks = 0;
  await page.route("**/api/v1/health", (route) => {
    looks += 1;
    // The second is the look that comes by itself: here it never ends.
    if (looks !== 2) return route.fulfill({ json: { ...health, model: pull.state === "running" ? "coming" : "absent" } });
    return undefined;
  });
  await page.route("**/api/v1/models", (route) => route.fulfill({ json: { models: [{ ...usual, path: null }] } }));
  await page.route("**/api/v1/models/*/pull", (route) => {
    if (route.request().method() === "DELETE") { pull = { ...pull, state: "stopped" }; return route.fulfill({ status: 204 }); }
    return route.fulfill({ json: pull });
  });
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  const told = page.getByText("The model is being fetched");
  await shown(told);
  await becomes(() => looks, 2);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByText("Stopped").waitFor();
  await gone(told);
  await holds(page);
  await page.done();
});
