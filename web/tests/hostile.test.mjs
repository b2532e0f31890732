// A page of another origin on the same machine can neither read nor cause anything.
import assert from "node:assert/strict";
import { createServer, get } from "node:http";
import { after, before, test } from "node:test";
import { launch, serve } from "./harness.mjs";

let browser;
let service;
let other;
let site;
before(async () => {
  service = await serve();
  await service.call("POST", "/entries", { text: "Only mine." });
  other = createServer((request, response) => { response.setHeader("content-type", "text/html"); response.end("<!doctype html><title>elsewhere</title><body>"); });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  site = `http://127.0.0.1:${other.address().port}`;
  // A name of theirs that leads here: what a rebound name looks like to the browser.
  browser = await launch(["--host-resolver-rules=MAP elsewhere.example 127.0.0.1"]);
});
after(async () => { await browser?.close(); other?.close(); await service?.stop(); });

const untouched = async () => {
  const { entries } = await (await service.call("GET", "/entries")).json();
  assert.deepEqual(entries.map((one) => one.text), ["Only mine."]);
  assert.equal((await (await service.call("GET", "/vault")).json()).state, "key_file");
};

test("requests, forms, frames, streams and sockets from elsewhere", async () => {
  const page = await browser.newPage();
  await page.goto(site);
  const got = await page.evaluate(async (origin) => {
    const tell = async (work) => { try { return await Promise.race([work(), new Promise((done) => setTimeout(() => done("no answer"), 2500))]); } catch (error) { return `refused: ${error.name}`; } };
    const text = async (path, options) => { const response = await fetch(origin + path, options); return `${response.type} ${response.status} ${await response.text()}`; };
    const element = (name, set) => () => new Promise((done) => {
      const one = Object.assign(document.createElement(name), set);
      one.onload = () => done("loaded");
      one.onerror = () => done("refused");
      document.body.append(one);
    });
    const frame = () => new Promise((done) => {
      const one = document.createElement("iframe");
      one.onload = () => { try { done(one.contentDocument?.body?.textContent ? "read" : "not readable"); } catch { done("not readable"); } };
      one.src = origin;
      document.body.append(one);
    });
    const form = (path, fields, enctype) => () => new Promise((done) => {
      const target = Object.assign(document.createElement("iframe"), { name: `f${Math.random()}` });
      const one = Object.assign(document.createElement("form"), { action: origin + path, method: "post", target: target.name, enctype });
      for (const [name, value] of Object.entries(fields)) one.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(target, one);
      target.onload = () => done("sent");
      one.submit();
    });
    const out = {};
    out.health = await tell(() => text("/api/v1/health"));
    out.entries = await tell(() => text("/api/v1/entries"));
    out.page = await tell(() => text("/"));
    out.blind = await tell(() => text("/api/v1/erase", { method: "POST", mode: "no-cors", body: "{\"all\":true}" }));
    out.asked = await tell(() => text("/api/v1/erase", { method: "POST", headers: { "content-type": "application/json" }, body: "{\"all\":true}" }));
    out.form = await tell(form("/api/v1/erase", { "{\"all\":true,\"x": "\":1}" }, "text/plain"));
    out.lock = await tell(form("/api/v1/vault/passphrase", { new: "theirs" }, "application/x-www-form-urlencoded"));
    out.frame = await tell(frame);
    out.script = await tell(element("script", { src: `${origin}/page/session.js`, type: "module" }));
    out.plain = await tell(element("script", { src: `${origin}/page/strings.js` }));
    out.style = await tell(element("link", { rel: "stylesheet", href: `${origin}/page/style.css` }));
    out.image = await tell(element("img", { src: `${origin}/page/icon.svg` }));
    out.events = await tell(() => new Promise((done) => { const one = new EventSource(`${origin}/api/v1/reframings`); one.onerror = () => { one.close(); done("refused"); }; one.onmessage = () => done("read"); }));
    out.socket = await tell(() => new Promise((done) => { const one = new WebSocket(origin.replace("http", "ws")); one.onerror = () => done("refused"); one.onopen = () => done("open"); }));
    const opened = window.open(origin);
    await new Promise((done) => setTimeout(done, 800));
    out.opened = await tell(async () => { try { return opened.document.body.textContent ? "read" : "empty"; } catch (error) { return `refused: ${error.name}`; } });
    return out;
  }, service.origin);
  const refused = /^(refused|not readable|no answer|sent|opaque 0 $)/;
  for (const [name, said] of Object.entries(got)) assert.match(said, refused, `${name}: ${said}`);
  await untouched();
  await page.close();
});

test("a name that was bound to this machine is refused before anything is shown", async () => {
  const page = await browser.newPage();
  const port = new URL(service.origin).port;
  const response = await page.goto(`http://elsewhere.example:${port}/`);
  assert.equal(response.status(), 403);
  // The refusal itself carries a policy that lets nothing be fetched; and with the token, too, the name is refused.
  await assert.rejects(page.evaluate(() => fetch("/api/v1/health")));
  const status = await new Promise((done, fail) => get({ host: "127.0.0.1", port, path: "/api/v1/entries", headers: { Host: `elsewhere.example:${port}`, Authorization: `Bearer ${service.token}` } }, (answer) => { answer.resume(); done(answer.statusCode); }).on("error", fail));
  assert.equal(status, 403);
  await untouched();
  await page.close();
});

test("a tab of elsewhere that opens the page gets neither the token nor what is in it", async () => {
  const page = await browser.newPage();
  await page.goto(service.address("/journal"));
  await page.getByText("Only mine.").waitFor();
  const spy = await browser.newPage();
  await spy.goto(site);
  assert.equal(await spy.evaluate(() => sessionStorage.length + localStorage.length), 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.ok(!(await page.evaluate(() => location.href)).includes("token"));
  await spy.close();
  await page.close();
});
