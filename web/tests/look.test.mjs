// Every screen, in both schemes and at 320 px: nothing that axe finds, nothing wider than the window.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { focused, launch, open, overflows, quiet, serve, violations } from "./harness.mjs";

const PLACES = ["/write", "/journal", "/journal?view=calendar", "/journal?view=records", "/journal?q=day", "/parts", "/check-in", "/questionnaires",
  "/practice", "/insight", "/report", "/settings", "/settings/body", "/help", "/help#grounding", "/help#breathing", "/help#plan"];
let browser;
let service;
let entry;
before(async () => {
  service = await serve();
  browser = await launch();
  entry = (await (await service.call("POST", "/entries", { text: "A long day. The walk helped.", mood: 5, tags: ["walk"] })).json()).id;
  await service.call("POST", "/thought-records", { entry, content: { thought: "She must think I'm useless.", belief: 80, belief_after: 40, feelings: [{ name: "shame", before: 70, after: 40 }], distortions: { mind_reading: "accepted" }, balanced: { from: "own", text: "I don't know what she thinks." } } });
  await service.call("PUT", "/safety-plan", { readable_when_locked: true, coping: ["Walk round the block"], people: [{ name: "Mara", phone: "555 0101" }] });
});
after(async () => { await browser?.close(); await service?.stop(); });

for (const [name, options] of [["light", {}], ["dark", { dark: true }], ["320 px", { width: 320, height: 640 }]]) {
  test(`every screen, ${name}`, async () => {
    const page = await open(browser, service, options);
    const found = [];
    for (const place of [...PLACES, `/journal/${entry}`]) {
      await page.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, place);
      await page.waitForFunction(() => document.querySelectorAll("h1").length === 1);
      await quiet(page);
      found.push(...(await violations(page)).map((one) => `${place} ${one}`));
      if (await overflows(page)) found.push(`${place} is wider than the window`);
    }
    assert.deepEqual(found, []);
    await page.sound();
    await page.done();
  });
}

test("text at twice the size still fits, from right to left too", async () => {
  for (const width of [640, 320]) {
    const page = await open(browser, service, { width });
    for (const dir of ["ltr", "rtl"]) {
      await page.evaluate((to) => { document.documentElement.dir = to; document.documentElement.style.fontSize = "200%"; }, dir);
      for (const place of ["/write", "/journal", "/insight", "/report", "/settings", "/settings/body", "/help"]) {
        await page.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, place);
        await quiet(page);
        assert.equal(await overflows(page), false, `${place} ${dir} ${width}`);
      }
    }
    await page.done();
  }
});

test("the page is used with the keyboard alone", async () => {
  const page = await open(browser, service);
  await focused(page.locator("textarea"));
  await page.keyboard.type("One line.");
  const seen = [];
  for (let n = 0; n < 18; n += 1) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ""));
  }
  for (const name of ["Look at this thought", "Keep it as it is", "Help", "Settings"]) assert.ok(seen.includes(name), `${name} in ${seen}`);
  await page.done();
});
