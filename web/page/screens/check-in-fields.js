// The fields of a check-in.
import { days } from "../strings-days.js";
import { html } from "../ui/html.js";
import { Check, Field, Scale } from "../ui/parts.js";
import { KINDS } from "./check-in-form.js";

const says = days.checkIn;
const MOST_WORDS = 2000;
const MOST = 20;

/** Numbers from 0 to 10. @param {{names:string[], form:any, note:(change:any)=>void, last:any}} props */
export const Numbers = ({ names, form, note, last }) => names.map((name) => html`
  <${Scale} key=${name} label=${says.numbers[name]} max=${10} start=${last[name] ?? 5} clear=${says.clear} value=${form[name]} onInput=${(value) => note({ [name]: value })} low=${says.ends[name][0]} high=${says.ends[name][1]} />`);

/** @param {{names:string[], form:any, note:(change:any)=>void}} props */
export const Amounts = ({ names, form, note }) => html`
  <div class="pairs">
    ${names.map((name) => html`<${Field} key=${name} label=${says.amounts[name]} hint=${name === "sleep_minutes" ? says.sleepHint : undefined} inputmode=${name === "sleep_minutes" ? "text" : "numeric"} autocomplete="off" value=${form[name]} onInput=${(typed) => note({ [name]: typed })} />`)}
  </div>`;

const words = (label, value, set) => html`<${Field} label=${label} rows=${1} own value=${value} onInput=${set} maxlength=${MOST_WORDS} />`;

export function WithOthers({ form, note }) {
  const set = (kind, yes) => note({ help: yes ? [...form.help, { kind, situation: "" }] : form.help.filter((one) => one.kind !== kind) });
  const tell = (kind, situation) => note({ help: form.help.map((one) => (one.kind === kind ? { ...one, situation } : one)) });
  return html`
    <fieldset>
      <legend>${says.help}</legend>
      ${KINDS.map((kind) => {
    const one = form.help.find((help) => help.kind === kind);
    return html`
        <div key=${kind}>
          <${Check} label=${says.kinds[kind]} checked=${Boolean(one)} onInput=${(yes) => set(kind, yes)} />
          ${one && html`<div class="under"><${Field} label=${says.situation} rows=${1} own value=${one.situation} onInput=${(situation) => tell(kind, situation)} maxlength=${MOST_WORDS} /></div>`}
        </div>`;
  })}
    </fieldset>
    ${words(says.moment, form.moment, (moment) => note({ moment }))}
    ${form.moment.trim() && html`<${Scale} label=${says.went} max=${10} clear=${says.clear} value=${form.went} onInput=${(went) => note({ went })} low=${says.wentEnds[0]} high=${says.wentEnds[1]} />`}`;
}

export function Words({ form, note }) {
  const all = form.coping.length > 0 ? form.coping : [{ what: "", helped: null }];
  const set = (at, change) => note({ coping: all.map((one, n) => (n === at ? { ...one, ...change } : one)) });
  return html`
    ${words(says.felt, form.felt, (felt) => note({ felt }))}
    ${all.map((one, n) => html`
      <div key=${n}>
        ${words(n === 0 ? says.coping : says.more, one.what, (what) => set(n, { what }))}
        ${one.what.trim() && html`<${Scale} label=${says.helped} max=${10} clear=${says.clear} value=${one.helped} onInput=${(helped) => set(n, { helped })} low=${says.helpedEnds[0]} high=${says.helpedEnds[1]} />`}
      </div>`)}
    ${all.length < MOST && all.at(-1).what.trim() && html`<p><button type="button" class="quiet" onClick=${() => note({ coping: [...all, { what: "", helped: null }] })}>${says.more}</button></p>`}
    ${words(says.note, form.note, (text) => note({ note: text }))}`;
}
