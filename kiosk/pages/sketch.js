// The schematic of the paper beside the choices: labels only. Data arrives after confirming, and a shop is a public place.

import { h } from "./elements.js";

const MEMBERS_SHOWN = 4;

export function sketch(data, say) {
  const on = (code) => data.shown.includes(code);
  const rows = data.options.map((option) => h("li", { class: on(option.code) ? "on" : "off" }, h("span", {}, say.language === "ja" ? option.ja : option.en), h("b", {}, on(option.code) ? "●" : say("paper.omitted"))));
  const people = Math.min(Math.max(data.listed, 1), MEMBERS_SHOWN);
  return h("figure", { class: "sketch" },
    h("div", { class: "leaf" },
      h("span", { class: "mark", "aria-hidden": "true" }, "見本"),
      h("h2", {}, say.either(data, "title")),
      h("p", { class: "cell" }, say("paper.address")),
      Array.from({ length: people }, () => h("p", { class: "cell member" }, say("paper.member"))),
      h("ul", {}, rows),
      h("i", { class: "seal", "aria-hidden": "true" })),
    h("figcaption", {}, say("paper.title"), h("small", {}, say("paper.note"))));
}
