// Things to read.
import { api } from "../api.js";
import { days } from "../strings-days.js";
import { html } from "../ui/html.js";
import { Problem, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Told } from "../ui/told.js";
import { Views } from "./practice.js";

const says = days.practice;

export function Read() {
  const asked = useAsked(async () => (await api("GET", "/topics")).data);
  return html`
    <${Screen} title=${says.read} lead=${says.readLead}>
      <${Views} here="read" />
      <${Problem} error=${asked.error} again=${asked.again} />
      <ul class="plain spaced">
        ${(asked.data?.topics ?? []).map((topic) => html`<li key=${topic.id}><a class="named" href=${`/practice/topic-${topic.id}`}>${topic.title}</a><p>${topic.about}</p></li>`)}
      </ul>
      ${asked.data?.note && html`<p class="hint">${asked.data.note}</p>`}
    </${Screen}>`;
}

/** @param {{id:string}} props */
export function Topic({ id }) {
  const asked = useAsked(async () => (await api("GET", `/topics/${encodeURIComponent(id)}`)).data, [id]);
  const topic = asked.data;
  return html`
    <${Screen} key=${topic ? "t" : "w"} title=${topic?.title ?? says.read} lead=${topic?.about}>
      <${Problem} error=${asked.error} again=${asked.again} />
      ${topic?.sections.map((section) => html`
        <section key=${section.id} class="part">
          <h2>${section.title}</h2>
          ${(section.text ?? []).map((line) => html`<p key=${line}><${Told} text=${line} /></p>`)}
          ${section.points?.length > 0 && html`<ul>${section.points.map((line) => html`<li key=${line}><${Told} text=${line} /></li>`)}</ul>`}
        </section>`)}
      <p class="after"><a href="/practice/read">${says.allTopics}</a></p>
    </${Screen}>`;
}
