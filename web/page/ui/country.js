// Which country's lines are shown. It is asked, never guessed, and forgotten with the tab.
import { whenIdle } from "../begin.js";
import { setCountry, useSession } from "../session.js";
import { s } from "../strings.js";
import { html, useEffect, useId, useState } from "./html.js";

const CODES = "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GL GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW".split(" ");

/** The countries by name, in the order of the page's language. */
function countries() {
  const language = document.documentElement.lang;
  const order = new Intl.Collator(language);
  return CODES.map((code) => [code, nameOf(code)]).sort((a, b) => order.compare(a[1], b[1]));
}
/** What a country is called in the language of the page. @param {string} code */
const nameOf = (code) => (names ??= new Intl.DisplayNames([document.documentElement.lang], { type: "region" })).of(code);
let names;
/** The long list is made once, when the page has nothing else to do. */
let all = null;

/** @param {{label?:string}} props */
export function Country({ label = s.help.country }) {
  const id = useId();
  const { country } = useSession();
  const [, draw] = useState(0);
  useEffect(() => { if (!all) whenIdle(() => { all ??= countries(); draw(1); }); }, []);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select id=${id} value=${country ?? ""} onChange=${(event) => setCountry(event.currentTarget.value || null)}>
        <option value="" selected=${!country}>${s.help.noCountry}</option>
        ${(all ?? (country ? [[country, nameOf(country)]] : [])).map(([code, name]) => html`<option key=${code} value=${code} selected=${code === country}>${name}</option>`)}
      </select>
    </div>`;
}
