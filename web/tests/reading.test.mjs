// The way from a worry to what is kept: with answers laid down here, and with the model where there is one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HAS_MODEL, becomes, clean, counts, drafted, hasValue, launch, open, serve, shown } from "./harness.mjs";

let browser;
let service;
before(async () => { service = await serve({ model: HAS_MODEL }); browser = await launch(); });
after(async () => { await browser?.close(); await service?.stop(); });

const TEXT = "👩‍👩‍👧 She must think I'm useless, always.";
const at = (words) => { const start = Array.from(TEXT.slice(0, TEXT.indexOf(words))).length; return { start, end: start + Array.from(words).length, text: words }; };
const DISTORTIONS = [
  { slug: "mind_reading", name: "Mind reading", probability: 0.95, why: "This reads another person's mind.", spans: [at("She must think I'm useless")] },
  { slug: "labeling", name: "Labeling", probability: 0.4, why: "This puts a name on a person.", spans: [at("I'm useless, always")] },
];
const REFRAMES = [
  { strategy: "examine_evidence", kind: "question", source: "bank", line: "bf-012", text: "What did she say, in so many words?" },
  { strategy: "self_compassion", kind: "statement", source: "bank", line: "bf-013", text: "I can be unsure of her and kind to myself." },
];
const RISK = { level: "none", tier: "none", flags: [], matches: [], about: "self", coverage: "full" };
const DONE = { schema: 1, id: "1", outcome: "reframed", risk: RISK, distortions: DISTORTIONS, probabilities: {}, reframes: REFRAMES, support: null, model: null, timing_ms: {} };
const events = (...all) => all.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
const WHOLE = events(["progress", { step: "reading" }], ["risk", RISK], ["distortions", DISTORTIONS], ["progress", { step: "choosing" }], ["reframe", REFRAMES[0]], ["reframe", REFRAMES[1]], ["done", DONE]);

const button = (page, name) => page.getByRole("button", { name, exact: true });
const box = (page) => page.getByRole("textbox", { name: "What is going through your mind?" });
async function step(page, n) { for (let i = 0; i < Math.abs(n); i += 1) await page.keyboard.press(n < 0 ? "ArrowLeft" : "ArrowRight"); }

test("a thought is looked at, another way chosen, changed, rated and kept; back leads back", async () => {
  const page = await open(browser, service);
  let asked = 0;
  await page.route("**/api/v1/reframings", (route) => {
    asked += 1;
    return asked === 1
      ? route.fulfill({ status: 429, headers: { "retry-after": "1", "content-type": "application/problem+json" }, body: JSON.stringify({ type: "/problems/busy", title: "The model is busy", status: 429, detail: "…" }) })
      : route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: WHOLE });
  });
  await box(page).fill(TEXT);
  await button(page, "Look at this thought").click();
  await page.getByText("The model is busy with other texts. Trying again in 1 s.").waitFor();
  await page.getByText("Two habits of thought may be at work here.").waitFor();
  // The marks are where the service said, in letters and not in half letters; where two overlap, both are drawn.
  const marked = page.locator("blockquote.thought");
  const under = (line) => marked.evaluate((all, wanted) => [...all.querySelectorAll(wanted)].map((one) => one.textContent).join(""), line);
  await becomes(() => under(".line-0"), "She must think I'm useless");
  await becomes(() => under(".line-1"), "I'm useless, always");
  assert.equal((await marked.evaluate((all) => { const copy = all.cloneNode(true); copy.querySelectorAll("sup, .sr").forEach((one) => one.remove()); return copy.textContent; })), TEXT);
  await page.getByText("I'm not sure of this one.").waitFor();
  await clean(page);
  await page.getByRole("group", { name: "Mind reading: does it fit?" }).getByRole("radio", { name: "It fits" }).check();
  await page.getByRole("group", { name: "Labeling: does it fit?" }).getByRole("radio", { name: "It doesn't" }).check();
  await page.getByRole("slider", { name: "How much do you believe the thought right now?" }).focus();
  await step(page, 6);
  await page.getByRole("textbox", { name: "What do you feel?" }).fill("shame");
  await page.getByRole("slider", { name: "How strong is it: shame?" }).focus();
  await step(page, 4);
  await page.getByText("Add a habit of thought that you see in it").click();
  await page.getByRole("combobox", { name: "Which one?" }).selectOption("Should statements");
  await button(page, "Add it").click();
  await button(page, "Take it out: Should statements").waitFor();
  await clean(page);
  await button(page, "See other ways to look at it").click();
  await page.getByRole("radio", { name: /kind to myself/ }).check();
  await clean(page);
  await page.goBack();
  await page.getByText("Two habits of thought").waitFor();
  await page.goForward();
  const own = page.getByRole("textbox", { name: "Change it until it is yours" });
  await own.fill("I can be unsure of her, and kind to me.");
  await shown(marked);
  await page.getByText("Look at what speaks for it and against it").click();
  await page.getByRole("textbox", { name: "What speaks for the thought?" }).fill("She looked away.");
  await page.getByRole("textbox", { name: "What speaks against it?" }).fill("She thanked me last week.\n\nShe asked for my opinion.");
  await button(page, "Go on with this").click();
  await shown(marked);
  await page.getByRole("slider", { name: "How much do you believe the first thought now?" }).focus();
  await step(page, -2);
  await page.getByRole("slider", { name: "How strong is it now: shame?" }).focus();
  await step(page, -4);
  const today = await page.getByLabel("Look at this again on").getAttribute("min");
  await page.getByLabel("Look at this again on").fill(today);
  await clean(page);
  await button(page, "Keep this").click();
  await page.getByRole("heading", { name: "Kept" }).waitFor();
  await clean(page);
  await shown(marked);
  await page.getByText("You believed it 80 before and 40 after. Shame: 70 before and 30 after.").waitFor();

  const { thought_records: [{ entry, content }] } = await (await service.call("GET", "/thought-records")).json();
  assert.equal(content.thought, TEXT);
  assert.deepEqual([content.belief, content.belief_after], [80, 40]);
  assert.deepEqual(content.feelings, [{ name: "shame", before: 70, after: 30 }]);
  assert.deepEqual(content.distortions, { mind_reading: "accepted", labeling: "rejected", should_statements: "own" });
  assert.deepEqual(content.balanced, { from: "own", text: "I can be unsure of her, and kind to me." });
  assert.deepEqual([content.evidence_for, content.evidence_against], [["She looked away."], ["She thanked me last week.", "She asked for my opinion."]]);
  assert.equal(content.review_on, today);
  assert.equal((await (await service.call("GET", `/entries/${entry}`)).json()).text, TEXT);
  await becomes(async () => (await (await service.call("GET", "/drafts")).json()).drafts, []);
  await page.getByRole("link", { name: "See it in the journal" }).click();
  await page.getByText("Belief: 80 before, 40 after. Shame: 70 before, 30 after.").waitFor();
  await page.getByRole("link", { name: "Journal", exact: true }).click();
  await page.getByRole("region", { name: "To look at again" }).getByText("She thanked me last week.").waitFor();
  await clean(page);
  await button(page, "I have looked at it").click();
  await page.getByRole("region", { name: "To look at again" }).waitFor({ state: "detached" });
  const kept = (await (await service.call("GET", "/thought-records?limit=1")).json()).thought_records[0].content;
  assert.deepEqual(kept, { ...content, review_on: null });
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !/429|recognitions/.test(one)));
  await page.sound();
  await page.done();
});

test("a slow model says what is happening and can be stopped; the numbers survive a reload", async () => {
  const page = await open(browser, service);
  await page.route("**/api/v1/reframings", () => {});
  await box(page).fill("It takes so long.");
  await button(page, "Look at this thought").click();
  await page.getByText("Reading what you wrote.").waitFor();
  await page.getByRole("slider", { name: "How much do you believe the thought right now?" }).press("ArrowRight");
  await page.getByText(/^\d+ seconds so far/).waitFor();
  await button(page, "Stop").click();
  await page.getByText("Stopped. What you wrote is still here.").waitFor();
  await shown(page.getByText("It takes so long."));
  await drafted(service, "write-notes", (body) => body?.includes("55") ?? false);
  await page.reload();
  await hasValue(box(page), "It takes so long.");
  await button(page, "Look at this thought").click();
  await hasValue(page.getByRole("slider", { name: "How much do you believe the thought right now?" }), "55");
  await button(page, "Change the text").click();
  await box(page).fill("");
  await page.getByText("What you write stays on this machine.").waitFor();
  await page.done();
});

test("what was set aside is never answered with a verdict, and the help stays", async () => {
  const page = await open(browser, service);
  let asked = 0;
  const escalation = { tier: "urgent", message: "Are you safe right now?", helplines: [], emergency_numbers: [], steps: ["Call one of the lines below now."], note: "", plan: { state: "written", text: "From your own safety plan:", people: [{ name: "Mara", phone: "555 0101" }], coping: [] } };
  await page.route("**/api/v1/reframings", (route) => {
    asked += 1;
    const reply = asked === 1 ? { ...DONE, outcome: "escalated", distortions: [], reframes: [], escalation } : { ...DONE, outcome: "no_distortion", distortions: [], reframes: [] };
    return route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: events(["done", reply]) });
  });
  await box(page).fill(TEXT);
  await button(page, "Look at this thought").click();
  const help = page.getByRole("alert", { name: "Help" });
  await help.getByText("Call one of the lines above now.").waitFor();
  await becomes(() => help.getByRole("heading").allInnerTexts(), ["From your own safety plan", "Talk to a person now", "For the next hour"]);
  await counts(help.getByText("From your own safety plan"), 1);
  await button(page, "That's not what I meant").click();
  await page.getByText("All right. The help stays here.").waitFor();
  await button(page, "Put it another way myself").waitFor();
  assert.equal(await page.getByText("I don't see a distortion").count(), 0);
  await clean(page);
  await button(page, "Change the text").click();
  await box(page).fill("");
  await page.getByText("What you write stays on this machine.").waitFor();
  await page.done();
});

test("an answer that breaks off is told and can be asked for again", async () => {
  const page = await open(browser, service);
  let asked = 0;
  await page.route("**/api/v1/reframings", (route) => { asked += 1; return route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: asked === 1 ? events(["progress", { step: "reading" }]) : WHOLE }); });
  await box(page).fill(TEXT);
  await button(page, "Look at this thought").click();
  await page.getByRole("alert").getByText("The answer broke off.").waitFor();
  await button(page, "Try again").click();
  await page.getByText("Two habits of thought").waitFor();
  await button(page, "See other ways to look at it").click();
  await page.getByRole("radio", { name: "None of these. I'll write my own." }).check();
  await page.getByRole("textbox", { name: "Your own words" }).fill("I don't know what she thinks.");
  await button(page, "Go on with this").click();
  await button(page, "Keep this").click();
  await page.getByRole("heading", { name: "Kept" }).waitFor();
  const { thought_records: [{ content }] } = await (await service.call("GET", "/thought-records?limit=1")).json();
  assert.deepEqual(content.balanced, { from: "own", text: "I don't know what she thinks." });
  await page.done();
});

test("with the model: a worry is read, and an entry can be looked at later", { skip: !HAS_MODEL }, async () => {
  const page = await open(browser, service);
  await box(page).fill("She didn't answer all day. She must think I'm useless.");
  await button(page, "Look at this thought").click();
  await page.getByRole("heading", { name: "Mind reading" }).waitFor({ timeout: 60_000 });
  await button(page, "See other ways to look at it").click();
  await page.getByRole("radio", { name: "None of these. I'll write my own." }).waitFor({ timeout: 60_000 });
  await becomes(async () => (await page.getByRole("radio").count()) >= 2, true);
  await page.getByRole("radio").first().check();
  await button(page, "Go on with this").click();
  await button(page, "Keep this").click();
  await page.getByRole("link", { name: "See it in the journal" }).click();
  await page.getByRole("region", { name: "Habits of thought" }).getByText("Mind reading").waitFor({ timeout: 60_000 }).catch(async () => { await page.reload(); await page.getByText("Mind reading").first().waitFor(); });
  await page.getByRole("link", { name: "Look at this thought" }).click();
  await page.getByRole("heading", { name: "Mind reading" }).waitFor({ timeout: 60_000 });
  await page.sound();
  await page.done();
});
