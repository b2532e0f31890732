// One flow per screen, without a model: rules and the journal are enough.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { becomes, clean, counts, disabled, drafted, focused, gone, hasValue, holdsText, launch, open, quiet, serve, settled, shown } from "./harness.mjs";

const NAMES = ["Write", "Journal", "Parts", "Check-in", "Questionnaires", "Practice", "Insight", "Settings"];
let browser;
let service;
before(async () => { service = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await service?.stop(); });

/** A page, closed and sound at the end. */
const onPage = (name, options, work) => test(name, async () => {
  const page = await open(browser, options.service ?? service, options);
  try { await work(page); await page.sound(); } finally { await page.done(); }
});
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });

onPage("the token leaves the address at once and the screens have names", {}, async (page) => {
  assert.equal(new URL(page.url()).hash, "");
  const nav = page.getByRole("navigation", { name: "Screens" });
  await becomes(() => nav.getByRole("link").allInnerTexts(), NAMES);
  for (const name of NAMES) {
    await nav.getByRole("link", { name, exact: true }).click();
    await page.waitForFunction((wanted) => document.title.startsWith(wanted), name);
    await counts(page.getByRole("heading", { level: 1 }), 1, name);
    await shown(link(page, "Help"));
    await holdsText(nav.locator("[aria-current=page]"), name);
  }
  await page.goBack();
  await page.waitForFunction(() => document.title.startsWith("Insight"));
});

onPage("without a token the page says how to open it, and Help works", { token: false }, async (page) => {
  await page.getByRole("heading", { name: "This page needs its key" }).waitFor();
  await page.getByText("evenkeel serve", { exact: true }).waitFor();
  await clean(page);
  await page.getByText("call your local emergency number now").waitFor();
  await link(page, "Help").first().click();
  // Whom to call is told to everybody.
  await page.getByRole("combobox", { name: "Which country are you in?" }).selectOption("IE");
  await page.getByRole("link", { name: /116 123/ }).first().waitFor();
  await link(page, "Back to the room: 5-4-3-2-1").click();
  await page.getByText("Put both feet on the floor").waitFor();
  await button(page, "Next").click();
  await page.getByText("Five: look round").waitFor();
});

onPage("write: kept as it is, found in the journal, edited, with its history", {}, async (page) => {
  const words = "Ärger 👩‍👩‍👧 about the <b>meeting</b> & the “minutes”.";
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill(words);
  await page.getByText("Saved as a draft on this machine.").waitFor();
  await link(page, "Help").click();
  await link(page, "Back to what I was writing").click();
  const box = page.getByRole("textbox", { name: "What is going through your mind?" });
  await hasValue(box, words);
  await page.reload();
  await hasValue(box, words);
  await button(page, "Keep it as it is").click();
  await page.getByRole("heading", { name: "Kept" }).waitFor();
  await link(page, "See it in the journal").click();
  await page.getByText(words).first().waitFor();
  assert.ok(!(await page.title()).includes("meeting"));

  await button(page, "Edit").click();
  await clean(page);
  const edited = page.getByRole("textbox", { name: "The text" });
  await edited.fill(`${words} It went on.`);
  await page.getByRole("slider", { name: "How was the day?" }).press("ArrowRight");
  await page.getByRole("textbox", { name: "Words to find it by" }).fill("work, #team");
  await button(page, "Save").click();
  await page.getByText(/^Mood 6 of 10 · (#work #team|#team #work)$/).waitFor();
  await link(page, "#team").click();
  await page.getByText("Entries with #team.").waitFor();
  await page.getByText("It went on.").waitFor();
  await page.goBack();
  await page.getByText("How it was before").click();
  await counts(page.getByText(words, { exact: true }), 1);
  await page.getByText(/^As it was until /).waitFor();
  await button(page, "Edit").click();
  const halfKept = page.waitForResponse((answer) => answer.request().method() === "PUT" && answer.url().includes("/drafts/entry-") && answer.request().postData().includes("Half"));
  await page.getByRole("textbox", { name: "The text" }).fill("Half a change");
  await halfKept;
  await page.reload();
  await page.getByText("You have a change that isn't saved.").waitFor();
  await clean(page);
  await button(page, "Let it go").click();
  await page.getByText("You have a change that isn't saved.").waitFor({ state: "detached" });

  await link(page, "Journal").click();
  await page.getByRole("searchbox").fill("meet");
  await page.getByText("One entry has these words.").waitFor();
  await holdsText(page.locator("mark"), "meeting");
  assert.equal(new URL(page.url()).search, "?q=meet");
  await link(page, "Journal").click();
  await link(page, "Calendar").click();
  await page.getByRole("table").getByRole("link", { name: /one entry|entries/ }).first().click();
  await page.getByText("It went on.").waitFor();
});

onPage("an entry that was changed elsewhere is not written over", {}, async (page) => {
  const { id } = await (await service.call("POST", "/entries", { text: "Two hands write this." })).json();
  await page.goto(`${service.origin}/journal/${id}`);
  await button(page, "Edit").click();
  const change = await fetch(`${service.origin}/api/v1/entries/${id}`, { method: "PATCH", headers: { Authorization: `Bearer ${service.token}`, "Content-Type": "application/json", "If-Match": "\"1\"" }, body: JSON.stringify({ text: "The other hand was faster." }) });
  assert.equal(change.status, 200);
  await page.getByRole("textbox", { name: "The text" }).fill("This hand was slower.");
  await button(page, "Save").click();
  await page.getByRole("alert").getByText("changed in another place").waitFor();
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !one.includes("412")));
  await button(page, "Try again").click();
  await page.getByText("The other hand was faster.").waitFor();
  await button(page, "Delete this entry").click();
  await focused(button(page, "No, leave it"));
  await button(page, "Delete it").click();
  await page.waitForURL("**/journal");
  await page.getByText("It is deleted.").waitFor();
});

// From the address that `serve` prints.
onPage("write: danger leads to help at once, and below an emergency it can be set aside", { path: "/" }, async (page) => {
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("I want to be dead.");
  await button(page, "Look at this thought").click();
  const help = page.getByRole("alert", { name: "Help" });
  await help.getByText("Talk to a person now").waitFor();
  await shown(page.getByText("I want to be dead."));
  await help.getByRole("combobox", { name: "Which country are you in?" }).selectOption("IE");
  await help.getByRole("link", { name: /116 123|112|999/ }).first().waitFor();
  await help.getByRole("link", { name: "Open your safety plan" }).waitFor();
  await clean(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await help.getByRole("button", { name: "That's not what I meant" }).click();
  await help.waitFor({ state: "detached" });
  await page.getByText("All right. The help stays here.").waitFor();
  const first = page.getByRole("region", { name: "Help" }).getByRole("link", { name: "116 123" }).first();
  await first.waitFor();
  await becomes(async () => { const { y } = await first.boundingBox(); return y > 0 && y < 700; }, true);
  assert.equal(await page.getByText("I don't see a distortion").count(), 0);
  await button(page, "Change the text").click();
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("I will end it tonight, I have everything ready.");
  await button(page, "Look at this thought").click();
  await help.waitFor();
  assert.equal(await help.getByRole("button", { name: "That's not what I meant" }).count(), 0);
  await button(page, "Keep what I wrote").click();
  await page.getByRole("heading", { name: "Kept" }).waitFor();
});

onPage("help: country, plan in six steps, breathing", { path: "/help" }, async (page) => {
  await page.getByRole("combobox", { name: "Which country are you in?" }).selectOption("NZ");
  await page.getByText("1737").first().waitFor();
  // Where there is a journal, it keeps what is typed.
  await service.call("POST", "/entries", { text: "There is a journal." });
  await page.reload();
  await page.getByText("1737").first().waitFor();
  await link(page, "Open your safety plan").click();
  await button(page, "Write a plan").click();
  const box = (name) => page.getByRole("textbox", { name });
  const press = async (name) => { await settled(page); await button(page, name).click(); };
  const signs = box("Signs that it is starting");
  await focused(signs);
  await signs.fill("I stop answering messages\nI sleep badly");
  await clean(page);
  // The second click of two is not one for the next step.
  await settled(page);
  await button(page, "Next").dblclick();
  await focused(box("What I can do by myself"));
  await press("Back");
  await hasValue(signs, "I stop answering messages\nI sleep badly");
  await press("Next");
  await box("What I can do by myself").fill("Walk");
  const typed = (words) => drafted(service, "safety-plan", (body) => body?.includes(words) ?? false);
  // A reload, the way back and Esc Esc take nothing away.
  await page.goBack();
  await hasValue(signs, "I stop answering messages\nI sleep badly");
  await page.goForward();
  await hasValue(box("What I can do by myself"), "Walk");
  await typed("Walk");
  await page.reload();
  await hasValue(box("What I can do by myself"), "Walk");
  await page.goBack();
  await page.goBack();
  await button(page, "Go on where you were").waitFor();
  await page.goForward();
  await page.goForward();
  await hasValue(box("What I can do by myself"), "Walk");
  await focused(box("What I can do by myself"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await button(page, "Continue").click();
  await link(page, "Help").click();
  await link(page, "Open your safety plan").click();
  await button(page, "Go on where you were").click();
  await hasValue(box("What I can do by myself"), "Walk");
  // Whoever goes on in the middle can go back step by step, too.
  await page.goBack();
  await hasValue(signs, "I stop answering messages\nI sleep badly");
  // The step is kept, too.
  await typed("\"at\":0");
  await page.goBack();
  await button(page, "Go on where you were").click();
  await hasValue(signs, "I stop answering messages\nI sleep badly");
  await press("Next");
  await hasValue(box("What I can do by myself"), "Walk");
  await box("What I can do by myself").fill("");
  await press("Skip");
  await focused(box("People and places that take my mind elsewhere"));
  await press("Skip");
  await box("People I can ask for help").fill("Mara, 555 0101\nMy brother");
  await press("Next");
  await focused(box("Professionals and services"));
  await press("Skip");
  await focused(box("Making it safer around me"));
  await press("Skip");
  await disabled(button(page, "Keep this plan"));
  await page.getByRole("radio", { name: /Keep the plan readable/ }).check();
  await clean(page);
  await press("Keep this plan");
  await becomes(() => link(page, "555 0101").getAttribute("href"), "tel:5550101");
  await gone(button(page, "Go on where you were"));
  const plan = await (await service.call("GET", "/safety-plan")).json();
  assert.deepEqual(plan.people, [{ name: "Mara", phone: "555 0101" }, { name: "My brother", phone: null }]);

  await link(page, "All of Help").click();
  await link(page, "Paced breathing").click();
  await page.getByRole("radio", { name: /^In for 4 seconds, out for 6/ }).check();
  await button(page, "Begin").click();
  await button(page, "Next").click();
  await page.getByText("11 breaths left").waitFor();
  await page.getByRole("status").getByText("In", { exact: true }).waitFor({ state: "attached" });
  await page.getByRole("status").getByText("Out", { exact: true }).waitFor({ state: "attached", timeout: 8000 });
  await button(page, "Stop").click();
});

onPage("a step that is not in sight yet takes what is typed and no second press", { path: "/help" }, async (page) => {
  await link(page, "Open your safety plan").click();
  await page.getByRole("button", { name: /^(Write a plan|Change it|Go on where you were)$/ }).click();
  await focused(page.getByRole("textbox", { name: "Signs that it is starting" }));
  await settled(page);
  // Before the next frame, as on a machine that is busy.
  await page.evaluate(async () => {
    const next = [...document.querySelectorAll("button")].find((one) => one.textContent === "Next");
    next.click();
    await Promise.resolve();
    next.click();
    await Promise.resolve();
    const field = document.querySelector("textarea");
    field.value = "Tea";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  const second = page.getByRole("textbox", { name: "What I can do by myself" });
  await focused(second);
  await settled(page);
  await hasValue(second, "Tea");
});

test("where the steps of Write do not arrive, the thought stays in sight, and they are fetched once more", async () => {
  const page = await open(browser, service, { token: false });
  let away = true;
  await page.route("**/page/screens/write-steps.js", (route) => (away ? route.abort() : route.continue()));
  await page.goto(service.address("/write"));
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("The bus was late again.");
  await button(page, "Look at this thought").click();
  await page.getByRole("alert").getByText("does not answer").waitFor();
  await shown(page.getByText("The bus was late again."));
  await shown(page.getByText("call your local emergency number now"));
  away = false;
  await button(page, "Try again").click();
  await button(page, "Change the text").first().waitFor();
  await shown(page.getByText("The bus was late again."));
  await button(page, "Change the text").first().click();
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("");
  await page.done();
});

test("settings: passphrase, lock, unlock, export, backup, erase; Esc Esc hides all", async () => {
  const own = await serve();
  const page = await open(browser, own, { path: "/settings" });
  try {
    await button(page, "Set a passphrase").click();
    await page.getByText("nobody can open this journal again").waitFor();
    await page.getByLabel("The new passphrase", { exact: true }).fill("four words of mine");
    await page.getByLabel("The new passphrase, once more").fill("four words of mine");
    await button(page, "Set it").click();
    const told = page.locator(".code code");
    const code = await told.innerText();
    await clean(page);
    assert.match(code, /^([A-Z0-9]{4}[- ]){6}[A-Z0-9]{4}$/i);
    const asked = [];
    page.once("dialog", (dialog) => { asked.push(dialog.type()); dialog.dismiss(); });
    await page.evaluate(() => location.reload());
    await becomes(() => asked, ["beforeunload"]);
    await button(page, "I have written it down").click();
    await page.getByText("Your journal has a passphrase.").waitFor();
    await button(page, "Make a new recovery code").click();
    await page.getByLabel("The passphrase now").fill("four words of mine");
    await button(page, "Make it").click();
    // The first one was gone before this was asked for.
    assert.notEqual(await told.innerText(), code);
    await button(page, "I have written it down").click();

    await link(page, "Write").click();
    const box = page.getByRole("textbox", { name: "What is going through your mind?" });
    await box.fill("Only for me: Wednesday.");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await button(page, "Continue").waitFor();
    // Somebody who goes on typing does not bring it back.
    await page.keyboard.type("and so on ", { delay: 20 });
    await page.keyboard.press("Enter");
    await page.waitForTimeout(1500);
    assert.ok(await button(page, "Continue").evaluate((one) => one !== document.activeElement));
    await focused(button(page, "Continue"));
    await page.keyboard.press("Space");
    await shown(button(page, "Continue"));
    assert.ok(!(await page.content()).includes("Wednesday"));
    assert.equal(await page.title(), "Blank page");
    await clean(page);
    assert.equal(new URL(page.url()).pathname, "/");
    await becomes(async () => (await (await own.call("GET", "/vault")).json()).locked, true);
    await page.goBack();
    await page.reload();
    await button(page, "Continue").waitFor();
    await shown(link(page, "Help"));
    await button(page, "Continue").click();
    await page.getByRole("heading", { name: "Your journal is locked" }).waitFor();
    await clean(page);
    assert.equal(await page.title(), "Blank page");
    await link(page, "Help").click();
    await page.getByText("call your local emergency number now").waitFor();
    await link(page, "Back").click();
    await page.getByLabel("Passphrase").fill("not this one");
    await button(page, "Unlock").click();
    await page.getByRole("alert").getByText("That passphrase doesn't open this journal").waitFor();
    await page.getByLabel("Passphrase").fill("four words of mine");
    await button(page, "Unlock").click();
    await link(page, "Write").click();
    await hasValue(box, "Only for me: Wednesday.");
    await button(page, "Keep it as it is").click();
    await page.getByRole("heading", { name: "Kept" }).waitFor();

    await link(page, "Settings").click();
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Export everything").click()]);
    const file = await download.path();
    assert.match(download.suggestedFilename(), /^evenkeel-\d{4}-\d\d-\d\d\.json$/);
    assert.ok(readFileSync(file, "utf8").includes("Only for me: Wednesday."));
    await page.getByLabel("Thursday").check();
    await page.getByLabel("Monday").check();
    const [reminder] = await Promise.all([page.waitForEvent("download"), button(page, "Make the calendar file").click()]);
    const calendar = readFileSync(await reminder.path(), "utf8");
    assert.equal(reminder.suggestedFilename(), "reminder.ics");
    assert.match(calendar, /\r\nDTSTART:\d{8}T193000\r\nDURATION:PT5M\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\nSUMMARY:Reminder\r\n/);
    assert.doesNotMatch(calendar, /evenkeel/i);
    await button(page, "Make a backup now").click();
    await page.getByText("It is made and checked.").waitFor();
    await page.getByText("Your safety plan is not in this file.").waitFor();
    await button(page, "Erase everything").click();
    await page.getByText("The one backup in the data folder goes too.").waitFor();
    await clean(page);
    await button(page, "Erase it").click();
    await page.getByText("Gone: 1 entries and 1 backups.").waitFor();
    await button(page, "Make a new backup").click();
    await counts(page.getByText("It is made and checked."), 2);
    await page.getByLabel("Add what is in an exported file").setInputFiles(file);
    await page.getByText("Added: 1 entries").waitFor();
    await page.sound();
  } finally {
    await page.done();
    await own.stop();
  }
});

test("what is typed survives a service that goes away", async () => {
  const first = await serve();
  const page = await open(browser, first);
  const box = page.getByRole("textbox", { name: "What is going through your mind?" });
  await box.fill("Before.");
  await page.getByText("Saved as a draft").waitFor();
  await first.stop({ keep: true });
  await box.fill("Before. And after.");
  await page.getByText("Not saved yet.").waitFor();
  await button(page, "Look at this thought").click();
  await page.getByRole("alert").getByText("does not answer").waitFor();
  await shown(page.getByText("Before. And after."));
  // Started again at the same place with a new key: what was typed meanwhile is shown, and saved once the new address is opened.
  const again = await serve({ dir: first.dir, listen: new URL(first.origin).host });
  await page.getByText("This was not saved yet.").waitFor();
  await page.getByText("Before. And after.").waitFor();
  await page.goto(again.address("/write"));
  await hasValue(box, "Before. And after.");
  await page.getByText("Saved as a draft").waitFor();
  await page.done();
  const next = await open(browser, again);
  await hasValue(next.getByRole("textbox", { name: "What is going through your mind?" }), "Before. And after.");
  await next.done();
  await again.stop();
});

test("a safety plan that its owner left readable is read while everything else is locked", async () => {
  const own = await serve();
  await own.call("PUT", "/safety-plan", { readable_when_locked: true, coping: ["Walk round the block"], people: [{ name: "Mara", phone: "555 0101" }] });
  const { id } = await (await own.call("POST", "/entries", { text: "Nobody else reads this." })).json();
  await own.call("PUT", "/vault/passphrase", { new: "four words of mine" });
  const page = await open(browser, own, { path: `/journal/${id}` });
  await page.getByText("Nobody else reads this.").waitFor();
  // Locked in another place, once this view has all that it asks for: the next look at the journal finds it so.
  await quiet(page);
  await own.call("POST", "/vault/lock");
  await link(page, "Journal").click();
  await page.getByRole("heading", { name: "Your journal is locked" }).waitFor();
  assert.ok(!(await page.content()).includes("Nobody else"));
  await link(page, "Help").click();
  await link(page, "Open your safety plan").click();
  await page.getByText("Walk round the block").waitFor();
  await link(page, "555 0101").waitFor();
  await link(page, "Unlock to change it").waitFor();
  for (const name of ["Change it", "Erase this plan"]) assert.equal(await button(page, name).count(), 0);
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !one.includes("423")));
  await page.sound();
  await page.done();
  await own.stop();
});

test("what is typed before the draft arrives is joined to it", async () => {
  const own = await serve();
  await own.call("PUT", "/drafts/write", { body: "From yesterday." });
  const page = await open(browser, own, { token: false });
  await page.route("**/api/v1/drafts", async (route) => { await new Promise((done) => setTimeout(done, 1500)); await route.continue(); });
  await page.goto(own.address("/write"));
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("And now.");
  await hasValue(page.getByRole("textbox", { name: "What is going through your mind?" }), "From yesterday.\nAnd now.");
  await page.getByText("Saved as a draft").waitFor();
  // Also where everything is hidden before the draft is there.
  await page.reload();
  await page.getByRole("textbox", { name: "What is going through your mind?" }).fill("And then.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await button(page, "Continue").waitFor();
  await drafted(own, "write", (body) => body === "From yesterday.\nAnd now.\nAnd then.");
  await page.done();
  await own.stop();
});

test("a view that breaks is told in its place, and the way on stays", async () => {
  const page = await open(browser, service);
  await page.route("**/api/v1/entries?*", (route) => route.fulfill({ status: 200, contentType: "application/json", body: "{\"entries\":[{}],\"next\":null}" }));
  await link(page, "Journal").click();
  await page.getByRole("alert").getByText("This view broke.").waitFor();
  await shown(link(page, "Help"));
  await link(page, "Settings").click();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.done();
});

test("what is typed while the journal is being locked elsewhere comes back with the passphrase", async () => {
  const own = await serve();
  await own.call("PUT", "/vault/passphrase", { new: "four words of mine" });
  const page = await open(browser, own);
  const box = page.getByRole("textbox", { name: "What is going through your mind?" });
  await box.fill("First.");
  await page.getByText("Saved as a draft").waitFor();
  await own.call("POST", "/vault/lock");
  await box.fill("First. And then.");
  await page.getByRole("heading", { name: "Your journal is locked" }).waitFor();
  assert.ok(!(await page.content()).includes("And then"));
  await page.getByLabel("Passphrase").fill("four words of mine");
  await button(page, "Unlock").click();
  await hasValue(box, "First. And then.");
  await page.getByText("Saved as a draft").waitFor();
  await becomes(async () => (await (await own.call("GET", "/drafts")).json()).drafts.map((one) => one.body), ["First. And then."]);
  await page.done();
  await own.stop();
});

test("a safety plan that is begun without a journal stays in the tab, which asks before it is left", async () => {
  const own = await serve();
  const page = await open(browser, own, { path: "/help#plan" });
  const asked = [];
  page.on("dialog", (dialog) => { asked.push(dialog.type()); dialog.dismiss(); });
  await page.goto(own.address("/help")).catch(() => {});
  await link(page, "Open your safety plan").click();
  await button(page, "Write a plan").click();
  await page.getByRole("textbox", { name: "Signs that it is starting" }).fill("I sleep badly");
  await page.goBack();
  await button(page, "Go on where you were").click();
  await hasValue(page.getByRole("textbox", { name: "Signs that it is starting" }), "I sleep badly");
  await page.evaluate(() => location.reload());
  await becomes(() => asked, ["beforeunload"]);
  assert.equal((await (await own.call("GET", "/vault")).json()).journal, false);
  await hasValue(page.getByRole("textbox", { name: "Signs that it is starting" }), "I sleep badly");
  await page.done();
  await own.stop();
});
