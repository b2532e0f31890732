// How fast the page is there, in a real browser against a real service: `web/bench`, with `--json` for programs.
//
// Each opening has a context of its own, so the cache is cold. Usable is when what the screen is for can be used: on
// Write its text box, elsewhere the first link, button or field under the heading. Times are from the start of the
// navigation, by the browser's clock. `sent` counts the page's own files, as they travel. Until all is measured nothing
// is asked of the page: what the test library puts into it to ask is a longer task than any of the page's own.
import { availableParallelism, loadavg } from "node:os";
import { BINARY, SCREENS, launch, serve, watch, weigh } from "../web/tests/harness.mjs";

const TIMES = 11;
const [FIRST, ...OTHERS] = SCREENS;
const settle = 500;
const USABLE = "usable";

/** Opens a screen once. */
async function look(browser, service, place) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
  await watch(context);
  await context.addInitScript(([wanted, told]) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector(wanted)) return;
      globalThis.__seen.usable = performance.now();
      console.debug(told);
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true, attributes: true });
  }, [place === FIRST ? "main textarea" : "main h1 ~ * :is(a, button, input, textarea, select, summary)", USABLE]);
  const page = await context.newPage();
  const sent = weigh(page);
  const usable = page.waitForEvent("console", (message) => message.text() === USABLE);
  await page.goto(service.address(place));
  await usable;
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(settle);
  const seen = await page.evaluate(() => globalThis.__seen);
  await context.close();
  return { usable_ms: seen.usable, longest_task_ms: seen.long, shift: seen.shift, sent_bytes: sent() };
}

/** Median and worst of each number. */
function sum(screen, looks) {
  const of = (name) => {
    const all = looks.map((one) => one[name]).sort((a, b) => a - b);
    return { median: all[all.length >> 1], worst: all.at(-1) };
  };
  return { screen, times: looks.length, ...Object.fromEntries(Object.keys(looks[0]).map((name) => [name, of(name)])) };
}

const service = await serve();
const browser = await launch();
const screens = [];
try {
  // The browser's own first tab is slow; it is no part of this.
  await look(browser, service, FIRST);
  for (const [place, times] of [[FIRST, TIMES], ...OTHERS.map((one) => [one, 1])]) {
    const looks = [];
    for (let n = 0; n < times; n += 1) looks.push(await look(browser, service, place));
    screens.push(sum(place, looks));
  }
} finally {
  await browser.close();
  await service.stop();
}

const load = loadavg()[0] / availableParallelism();
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ measured: new Date().toISOString(), browser: browser.version(), cores: availableParallelism(), load_per_core: load, debug: /\/debug\//.test(BINARY), screens }, null, 1));
} else {
  const pair = ({ median, worst }, digits) => `${median.toFixed(digits)} / ${worst.toFixed(digits)}`;
  const rows = [
    ["median / worst", "times", "usable, ms", "longest task, ms", "shift", "sent, kB"],
    ...screens.map((one) => [one.screen, String(one.times), pair(one.usable_ms, 0), pair(one.longest_task_ms, 0), pair(one.shift, 3), (one.sent_bytes.worst / 1000).toFixed(0)]),
  ];
  for (const row of rows) console.log(row.map((cell, at) => (at ? cell.padStart(Math.max(rows[0][at].length, 13) + 3) : cell.padEnd(16))).join(""));
  console.log(`\nChromium ${browser.version()}; load ${load.toFixed(1)} a core${load > 0.5 ? ". Something else was running: a quiet machine says more" : ""}.`);
}
