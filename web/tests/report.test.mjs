// The report: nothing is in it at first; it is looked at before it is made, and made as each of its forms.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { disabled, drafted, focused, gone, hasValue, holds, launch, open, serve } from "./harness.mjs";
import { lived } from "./months.mjs";

let service;
let browser;
let file;
before(async () => { [service, browser] = [await serve(), await launch()]; file = await lived(service, { days: 60 }); });
after(async () => { await browser?.close(); await service?.stop(); });

/** By a link, as somebody would come. */
const come = async (options) => {
  const page = await open(browser, service, { path: "/insight", ...options });
  await page.getByRole("link", { name: "Make a report for your therapist" }).click();
  await page.getByRole("heading", { name: "What is in it" }).waitFor();
  return page;
};
const look = async (page) => { await page.getByRole("button", { name: "Look at it first" }).click(); await page.getByRole("heading", { name: "What it would hold" }).waitFor(); };
/** A passphrase is made expensive on purpose, and more so on a busy machine. */
const MAKES_MS = 90_000;
const made = async (page) => {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: MAKES_MS }), page.getByRole("button", { name: "Make the file" }).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
};

test("nothing is ticked at first, and a report of nothing is not made", async () => {
  const page = await come();
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 0);
  await look(page);
  await page.getByText("Nothing is chosen yet.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Make the file" }).count(), 0);
  await page.getByLabel("From", { exact: true }).fill("2026-06-01");
  await page.getByLabel("To", { exact: true }).fill("2026-05-01");
  await page.getByText("The first day comes after the last one.").waitFor();
  await disabled(page.getByRole("button", { name: "Look at it first" }));
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("button", { name: "Begin anew" }).last().click();
  await holds(page);
  await page.sound();
  await page.done();
});

test("what was chosen is looked at, with own words one by one, and made", async () => {
  const page = await come();
  await page.getByRole("checkbox", { name: /^Questionnaires/ }).check();
  await page.getByRole("checkbox", { name: "With each answer" }).check();
  await page.getByRole("checkbox", { name: /^Check-ins/ }).check();
  await look(page);
  await page.getByText(/^Questionnaires: .*sheets?, /).waitFor();
  await page.getByText(/^Check-ins: \d+ weeks, /).waitFor();
  await page.getByText("None of it is in your own words.").waitFor();
  await focused(page.locator("#holds"));
  await holds(page);

  await page.getByText("Choose entries", { exact: true }).click();
  await page.getByLabel("Search the entries of this time").fill("she read");
  await page.getByText("She read it and said nothing.").first().waitFor();
  await page.getByText("I cooked and went to bed").first().waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: /She read it/ }).first().check();
  await page.getByText("Choose entries (1 chosen)").waitFor();
  await page.getByText("You changed something.").waitFor();
  await gone(page.getByRole("button", { name: "Make the file" }));
  await page.getByText("Choose thought records", { exact: true }).click();
  await page.locator("details").last().getByRole("checkbox", { name: /She must think it is bad/ }).first().check();
  await page.getByLabel("Your name, if you want it on it").fill("Ana");
  await page.getByLabel("A note to your therapist").fill("I would like to begin with work.");
  await look(page);
  await page.getByText(/^Entries: one entry, .*In your own words\.$/).waitFor();
  await page.getByText(/^Thought records: one record, /).waitFor();
  await page.getByText("A note from the person: one note.").waitFor();
  await page.getByText("Your name is on it: Ana.").waitFor();
  await holds(page);

  const pdf = await made(page);
  assert.match(pdf.name, /^notes-\d{4}-\d\d\.pdf$/);
  assert.equal(pdf.bytes.subarray(0, 5).toString(), "%PDF-");
  await page.getByText(`${pdf.name} is in your downloads. It is plain`).waitFor();
  // FHIR holds words in base64.
  const coded = (words) => Buffer.from(words).toString("base64").slice(0, -4);
  for (const [form, name] of [["A page", /\.html$/], ["JSON", /\.json$/], ["CSV", /\.csv$/], ["FHIR", /\.fhir\.json$/]]) {
    await page.getByRole("radio", { name: new RegExp(`^${form}`) }).check();
    const one = await made(page);
    assert.match(one.name, name);
    const holdsWords = (words) => one.bytes.includes(form === "FHIR" ? coded(words) : words);
    assert.equal(holdsWords("A quiet day. I cooked and went to bed early."), false, form);
    assert.equal(holdsWords("I would like to begin with work."), true, form);
  }
  await page.sound();
  await page.done();
});

test("it is encrypted with a passphrase that was typed twice, and what was chosen waits as a draft", async () => {
  const page = await come({ dark: true, width: 320 });
  await hasValue(page.getByLabel("Your name, if you want it on it"), "Ana");
  await look(page);
  await page.getByRole("checkbox", { name: /^Encrypt it with a passphrase/ }).check();
  const make = page.getByRole("button", { name: "Make the file" });
  await disabled(make);
  await page.getByLabel("Passphrase", { exact: true }).fill("four words of mine");
  await page.getByLabel("The passphrase, once more").fill("four words");
  await page.getByText("The two are not the same yet.").waitFor();
  await disabled(make);
  await page.getByLabel("The passphrase, once more").fill("four words of mine");
  await holds(page);
  const sealed = await made(page);
  assert.match(sealed.name, /^notes-\d{4}-\d\d\.pdf\.age$/);
  assert.equal(sealed.bytes.subarray(0, 21).toString(), "age-encryption.org/v1");
  await hasValue(page.getByLabel("Passphrase", { exact: true }), "");
  const { drafts } = await (await service.call("GET", "/drafts")).json();
  assert.equal(drafts.some((draft) => draft.body.includes("four words")), false);
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("group", { name: "Begin anew" }).getByRole("button", { name: "Begin anew" }).click();
  await hasValue(page.getByLabel("Your name, if you want it on it"), "");
  await gone(page.getByRole("checkbox", { checked: true }));
  await drafted(service, "report", (body) => body === null);
  await page.sound();
  await page.done();
});

test("an entry that is gone meanwhile is told", async () => {
  const page = await come();
  await page.getByText("Choose entries", { exact: true }).click();
  await page.getByRole("checkbox", { name: /She read it|I cooked/ }).first().check();
  const last = file.entries.at(-1).entry;
  await service.call("DELETE", `/entries/${last.id}`);
  await page.getByRole("button", { name: "Look at it first" }).click();
  await page.getByRole("alert").getByText("This entry is not here.").waitFor();
  await page.getByRole("button", { name: "Choose none of them" }).click();
  await page.getByText("Choose entries", { exact: true }).waitFor();
  await page.done();
});
