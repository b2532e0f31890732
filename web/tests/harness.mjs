// A real service, a real browser, and what must hold on every page that it shows.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

const target = process.env.EVENKEEL_WEB_TARGET ?? new URL("../../target/web", import.meta.url).pathname;
const require = createRequire(join(target, "package.json"));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");
export const SCREENS = ["/write", "/journal", "/parts", "/check-in", "/questionnaires", "/practice", "/insight", "/report", "/help", "/settings", "/settings/body"];
const CHROMIUM = process.env.EVENKEEL_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** Where `evenkeel` lies; the tests that need the model run where `EVENKEEL_TEST_MODEL` is set. */
export const BINARY = process.env.EVENKEEL_BIN ?? new URL("../../target/debug/evenkeel", import.meta.url).pathname;
export const HAS_MODEL = Boolean(process.env.EVENKEEL_TEST_MODEL);
/** How many times slower the page's own work is made, to find what hangs on a fast machine. */
const SLOW = Number(process.env.EVENKEEL_SLOW ?? 1);
/** So long what must come is waited for. */
const PATIENCE_MS = 15_000 * SLOW;
const LOOK_AGAIN_MS = 50;

/**
 * Starts the service on a folder of its own.
 * @param {{model?:boolean, dir?:string, listen?:string, args?:string[], env?:Record<string, string>}} [options]
 */
export async function serve({ model = false, dir = mkdtempSync(join(tmpdir(), "evenkeel-web-")), listen = "127.0.0.1:0", args = [], env = {} } = {}) {
  const rules = model ? [] : ["--rules-only"];
  const child = spawn(BINARY, ["--data-dir", dir, "--offline", "serve", "--json", "--listen", listen, ...rules, ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const told = await new Promise((done, fail) => {
    let out = "";
    let errors = "";
    child.stderr.on("data", (data) => { errors += data; });
    child.stdout.on("data", (data) => {
      out += data;
      if (out.includes("\n")) done(JSON.parse(out.split("\n")[0]));
    });
    child.on("error", fail);
    child.on("exit", (code) => fail(new Error(`evenkeel serve ended with ${code}: ${errors}`)));
  });
  const origin = `http://${told.address}`;
  const token = new URL(told.url).hash.slice("#token=".length);
  const call = (method, path, body) => fetch(`${origin}/api/v1${path}`, {
    method, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (model) for (let n = 0; n < 240 && !(await (await call("GET", "/health")).json()).ready; n += 1) await new Promise((done) => setTimeout(done, 250));
  return {
    origin, token, dir, call,
    address: (path = "/") => `${origin}${path}#token=${token}`,
    async stop({ keep = false } = {}) {
      child.removeAllListeners("exit");
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await ended;
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @param {string[]} [more] arguments of the browser */
export const launch = (more = []) => chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...more] });

/** In each tab of this context: what was moved after it was drawn, and the longest task. Read with `page.evaluate(() => globalThis.__seen)`. */
export const watch = (context) => context.addInitScript(() => {
  globalThis.__seen = { shift: 0, long: 0 };
  new PerformanceObserver((list) => { for (const one of list.getEntries()) globalThis.__seen.shift += one.value; }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { for (const one of list.getEntries()) globalThis.__seen.long = Math.max(globalThis.__seen.long, one.duration); }).observe({ type: "longtask", buffered: true });
});

/** Bytes of the page's own files, as they are sent to this tab: a function that gives the sum so far. */
export function weigh(page) {
  let sent = 0;
  page.on("response", (response) => { if (!response.url().includes("/api/")) sent += Number(response.headers()["content-length"] ?? 0); });
  return () => sent;
}

/** Answers of the service that are part of the ordinary run of things; a browser calls them errors. */
const EXPECTED = [/\/api\/v1\/models\/[^/]+\/pull/, /\/api\/v1\/safety-plan/, /\/api\/v1\/vault\/unlock/];

/**
 * Opens a tab that remembers everything that must not happen.
 * @param {import("playwright-core").Browser} browser
 * @param {Awaited<ReturnType<typeof serve>>} service
 * @param {{dark?:boolean, width?:number, height?:number, path?:string, token?:boolean, reduced?:boolean, now?:string}} [options]
 *   `now`: the time that the page takes it to be, in UTC, and that stands still
 */
export async function open(browser, service, { dark = false, width = 1100, height = 800, path = "/write", token = true, reduced = true, now } = {}) {
  const context = await browser.newContext({ colorScheme: dark ? "dark" : "light", viewport: { width, height }, reducedMotion: reduced ? "reduce" : "no-preference", acceptDownloads: true, locale: "en-IE", ...(now && { timezoneId: "UTC" }) });
  if (now) await context.clock.setFixedTime(now);
  await context.addInitScript(() => {
    globalThis.__violations = [];
    document.addEventListener("securitypolicyviolation", (event) => globalThis.__violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  if (SLOW > 1) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: SLOW });
  const faults = [];
  const underway = new Set();
  page.on("request", (request) => underway.add(request));
  for (const ended of ["requestfinished", "requestfailed"]) page.on(ended, (request) => underway.delete(request));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (EXPECTED.some((at) => at.test(message.location().url))) return;
    faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.origin !== service.origin) faults.push(`request to ${url.origin}`);
  });
  await page.goto(token ? service.address(path) : service.origin + path);
  await page.waitForSelector("h1");
  return Object.assign(page, {
    faults, underway,
    async sound() {
      faults.push(...(await page.evaluate(() => globalThis.__violations)).map((one) => `policy: ${one}`));
      if (faults.length) throw new Error(faults.join("\n"));
    },
    done: () => context.close(),
  });
}

/** What axe finds, each as a line. The policy of the page does not hold for the tester's own tools. */
export async function violations(page) {
  const cdp = await page.context().newCDPSession(page);
  const { readFileSync } = await import("node:fs");
  await cdp.send("Runtime.evaluate", { expression: readFileSync(AXE, "utf8") });
  const { result } = await cdp.send("Runtime.evaluate", {
    expression: "axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } }, runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => JSON.stringify(r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)))",
    awaitPromise: true, returnByValue: true,
  });
  return JSON.parse(result.value);
}

/** Fails on anything that axe finds in what is shown now. */
export async function clean(page) {
  const found = await violations(page);
  if (found.length) throw new Error(found.join("\n"));
}

/** Whether the page is wider than its window. */
export const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);

/** What must hold of every view: nothing that keeps somebody out, and no scrolling to the side. @param {import("playwright-core").Page} page */
export async function holds(page) {
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflows(page), false);
}

/**
 * Looks again until it is so. It fails as `assert.deepEqual` does where it never is.
 * @template T
 * @param {() => Promise<T>|T} look
 * @param {T} wanted
 * @param {string} [message]
 */
export async function becomes(look, wanted, message) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const is = await look();
    if (isDeepStrictEqual(is, wanted)) return;
    if (Date.now() > end) { assert.deepEqual(is, wanted, message); return; }
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
}

// What is looked for below may be a moment away. That something is never shown is no case for these: where it must not
// have been there at all, the count is asserted at once, after what stands in its place has come.

/** Waits until one is there and in sight. @param {import("playwright-core").Locator} one */
export const shown = (one) => one.first().waitFor();

/** Waits until none is in the page. @param {import("playwright-core").Locator} all */
export const gone = (all) => counts(all, 0);

/** Waits until there are so many. @param {import("playwright-core").Locator} all @param {number} n @param {string} [message] */
export const counts = (all, n, message = String(all)) => becomes(() => all.count(), n, message);

/** Waits until it can't be pressed. @param {import("playwright-core").Locator} one */
export const disabled = (one) => becomes(() => one.isDisabled(), true, `disabled: ${one}`);

/** Waits until it is chosen, or is not. @param {import("playwright-core").Locator} one @param {boolean} [is] */
export const checked = (one, is = true) => becomes(() => one.isChecked(), is, `checked: ${one}`);

/** Waits until its text, as it is shown, is this one. @param {import("playwright-core").Locator} one @param {string} text */
export const holdsText = (one, text) => becomes(() => one.innerText(), text, String(one));

/** Waits until a field holds a value. @param {import("playwright-core").Locator} field @param {string} value */
export const hasValue = (field, value) => becomes(() => field.inputValue(), value, String(field));

/** Waits until the focus is on it. @param {import("playwright-core").Locator} one */
export const focused = (one) => becomes(() => one.evaluate((it) => it === document.activeElement), true, `focused: ${one}`);

/** Longer than what a new view takes for a press that was meant for the one before. */
const SETTLES_MS = 550;

/**
 * Waits until what is shown now takes a press. By the page's own clock, and counted from when its effects have run: those
 * come after a frame, and on a busy machine much later than the view.
 * @param {import("playwright-core").Page} page
 */
export const settled = (page) => page.evaluate((ms) => new Promise((done) => { requestAnimationFrame(() => setTimeout(() => setTimeout(done, ms))); }), SETTLES_MS);

const QUIET_LOOKS = 3;
/**
 * Waits until a view has all that it asks for: the page has nothing to do, nothing is asked of the service, and it stays so.
 * (Playwright's `networkidle` is once a document, so it says nothing of the views that follow.)
 * @param {Awaited<ReturnType<typeof open>>} page
 */
export async function quiet(page) {
  const end = Date.now() + PATIENCE_MS;
  for (let still = 0; still < QUIET_LOOKS; still = page.underway.size === 0 ? still + 1 : 0) {
    if (Date.now() > end) throw new Error(`still asked for: ${[...page.underway].map((one) => one.url()).join(", ")}`);
    await page.evaluate((ms) => new Promise((done) => { setTimeout(() => requestIdleCallback(() => done()), ms); }), LOOK_AGAIN_MS);
  }
}

/**
 * Waits until what is typed was kept by the service.
 * @param {Awaited<ReturnType<typeof serve>>} service
 * @param {string} slot
 * @param {(body:string|null) => boolean} is asked of what is kept, `null` where nothing is
 */
export const drafted = (service, slot, is) => becomes(async () => is((await (await service.call("GET", "/drafts")).json()).drafts.find((draft) => draft.slot === slot)?.body ?? null), true, `draft: ${slot}`);
