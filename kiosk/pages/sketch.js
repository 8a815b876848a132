// The schematic of the paper beside the choices: labels only. Data arrives after confirming, and a shop is a public place.

import { h } from "./elements.js";

const PEOPLE_SHOWN = 4;
const MANY = 6;

// What stands on each form, from top to bottom: once, for each person, once below them.
const RESIDENTS = { above: ["address"], each: ["member"] };
const LAYOUTS = {
  juminhyo: RESIDENTS,
  kojinhyo: { ...RESIDENTS, people: 1 },
  kisai_jiko: RESIDENTS,
  inkan: { imprint: true, above: [], each: ["member"], below: ["address"] },
  koseki: { above: ["koseki"], each: ["recorded", "matters"], people: 3 },
  fuhyo: { above: [], each: ["of_fuhyo", "moves"], people: 3 },
  kazei: { above: ["year", "taxpayer"], each: [], tables: ["deductions", "tax"] },
  shotoku: { above: ["year", "taxpayer"], each: [], tables: ["incomes"] },
  shotoku_kazei: { above: ["year", "taxpayer"], each: [], tables: ["incomes", "deductions", "tax"] },
};

export function sketch(data, say) {
  const { imprint = false, above, each, below = [], tables = [], people = PEOPLE_SHOWN } = LAYOUTS[data.forms.find((form) => form.chosen).code];
  const on = (code) => data.shown.includes(code);
  const rows = data.options.map((option) => h("li", { class: on(option.code) ? "on" : "off" }, h("span", {}, say.language === "ja" ? option.ja : option.en), h("b", {}, on(option.code) ? "●" : say("paper.omitted"))));
  const cell = (look) => (name) => h("p", { class: `cell ${look}` }, say(`paper.${name}`));
  const listed = Math.min(Math.max(data.listed, 1), people);
  return h("figure", { class: "sketch" },
    h("div", { class: "leaf" },
      h("span", { class: "mark", "aria-hidden": "true" }, "見本"),
      h("h2", {}, say.language === "ja" ? data.issued.ja : data.issued.en),
      imprint ? h("p", { class: "imprint" }, say("paper.imprint")) : null,
      above.map(cell("")),
      Array.from({ length: listed }, () => each.map(cell("member"))),
      below.map(cell("")),
      tables.map(cell("table")),
      h("ul", { class: rows.length > MANY ? "many" : "" }, rows),
      h("i", { class: "seal", "aria-hidden": "true" })),
    h("figcaption", {}, say("paper.title"), h("small", {}, say("paper.note"))));
}
