// Parts: writing them down, the map, making one of two; and a talk, with its pause, its room and its help.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { HAS_MODEL, becomes, checked, counts, disabled, drafted, hasValue, holds, launch, open, serve } from "./harness.mjs";

let service;
let browser;
before(async () => { [service, browser] = [await serve({ model: HAS_MODEL }), await launch()]; });
after(async () => { await browser?.close(); await service?.stop(); });

const button = (page, name) => page.getByRole("button", { name, exact: true });
const parts = async () => (await (await service.call("GET", "/parts")).json()).parts;

test("a part is written down, renamed, drawn, moved and merged", async () => {
  const page = await open(browser, service, { path: "/parts" });
  await page.getByText("No part has a name here yet").waitFor();
  await holds(page);
  await page.getByRole("link", { name: "Write down a part" }).click();
  await page.getByLabel("Name").fill("the Lid");
  await page.getByRole("radio", { name: /^It keeps things in hand/ }).check();
  await page.getByText("What you know of it").click();
  await page.getByLabel("Where it is").fill("throat");
  await holds(page);
  await button(page, "Keep it").click();
  await page.getByRole("heading", { name: "the Lid", level: 1 }).waitFor();
  assert.equal(await page.title(), "A part · Evenkeel");
  await page.getByText("throat").waitFor();
  await holds(page);

  await page.getByText("Rename it").click();
  await page.getByLabel("Name").fill("the Watchman");
  await button(page, "Give it this name").click();
  await page.getByRole("heading", { name: "the Watchman", level: 1 }).waitFor();

  await service.call("POST", "/parts", { name: "the small one", role: "exile" });
  await service.call("POST", "/parts", { name: "the guard", ties: [["protects", "the small one"]] });
  await page.getByRole("link", { name: "All parts" }).click();
  const map = page.getByRole("group", { name: "Map of your parts" });
  const node = map.getByRole("button", { name: /^the Watchman, keeps things in hand/ });
  await node.waitFor();
  await counts(map.getByRole("button"), 3);
  await holds(page);
  const before = await node.boundingBox();
  await node.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await becomes(async () => { const now = await node.boundingBox(); return now.x > before.x && now.y > before.y; }, true);
  const moved = await node.boundingBox();
  await page.mouse.move(moved.x + 20, moved.y + 20);
  await page.mouse.down();
  await page.mouse.move(moved.x - 60, moved.y + 40, { steps: 3 });
  await page.mouse.up();
  await becomes(async () => (await node.boundingBox()).x < moved.x, true);
  // The places are kept.
  const put = await node.boundingBox();
  const drawn = await map.boundingBox();
  const { id } = (await parts()).find((part) => part.notes.name === "the Watchman");
  await drafted(service, "parts-map-notes", (body) => Math.abs(drawn.x + JSON.parse(body ?? "{}").at?.[id]?.along * (drawn.width - put.width) - put.x) <= 4);
  await page.reload();
  await node.waitFor();
  await becomes(async () => Math.abs((await node.boundingBox()).x - put.x) <= 1, true);
  await button(page, "Put the map in order").click();
  await becomes(async () => Math.abs((await node.boundingBox()).x - before.x) < 1, true);

  // The names are changed where they stand, by pointer or with F2; ties follow.
  await button(page, "Rename on the map").click();
  await page.getByLabel("Name of the small one").fill("the little one");
  await holds(page);
  await button(page, "Keep the names").click();
  await map.getByRole("button", { name: /^the little one/ }).waitFor();
  assert.deepEqual((await parts()).find((part) => part.notes.name === "the guard").notes.ties, [["protects", "the little one"]]);
  await map.getByRole("button", { name: /^the little one/ }).press("F2");
  await page.getByLabel("Name of the little one").fill("no");
  // The focus is given back at once, so that it is not taken from what has it next.
  assert.ok(await map.evaluate(async (drawn) => {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await Promise.resolve();
    const part = drawn.querySelector("[role=button]");
    part.focus();
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    return document.activeElement === part;
  }));
  await map.getByRole("button", { name: /^the little one/ }).press("F2");
  await page.getByLabel("Name of the little one").fill("the small one");
  await page.keyboard.press("Enter");
  await map.getByRole("button", { name: /^the small one/ }).waitFor();
  await page.getByText("As a list").click();
  await page.getByRole("listitem").filter({ hasText: "the guard" }).getByText("protects").waitFor();
  await page.getByText("Keep the map as a file").click();
  for (const [name, holdsText] of [["A picture (SVG)", "<svg"], ["For Graphviz (DOT)", "digraph"], ["For programs (JSON)", "the small one"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
    assert.ok(readFileSync(await download.path(), "utf8").includes(holdsText), name);
  }

  await node.press("Enter");
  await page.getByText("Make one of two").click();
  await page.getByRole("radio", { name: "the guard" }).check();
  await button(page, "Make one of two").click();
  await button(page, "Make them one").click();
  await page.getByText("protects").waitFor();
  await becomes(async () => (await parts()).map((part) => part.notes.name).sort(), ["the Watchman", "the small one"]);

  await page.goto(`${service.origin}/parts/${(await parts()).find((part) => part.notes.name === "the small one").id}`);
  await page.getByText("Rename it").click();
  await page.getByLabel("Name").fill("the child");
  await button(page, "Give it this name").click();
  await page.getByRole("heading", { name: "the child", level: 1 }).waitFor();
  assert.deepEqual((await parts()).find((part) => part.notes.name === "the Watchman").notes.ties, [["protects", "the child"]]);
  await page.sound();
  await page.done();
});

test("the map and a part fit a narrow, dark window", async () => {
  const page = await open(browser, service, { path: "/parts", dark: true, width: 320 });
  await page.getByRole("group", { name: "Map of your parts" }).waitFor();
  await holds(page);
  await page.goto(`${service.origin}/parts/${(await parts())[0].id}`);
  await page.getByText("Make one of two").waitFor();
  await holds(page);
  await page.sound();
  await page.done();
});

test("without a model no talk is offered, and it is said why", async () => {
  const plain = await serve();
  try {
    const page = await open(browser, plain, { path: "/parts", dark: true });
    await page.getByText("that is not here").waitFor();
    assert.equal(await button(page, "Begin a talk").count(), 0);
    await page.getByRole("link", { name: "Write down a part" }).waitFor();
    await holds(page);
    await page.sound();
    await page.done();
  } finally { await plain.stop(); }
});

test("a talk is led, paused, taken to the room, and what is wanted of it is kept", { skip: !HAS_MODEL }, async () => {
  const page = await open(browser, service, { path: "/parts" });
  await button(page, "Begin a talk").click();
  await page.getByLabel("Who is here? A part of me that…").fill("There is a part that does everything alone.");
  await holds(page);
  await button(page, "Say it").click();
  const log = page.getByRole("log", { name: "What was said" });
  await log.getByText("There is a part that does everything alone.").waitFor();
  await page.getByLabel("Your answer").waitFor();
  const guide = page.locator(".turn.guide");
  await counts(guide, 1);
  await page.getByLabel("Your answer").fill("In my jaw.");
  await becomes(async () => (await (await service.call("GET", "/drafts")).json()).drafts.some((draft) => draft.body.includes("In my jaw.")), true);
  await page.reload();
  await page.getByLabel("Your answer").waitFor();
  await hasValue(page.getByLabel("Your answer"), "In my jaw.");
  await page.keyboard.press("Tab");
  await page.getByLabel("Your answer").press("Control+Enter");
  await counts(guide, 2);
  await holds(page);

  // What the guide says it will note is offered, ticked, and kept with the part.
  await page.route("**/dialogues/*", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const answer = await route.fetch();
    const talk = await answer.json();
    talk.turns.find((turn) => turn.from !== "person").text = "I'll note “everything alone”.";
    return route.fulfill({ response: answer, json: talk });
  });
  await button(page, "Pause").click();
  await page.getByRole("checkbox", { name: "everything alone" }).waitFor();
  await checked(page.getByRole("checkbox", { name: "everything alone" }));
  await disabled(button(page, "Keep this"));
  await button(page, "Nothing").click();
  await button(page, "Go on").click();
  await button(page, "Back to the room").click();
  await page.getByText("Put both feet on the floor").waitFor();
  await holds(page);
  await button(page, "Back to the talk").click();
  await button(page, "End for today").click();
  await page.getByRole("heading", { name: "Is there something of this to keep?" }).waitFor();
  await page.getByLabel("One line to remember this talk by").fill("It sits in the jaw.");
  await page.getByLabel("What do you call it?").fill("the foreman");
  await holds(page);
  await button(page, "Keep this").click();
  await page.getByText("It is kept.").waitFor();
  await page.getByText("It sits in the jaw.").waitFor();
  assert.deepEqual((await parts()).find((part) => part.notes.name === "the foreman").notes.quotes, ["everything alone"]);
  await page.getByRole("link", { name: "See the part" }).click();
  await page.getByText("everything alone").waitFor();
  await page.goto(`${service.origin}/parts`);
  await page.getByRole("link", { name: "There is a part that does everything alone." }).waitFor();
  await page.sound();
  await page.done();
});

test("a no is honoured and can be opened again; a slow answer can be stopped and had later", { skip: !HAS_MODEL }, async () => {
  const page = await open(browser, service, { path: "/parts" });
  await button(page, "Begin a talk").click();
  await page.getByLabel("Who is here? A part of me that…").fill("A part that checks everything twice.");
  await button(page, "Say it").click();
  const guide = page.locator(".turn.guide");
  await counts(guide, 1);
  assert.equal(await button(page, "I may be asked again what I said no to").count(), 0);
  await page.getByLabel("Your answer").fill("No. I don't want to talk about that.");
  await button(page, "Say it").click();
  await button(page, "I may be asked again what I said no to").click();
  await counts(guide, 3);

  let slow = true;
  await page.route("**/turns", async (route) => { if (slow) await new Promise((done) => setTimeout(done, 6000)); await route.continue().catch(() => {}); });
  await page.getByLabel("Your answer").fill("It is quiet now.");
  await button(page, "Say it").click();
  await page.getByText("Listening.").waitFor();
  await button(page, "Stop").click();
  // It never reached the service, so the words are back where they were typed.
  await hasValue(page.getByLabel("Your answer"), "It is quiet now.");
  slow = false;
  await button(page, "Say it").click();
  await counts(guide, 4);
  await page.done();
});

test("danger in a talk leads to help, which stays until the person says otherwise", { skip: !HAS_MODEL }, async () => {
  const page = await open(browser, service, { path: "/parts", width: 320, dark: true });
  await button(page, "Begin a talk").click();
  await page.getByLabel("Who is here? A part of me that…").fill("I want to kill myself tonight.");
  await button(page, "Say it").click();
  const help = page.getByRole("alert", { name: "Help" });
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  await page.getByText("I want to kill myself tonight.").waitFor();
  assert.equal(await page.getByRole("textbox").count(), 0);
  await holds(page);
  await page.reload();
  await help.getByRole("heading", { name: "Talk to a person now" }).waitFor();
  await holds(page);
  await button(page, "I'm safe. Go on with the talk").click();
  await page.getByLabel("Your answer").waitFor();
  await page.sound();
  await page.done();
});
