// 本籍地利用登録: how it stands, one field after another, the review, the receipt. Nothing but touch.

import { h } from "./elements.js";
import { icon } from "./icons.js";

const button = (key, look, onclick, ...children) => h("button", { type: "button", class: look, "data-key": key, onclick }, children);
const forward = (touch, event, words) => button(event, "primary", () => touch(event), h("span", {}, words), icon("next"));
const day = (iso, say) => new Date(`${iso}T12:00:00+09:00`).toLocaleDateString(say.language === "ja" ? "ja-JP" : "en-GB", { year: "numeric", month: "long", day: "numeric", weekday: "short", timeZone: "Asia/Tokyo" });
const line = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];

export const until = (text, say) => new Date(text).toLocaleString(say.language === "ja" ? "ja-JP" : "en-GB", { month: say.language === "ja" ? "long" : "short", day: "numeric", hour: "numeric", minute: "2-digit", hour12: false, timeZone: "Asia/Tokyo" });

export function status(data, say, touch) {
  const reason = data.reason ? (say.language === "ja" ? data.reason.ja : data.reason.en) : null;
  return {
    title: say("use_status.title"), lead: say("use_status.lead", { place: say.either(data.municipality, "name") }),
    content: [
      h("p", { class: `state-of-use ${data.state}` }, h("strong", {}, say(`use.state.${data.state}`)), h("span", {}, say(`use.state.${data.state}.more`))),
      reason ? h("p", { class: "notice" }, icon("warning"), h("span", {}, reason)) : null,
      data.number || data.received_on || data.usable_from ? h("dl", { class: "review ruled" },
        data.number ? line(say("receipt.reference"), data.number) : null, data.received_on ? line(say("use.received_on"), day(data.received_on, say)) : null,
        data.expected_by && data.state === "received" ? line(say("use.expected_by"), day(data.expected_by, say)) : null, data.usable_from ? line(say("use.usable_from"), day(data.usable_from, say)) : null) : null,
      data.open || ["received", "accepted"].includes(data.state) ? null : h("p", { class: "notice" }, icon("clock"), h("span", {}, data.opens_at ? say("use.closed.until", { at: until(data.opens_at, say) }) : say("use.closed.unknown"))),
    ],
    forward: [button("finish", "exit", () => touch("finish"), say("button.finish")), data.may_apply ? forward(touch, "next", say("use.apply")) : null],
  };
}

function keys(data, say, touch) {
  const words = (row) => row.some((each) => each.name || each.key.length > 1);
  const key = (row) => (each) => (each.key ? button(`key-${each.key}`, words(row) ? "kana word" : "kana", () => touch("key", each.key), each.name ? say(`key.${each.name}`) : each.key) : h("i", {}));
  return h("div", { class: data.keys.every((row) => row.length < 4) ? "keyboard figures" : data.keys.length > 6 ? "keyboard" : "keyboard few" }, data.keys.map((row, place) => h("div", { class: "keyrow" }, row.map(key(row)),
    place === data.keys.length - 1 ? h("button", { type: "button", class: "kana word quiet", "data-key": "erase", onclick: () => touch("erase") }, say("button.erase")) : null)));
}

const field = (name) => (data, say, touch, view) => ({
  title: say(`use_${name}.title`), lead: say(`use_${name}.lead`, { place: say.either(data.municipality, "name") }),
  content: [h("p", { class: "footnote" }, say("use.step", { number: data.number, of: data.of })),
    h("p", { class: data.text.length > 22 ? "typed long" : "typed", role: "textbox", "aria-label": say(`use_${name}.title`) }, view.warned ? say("members_pick.hidden") : data.text, h("i", { class: "caret", "aria-hidden": "true" })), keys(data, say, touch)],
  forward: data.ready ? forward(touch, "next", say("button.next")) : null,
});

export function birth(data, say, touch) {
  const era = (each) => h("button", { type: "button", class: "choice", role: "radio", "data-key": `era-${each.era}`, "aria-checked": String(each.chosen), onclick: () => touch("era", each.era) }, say.language === "ja" ? each.ja : each.en);
  const part = (each) => h("button", { type: "button", class: each.now ? "part-of-day now" : "part-of-day", "data-key": `part-${each.part}`, onclick: () => touch("part", each.part) }, h("b", {}, each.text || "　"), say(`use_birth.${each.part}`));
  return {
    title: say("use_birth.title"), lead: say("use_birth.lead"),
    content: [h("p", { class: "footnote" }, say("use.step", { number: data.number, of: data.of })), h("div", { class: "eras", role: "radiogroup" }, data.eras.map(era)), h("div", { class: "birth" }, data.parts.map(part)), keys(data, say, touch)],
    forward: data.ready ? forward(touch, "next", say("button.next")) : null,
  };
}

export function useReview(data, say, touch, view) {
  return {
    title: say("use_review.title"), lead: say("use_review.lead", { place: say.either(data.municipality, "name") }),
    content: h("dl", { class: "review ruled" }, line(say("use.municipality"), say.either(data.municipality, "name")),
      data.fields.map((each) => line(say(`use.field.${each.field}`), view.warned ? say("members_pick.hidden") : each.text))),
    forward: data.ready ? forward(touch, "apply", say("review.apply")) : null,
  };
}

export function received(data, say, touch) {
  return {
    title: say("use_received.title"), lead: say("use_received.lead", { place: say.either(data.municipality, "name") }),
    content: [h("dl", { class: "review ruled" }, line(say("receipt.reference"), data.number), line(say("use.received_on"), day(data.received_on, say)), line(say("use.expected_by"), day(data.expected_by, say))),
      h("p", { class: "footnote" }, say("use_received.note")),
      button("another", "wide", () => touch("another"), icon("paper"), h("span", {}, h("strong", {}, say("receipt.another"))), icon("next"))],
    forward: button("finish", "primary", () => touch("finish"), say("button.finish")),
  };
}

export const [honseki, hittousha, fullName, phone] = ["honseki", "hittousha", "name", "phone"].map(field);
