// The receipt as it is printed: its text, line by line, with amounts at the right edge.

import { h } from "./elements.js";

export function slip(text) {
  return h("div", { class: "slip" }, text.replace(/\n$/, "").split("\n").map(line));
}

function line(text) {
  if (/^-+$/.test(text)) return h("hr");
  const sides = /^(.*\S) {2,}(\S+)$/.exec(text);
  if (sides) return h("p", {}, h("span", {}, sides[1].trim()), h("b", {}, sides[2]));
  return h("p", { class: /^ {4,}/.test(text) ? "middle" : "" }, text.trim());
}
