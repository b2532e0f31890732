// What is served is what was vendored, weighs little, and is there at each address. How fast it comes: benches/page.mjs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ROUTES } from "../page/router.js";
import { SCREENS, launch, open, serve, watch, weigh } from "./harness.mjs";

const PAGE = new URL("../page/", import.meta.url).pathname;
const files = readdirSync(PAGE, { recursive: true }).filter((name) => statSync(join(PAGE, name)).isFile());
const read = (name) => readFileSync(join(PAGE, name), "utf8");
const own = files.filter((name) => !name.startsWith("vendor/"));

test("vendor/ is what vendor.sh makes", () => {
  const to = mkdtempSync(join(tmpdir(), "evenkeel-vendor-"));
  execFileSync(new URL("../vendor.sh", import.meta.url).pathname, [to], { stdio: ["ignore", "ignore", "inherit"] });
  assert.deepEqual(readdirSync(to).sort(), readdirSync(join(PAGE, "vendor")).sort());
  for (const name of readdirSync(to)) assert.equal(readFileSync(join(to, name), "utf8"), read(`vendor/${name}`), name);
  rmSync(to, { recursive: true });
});

test("no file is long", () => {
  for (const name of own.filter((one) => one.endsWith(".js") && !one.startsWith("strings"))) assert.ok(read(name).split("\n").length <= 400, name);
});

test("no screen needs more than 200 kB, as it is sent, and nothing moves once it is drawn", async (t) => {
  const service = await serve();
  const browser = await launch();
  const weights = {};
  const shifts = {};
  for (const place of SCREENS) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
    await watch(context);
    const page = await context.newPage();
    const sent = weigh(page);
    await page.goto(service.address(place));
    await page.waitForLoadState("networkidle");
    weights[place] = sent();
    shifts[place] = await page.evaluate(() => globalThis.__seen.shift);
    await context.close();
  }
  await browser.close();
  await service.stop();
  const all = files.filter((name) => !name.includes("LICENSE")).reduce((sum, name) => sum + statSync(join(PAGE, name)).size, 0);
  t.diagnostic(`sent to open: ${Object.entries(weights).map(([place, bytes]) => `${place} ${(bytes / 1000).toFixed(0)} kB`).join(", ")}; all files together ${(all / 1000).toFixed(0)} kB`);
  for (const [place, bytes] of Object.entries(weights)) assert.ok(bytes <= 200_000, `${place}: ${bytes} bytes`);
  t.diagnostic(`moved: ${Object.entries(shifts).map(([place, shift]) => `${place} ${shift.toFixed(3)}`).join(", ")}`);
  assert.deepEqual(Object.entries(shifts).filter(([, shift]) => shift > 0), []);
});

test("each address that the page knows is there when it is loaded again", async () => {
  const service = await serve();
  const index = read("index.html");
  const deeper = ["new", "exercises", "exercise-relaxation", "topic-boundaries", "phq-9", "talk-019ac", "a%2Fb", "%C3%84rger", "%zz"];
  const addresses = ["/", "/journal?q=day", "/write?entry=019ac", ...ROUTES.flatMap(([pattern]) => (pattern.includes(":id") ? deeper.map((id) => pattern.replace(":id", id)) : [pattern]))];
  const missing = [];
  for (const address of addresses) {
    const answer = await fetch(service.origin + address);
    if (answer.status !== 200 || !answer.headers.get("content-security-policy") || (await answer.text()) !== index) missing.push(`${address} ${answer.status}`);
  }
  const unknown = [];
  for (const address of ["/nowhere", "/page/nowhere.js"]) unknown.push((await fetch(service.origin + address)).status);
  const browser = await launch();
  const page = await open(browser, service, { path: "/parts/%zz" });
  const broken = page.faults.filter((one) => one.startsWith("error"));
  await browser.close();
  await service.stop();
  assert.deepEqual(broken, []);
  assert.deepEqual(missing, []);
  assert.deepEqual(unknown, [404, 404]);
});

test("what is fetched ahead is what is needed: by the first view, and by each screen", () => {
  const needs = (name) => [...read(name).matchAll(/^(?:import|export)[^;]*? from "(\.[^"]+)"/gm)].map(([, to]) => normalize(join(dirname(name), to)));
  const closure = (name, seen = new Set()) => {
    if (!seen.has(name)) { seen.add(name); needs(name).forEach((one) => closure(one, seen)); }
    return seen;
  };
  const first = closure("main.js");
  const named = [...read("index.html").matchAll(/"modulepreload" href="\/page\/([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual([...first].filter((name) => !["main.js", "begin.js"].includes(name)).sort(), named.sort());
  const begin = read("begin.js");
  const help = [...begin.match(/const HELP = \[(.*?)\]/)[1].matchAll(/"([^"]+)"/g)].map(([, name]) => `${name}.js`);
  for (const [, screen, rest] of begin.matchAll(/: screen\("([^"]+)"(.*?)\),\n/gs)) {
    const ahead = [...[...rest.matchAll(/"([^"]+)"/g)].map(([, name]) => `${name}.js`), ...(rest.includes("...HELP") ? help : [])];
    const needed = [...closure(`screens/${screen}.js`)].filter((name) => !first.has(name) && name !== `screens/${screen}.js`);
    assert.deepEqual(ahead.sort(), needed.sort(), screen);
  }
});

test("what the policy and the voice forbid stands nowhere", () => {
  for (const name of own) {
    const text = read(name);
    for (const word of [/innerHTML/, /outerHTML/, /insertAdjacentHTML/, /dangerouslySet/, /\beval\(/, /new Function/, /localStorage/, /document\.cookie/, /\bpanic/i, /https?:\/\/(?!www\.w3\.org)[a-z]/]) assert.doesNotMatch(text, word, name);
  }
  for (const name of own.filter((one) => one.startsWith("strings"))) {
    for (const line of read(name).split("\n").filter((one) => !one.trim().startsWith("//"))) assert.doesNotMatch(line, /!["`\s]|\b(just|simply|don't worry|amazing|journey)\b/i, line);
  }
  assert.doesNotMatch(read("style.css"), /\b(margin|padding|border)-(left|right)\b|(?<!-)\b(left|right)\s*:|text-align:\s*(left|right)/);
});
