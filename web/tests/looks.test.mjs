// How each screen looks, as a small grey picture that is kept in looks/. `EVENKEEL_LOOKS=write` draws them anew.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, quiet, serve } from "./harness.mjs";
import { lived } from "./months.mjs";
import { png } from "./png.mjs";

const LOOKS = new URL("./looks/", import.meta.url).pathname;
const WRITES = process.env.EVENKEEL_LOOKS === "write";
/** Where the full pictures go, when somebody wants to see them; else those of what failed. */
const SHOTS = process.env.EVENKEEL_SHOTS ?? join(tmpdir(), "evenkeel-looks");
const NOW = "2026-05-15T10:00:00Z";
const WIDE = 100;
const VARIANTS = [[390, 844, false], [390, 844, true], [1100, 800, false], [1100, 800, true]];

/**
 * How far apart two pictures may be: greys (of 255) on the mean, and the share of pixels that differ by more than MUCH.
 * Tried out: the same fonts drawn again 0.0 and 0 %; letters that are a tenth narrower, in lines that break alike, up to
 * 3.8 and 1.5 % on the narrow pictures, 2.4 and 0.1 % on the wide ones; a heading that is gone 9.9 and 8 % and 3.4 at
 * least; no stylesheet 12 and 5 %, 9.9 and 0.5 % at least. Where the machine has other fonts, a line may break elsewhere
 * and move what is below it (10.9 and 8.3 %), so twice as much is let pass: no stylesheet is still found, a heading
 * perhaps not.
 */
const LIMITS = { 390: { mean: 7, share: 0.05 }, 1100: { mean: 3, share: 0.015 } };
const MUCH = 40;

let browser;
let service;
let blank;
let slack = 1;
const tabs = [];

before(async () => {
  mkdirSync(LOOKS, { recursive: true });
  mkdirSync(SHOTS, { recursive: true });
  service = await serve();
  browser = await launch(["--font-render-hinting=none", "--force-color-profile=srgb"]);
  const told = async (path, body) => (await (await service.call("POST", path, body)).json());
  for (const [day, mood, text] of [["02", 3, "A slow day. Nobody called."], ["06", 5, "The walk helped, and the soup."], ["09", 4, "Too much on the desk again."], ["13", 7, "Ana came by. We laughed about the parcel."]]) {
    service.entry = (await told("/entries", { text, mood, tags: ["evening"], written: `2026-05-${day}T18:30:00Z` })).id;
  }
  service.thought = (await told("/entries", { text: "She didn't answer my message. She must think I'm useless.", written: "2026-05-14T21:10:00Z" })).id;
  await told("/parts", { name: "the Lid", role: "manager", ties: [["protects", "the small one"]] });
  await told("/parts", { name: "the small one", role: "exile" });
  blank = await (await browser.newContext()).newPage();
  for (const [width, height, dark] of VARIANTS) {
    const page = await open(browser, service, { width, height, dark, now: NOW });
    // Which models are on this machine must not matter.
    await page.route("**/api/v1/models", (route) => route.fulfill({ json: { models: [] } }));
    tabs.push({ page, limits: LIMITS[width], name: `${width}${dark ? "-dark" : ""}` });
  }
  const fonts = await tabs[0].page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const pen = document.createElement("canvas").getContext("2d");
    return ["--sans", "--serif"].map((name) => { pen.font = `100px ${style.getPropertyValue(name)}`; return Math.round(pen.measureText("Two habits of thought may be at work here.").width); });
  });
  const at = join(LOOKS, "fonts.json");
  if (WRITES) writeFileSync(at, `${JSON.stringify(fonts)}\n`);
  else if (JSON.parse(readFileSync(at, "utf8")).some((width, n) => Math.abs(width - fonts[n]) > width / 200)) slack = 2;
});
after(async () => { await browser?.close(); await service?.stop(); });

/** A picture as greys, WIDE across, drawn by the browser in a blank page. @param {Buffer} file */
const greys = (file) => blank.evaluate(async ({ data, wide }) => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]));
  const tall = Math.round((picture.height * wide) / picture.width);
  const scaled = await createImageBitmap(picture, { resizeWidth: wide, resizeHeight: tall, resizeQuality: "high" });
  const pen = new OffscreenCanvas(wide, tall).getContext("2d");
  pen.drawImage(scaled, 0, 0);
  const { data: rgba } = pen.getImageData(0, 0, wide, tall);
  return Array.from({ length: wide * tall }, (_, n) => Math.round(0.299 * rgba[n * 4] + 0.587 * rgba[n * 4 + 1] + 0.114 * rgba[n * 4 + 2]));
}, { data: file.toString("base64"), wide: WIDE });

/** Each pixel as the mean of itself and its neighbours, so that a letter's edge does not count. */
function soft(grey) {
  const tall = grey.length / WIDE;
  return grey.map((_, n) => {
    let sum = 0;
    let count = 0;
    for (let y = Math.max(0, ((n / WIDE) | 0) - 1); y <= Math.min(tall - 1, ((n / WIDE) | 0) + 1); y += 1) {
      for (let x = Math.max(0, (n % WIDE) - 1); x <= Math.min(WIDE - 1, (n % WIDE) + 1); x += 1) { sum += grey[y * WIDE + x]; count += 1; }
    }
    return sum / count;
  });
}

/** @param {string} name @param {(page:any) => Promise<void>} go leads to the screen and waits until it is whole */
const looks = (name, go) => test(`looks: ${name}`, async (t) => {
  const wrong = [];
  const far = [];
  for (const { page, limits, name: variant } of tabs) {
    await go(page);
    await quiet(page);
    await page.mouse.move(1, 1);
    await page.evaluate(() => {
      document.activeElement?.blur();
      scrollTo(0, 0);
      // One of several messages and of several steps, which are not equally long.
      document.querySelectorAll(".escalation .says p").forEach((line, n) => { if (n < 3) line.textContent = "A sentence of the message."; else line.remove(); });
      document.querySelectorAll(".escalation .steps li").forEach((line) => { line.textContent = "A step."; });
    });
    const shot = await page.screenshot({ caret: "hide", animations: "disabled" });
    const grey = await greys(shot);
    const at = join(LOOKS, `${name}-${variant}.png`);
    const full = join(SHOTS, `${name}-${variant}.png`);
    if (process.env.EVENKEEL_SHOTS) writeFileSync(full, shot);
    if (WRITES) { writeFileSync(at, png(grey, WIDE)); continue; }
    const before = existsSync(at) ? soft(await greys(readFileSync(at))) : [];
    const now = soft(grey);
    const gaps = now.map((one, n) => Math.abs(one - (before[n] ?? 255)));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const share = gaps.filter((gap) => gap > MUCH).length / gaps.length;
    far.push(`${variant} ${mean.toFixed(1)} ${(share * 100).toFixed(1)} %`);
    if (before.length === now.length && mean <= limits.mean * slack && share <= limits.share * slack) continue;
    writeFileSync(full, shot);
    wrong.push(`${full} is another picture than ${at}: ${mean.toFixed(1)} greys apart, ${(share * 100).toFixed(1)} % differ much`);
  }
  if (far.length) t.diagnostic(`apart: ${far.join(", ")}${slack > 1 ? "; other fonts here, so twice as much is let pass" : ""}`);
  assert.deepEqual(wrong, []);
});
const to = (path, ready) => async (page) => {
  await page.goto(service.origin + (typeof path === "function" ? path() : path));
  await page.getByText(ready).first().waitFor();
};

looks("write", to("/write", "What is going through your mind?"));
looks("write-result", async (page) => {
  await page.goto(`${service.origin}/write?entry=${service.thought}`);
  await page.locator("p.lead").waitFor();
});
looks("journal", to("/journal", "We laughed about the parcel."));
looks("entry", to(() => `/journal/${service.entry}`, "We laughed about the parcel."));
looks("parts", to("/parts", "the small one"));
looks("check-in", to("/check-in", "It takes under a minute"));
looks("questionnaires", to("/questionnaires", "Hyper-Independence Questionnaire"));
looks("question", async (page) => {
  await to("/questionnaires/gad-2", "Where it comes from")(page);
  await page.getByRole("button", { name: /^(Begin|Go on)/ }).first().click();
  await page.getByText("GAD-2, 1 of 2").waitFor();
});
looks("practice", to("/practice", "Or none of these"));
looks("help", to("/help", "call your local emergency number now"));
looks("settings", to("/settings", "Set a passphrase"));
looks("body", to("/settings/body", "Nothing yet."));

// What changes the journal comes last.
looks("insight", async (page) => {
  service.months ??= await lived(service, { days: 100, until: new Date(NOW) });
  // The service has its own clock.
  await page.route(/\/insights\?days=90$/, (route) => route.continue({ url: route.request().url().replace("days=90", "from=2026-02-15&to=2026-05-15") }));
  await to("/insight", "Each dot is a day.")(page);
  await page.getByRole("checkbox", { name: "Show this in Write when a week is over" }).waitFor();
});
looks("report", async (page) => {
  await to("/insight", "Make a report")(page);
  await page.getByRole("link", { name: "Make a report for your therapist" }).click();
  await page.getByRole("heading", { name: "What is in it" }).waitFor();
});
looks("write-help", async (page) => {
  service.danger ??= (await (await service.call("POST", "/entries", { text: "I want to be dead.", written: "2026-05-14T22:00:00Z" })).json()).id;
  await to(`/write?entry=${service.danger}`, "Talk to a person now")(page);
});
looks("unlock", async (page) => {
  service.sealed ??= (await service.call("PUT", "/vault/passphrase", { new: "four words of mine" })).status;
  await service.call("POST", "/vault/lock");
  await to("/journal", "Your journal is locked")(page);
});
