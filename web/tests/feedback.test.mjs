// What is said of reframes: with answers laid down here, and with the model where there is one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HAS_MODEL, clean, launch, open, overflows, serve } from "./harness.mjs";

let browser;
let service;
before(async () => { service = await serve({ model: HAS_MODEL }); browser = await launch(); });
after(async () => { await browser?.close(); await service?.stop(); });

const TEXT = "She didn't answer my message. She must think I'm useless.";
const DISTORTIONS = [{ slug: "mind_reading", name: "Mind reading", probability: 0.95, why: "This reads another person's mind.", spans: [] }];
const REFRAMES = [
  { strategy: "examine_evidence", kind: "question", source: "bank", line: "bf-012", text: "What did she say, in so many words?" },
  { strategy: "self_compassion", kind: "statement", source: "bank", line: "bf-013", text: "I can be unsure of her and kind to myself." },
];
const RISK = { level: "none", tier: "none", flags: [], matches: [], about: "self", coverage: "full" };
const SAYS = "What you said of earlier ones changed which of these come first.";
const DONE = { schema: 1, id: "r 1", outcome: "reframed", risk: RISK, distortions: DISTORTIONS, probabilities: {}, reframes: REFRAMES, personal: { left_out: 2, says: SAYS }, support: null, model: null, timing_ms: {} };
const events = (...all) => all.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
const WHOLE = events(["risk", RISK], ["distortions", DISTORTIONS], ["reframe", REFRAMES[0]], ["reframe", REFRAMES[1]], ["done", DONE]);

const button = (page, name) => page.getByRole("button", { name, exact: true });
const box = (page) => page.getByRole("textbox", { name: "What is going through your mind?" });
/** A button of the n-th reframe, once it is pressed or not. */
const word = (page, n, name, pressed) => page.locator(".said").nth(n).getByRole("button", { name, exact: true, pressed });

async function toWays(page, text = TEXT) {
  await box(page).fill(text);
  await button(page, "Look at this thought").click();
  await button(page, "See other ways to look at it").click();
}

test("a reframe is said to fit or not, with keys too, and nothing that is read moves", async () => {
  const page = await open(browser, service, { width: 390, height: 844 });
  const said = [];
  let fails = false;
  await page.route("**/api/v1/reframings", (route) => route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: WHOLE }));
  await page.route("**/api/v1/reframings/*/feedback", (route) => {
    if (fails) return route.fulfill({ status: 507, headers: { "content-type": "application/problem+json" }, body: JSON.stringify({ type: "/problems/disk-full", title: "The disk is full", status: 507, detail: "…" }) });
    said.push({ url: route.request().url(), key: route.request().headers()["idempotency-key"], ...route.request().postDataJSON() });
    return route.fulfill({ status: 201, headers: { "content-type": "application/json" }, body: JSON.stringify({ id: "1", reframing: "r 1", verdict: "fits", edited: null, screening: null }) });
  });
  await toWays(page);
  await page.getByText(SAYS).waitFor();
  await word(page, 1, "Not this", false).waitFor();
  await clean(page);
  assert.equal(await overflows(page), false);
  for (const one of await page.locator(".said button").all()) {
    const { width, height } = await one.boundingBox();
    assert.ok(width >= 44 && height >= 44, `${width} × ${height}`);
  }
  const places = () => page.locator(".way-text").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  const were = await places();
  await word(page, 0, "This fits", false).click();
  await word(page, 0, "This fits", true).waitFor();
  await word(page, 1, "Not this", false).focus();
  await page.keyboard.press("Space");
  await word(page, 1, "Not this", true).waitFor();
  assert.deepEqual(await places(), were);
  await clean(page);
  // Pressed once more, it is taken back; and the other word takes its place.
  await word(page, 0, "This fits", true).click();
  await word(page, 0, "This fits", false).waitFor();
  await word(page, 0, "Not this", false).click();
  await word(page, 0, "Not this", true).waitFor();
  await word(page, 0, "This fits", false).waitFor();
  for (let tried = 0; said.length < 4 && tried < 100; tried += 1) await page.waitForTimeout(50);
  assert.deepEqual(said.map(({ text, verdict }) => [text, verdict]), [
    [REFRAMES[0].text, "fits"], [REFRAMES[1].text, "not_this"], [REFRAMES[0].text, "taken_back"], [REFRAMES[0].text, "not_this"],
  ]);
  assert.ok(said.every(({ url, key }) => url.endsWith("/reframings/r%201/feedback") && key));
  assert.equal(new Set(said.map(({ key }) => key)).size, 4);

  // What could not be kept is not shown as kept.
  fails = true;
  await word(page, 1, "This fits", false).click();
  await page.getByRole("alert").getByText("The disk is full.").waitFor();
  await word(page, 1, "Not this", true).waitFor();
  fails = false;
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !one.includes("507")));

  // Making one's own of a reframe counts as well.
  await page.getByRole("radio", { name: /kind to myself/ }).check();
  await page.getByRole("textbox", { name: "Change it until it is yours" }).fill("I can be unsure, and kind to me.");
  await button(page, "Go on with this").click();
  const sent = page.waitForRequest((request) => request.url().endsWith("/feedback"));
  await button(page, "Keep this").click();
  assert.deepEqual((await sent).postDataJSON(), { text: REFRAMES[1].text, verdict: "edited", edited: "I can be unsure, and kind to me." });
  await page.getByRole("heading", { name: "Kept" }).waitFor();
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !one.includes("recognitions")));
  await page.sound();
  await page.done();
});

test("where there is no journal to keep it in, there are no such words", async () => {
  const page = await open(browser, service);
  const { personal: _, ...done } = DONE;
  await page.route("**/api/v1/reframings", (route) => route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: events(["distortions", DISTORTIONS], ["reframe", REFRAMES[0]], ["done", { ...done, reframes: [REFRAMES[0]] }]) }));
  await toWays(page);
  await page.getByRole("radio", { name: "None of these. I'll write my own." }).waitFor();
  assert.equal(await button(page, "This fits").count(), 0);
  await page.sound();
  await page.done();
});

test("settings tell what follows, and forget it", async () => {
  const page = await open(browser, service);
  let forgotten = false;
  const said = [{ id: "1", at: "2026-11-20T10:00:00.000+00:00", reframing: "r 1", strategy: "self_compassion", kind: "statement", text: REFRAMES[1].text, verdict: "not_this", edited: null }];
  await page.route("**/api/v1/reframe-feedback", (route) => {
    if (route.request().method() === "DELETE") forgotten = true;
    const body = route.request().method() === "DELETE" ? { forgotten: 1 }
      : forgotten ? { says: ["You have said nothing of reframes yet."], leanings: [], said: [], shown: 2 }
        : { says: ["You said something of one reframe.", "Such lines come a little later."], leanings: [], said, shown: 2 };
    return route.fulfill({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  });
  await page.goto(`${service.origin}/settings`);
  await page.getByRole("heading", { name: "What you said of reframes" }).waitFor();
  await page.getByText("Such lines come a little later.").waitFor();
  await page.getByText("What you said, one by one").click();
  await page.getByText(REFRAMES[1].text).waitFor();
  await clean(page);
  await button(page, "Forget it").click();
  await button(page, "No, leave it").waitFor();
  await button(page, "Forget it all").click();
  await page.getByText("It is forgotten.").waitFor();
  await page.getByText("You have said nothing of reframes yet.").waitFor();
  await button(page, "Forget it").waitFor({ state: "detached" });
  assert.ok(forgotten);
  await page.sound();
  await page.done();
});

test("with the model: no line comes twice, and what is said is kept and told", { skip: !HAS_MODEL }, async () => {
  const own = await serve({ model: true });
  const page = await open(browser, own);
  try {
    await toWays(page);
    await word(page, 0, "This fits", false).click();
    await word(page, 0, "This fits", true).waitFor();
    await page.goto(`${own.origin}/settings`);
    await page.getByText("You said something of one reframe.").waitFor();
    // A journal is there by now: the draft has made it.
    const seen = new Set();
    for (let n = 0; n < 3; n += 1) {
      const reply = await (await own.call("POST", "/reframings", { text: TEXT })).json();
      assert.ok(reply.personal.left_out > 0);
      for (const { source, line } of reply.reframes) {
        if (source !== "bank") continue;
        assert.ok(!seen.has(line), line);
        seen.add(line);
      }
    }
    await page.sound();
  } finally {
    await page.done();
    await own.stop();
  }
});
