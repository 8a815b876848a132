// Lists of municipalities: two doors, prefectures, one page of rows; and where the resident lived on January 1.

import { h } from "./elements.js";
import { icon } from "./icons.js";
import { prefecture } from "./prefectures.js";

const button = (key, look, onclick, ...children) => h("button", { type: "button", class: look, "data-key": key, onclick }, children);
const words = (each, say) => (say.language === "ja" ? each.ja : each.en);

function rows(data, say, touch) {
  const row = (entry) => h("button", { type: "button", class: "town", "data-key": `municipality-${entry.code}`, disabled: entry.closed !== null, onclick: () => touch("municipality", entry.code) },
    h("span", {}, h("strong", {}, say.either(entry, "name")), h("small", {}, entry.closed ? [h("span", {}, say(`place.${entry.closed}`)), entry.write_to ? h("span", {}, say("place.write_to", { where: entry.write_to })) : null]
      : entry.into ? say(`place.${entry.what}`, { place: say.either(entry.into, "name") }) : prefecture(entry.prefecture, say))));
  const turn = (key, look, label, to) => h("button", { type: "button", class: "exit", "data-key": key, disabled: to < 0 || to >= data.pages, onclick: () => touch("page", to) }, look === "back" ? icon("back") : null, h("span", {}, say(label)), look === "next" ? icon("next") : null);
  return [
    data.prefecture && data.prefectures.length ? button("prefecture-", "link", () => touch("prefecture", ""), say("place.other_prefecture")) : null,
    h("div", { class: "towns scroll" }, data.municipalities.map(row)),
    data.pages > 1 ? h("div", { class: "pager" }, turn("page-back", "back", "place.page.back", data.page - 1), h("span", {}, say("place.page", { page: data.page + 1, pages: data.pages })), turn("page-next", "next", "place.page.next", data.page + 1)) : null,
  ];
}

function list(data, say, touch) {
  return data.prefectures.length && !data.prefecture
    ? [h("div", { class: "grid" }, data.prefectures.map((name) => button(`prefecture-${name}`, "choice", () => touch("prefecture", name), prefecture(name, say))))] : rows(data, say, touch);
}

export function place(data, say, touch) {
  const door = (name) => h("button", { type: "button", class: "door", role: "tab", "data-key": `door-${name}`, "aria-selected": String(name === data.door), onclick: () => touch("door", name) }, say(`place.door.${name}`));
  const asking = data.prefectures.length && !data.prefecture;
  return {
    title: say("place.title"), lead: say(asking ? "place.prefecture" : `place.lead.${data.door}`),
    content: [data.doors.length ? h("div", { class: "doors", role: "tablist" }, data.doors.map(door)) : null, list(data, say, touch)],
  };
}

export function widePlace(data, say, touch) {
  return { title: say("wide_place.title", { day: words(data.day, say) }), lead: say(data.prefectures.length && !data.prefecture ? "place.prefecture" : "wide_place.lead"), content: list(data, say, touch) };
}

export function january1(data, say, touch) {
  const wide = (event, look, text, more, disabled = false) => h("button", { type: "button", class: "wide", "data-key": event, disabled, onclick: () => touch(event) }, icon(look), h("span", {}, h("strong", {}, text), more ? h("small", {}, more) : null), icon("next"));
  const year = (each) => h("button", { type: "button", class: "wide one", role: "radio", "data-key": `year-${each.year}`, "aria-checked": String(each.chosen), onclick: () => touch("year", each.year) },
    h("i", { class: "tick" }, each.chosen ? icon("check") : null), h("span", {}, h("strong", {}, words(each, say)), h("small", {}, words(each.day, say))));
  return {
    title: say("january_1.title", { day: words(data.day, say) }), lead: say("january_1.lead"),
    content: [
      data.years.length > 1 ? h("div", { class: "years", role: "radiogroup", "aria-label": say("options.year") }, data.years.map(year)) : null,
      h("div", { class: "rows scroll" },
        wide("here", "city", say("january_1.here", { place: say.either(data.municipality, "name") }), data.here ? null : say("january_1.not_here"), !data.here),
        wide("elsewhere", "city", say("january_1.elsewhere"), say("january_1.elsewhere.more")),
        wide("abroad", "person", say("january_1.abroad"), null), wide("unborn", "person", say("january_1.unborn"), null)),
    ],
  };
}
