// The touch panel: header, steps, the screen's own content, exits, and what lies over it (alarm, idle warning). It draws the view and decides nothing.

import { h } from "./elements.js";
import { icon } from "./icons.js";
import { LANGUAGES, yen } from "./words.js";
import { SCREENS } from "./screens.js";
import { until } from "./use.js";

const STEPS = 5;
let drawn = "";

export function drawPanel(panel, view, say, touch) {
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const fresh = drawn !== view.screen;
  drawn = view.screen;
  const screen = SCREENS[view.screen](view.data, say, touch, view);
  panel.replaceChildren(
    header(view, say, touch),
    ...(view.step > 0 ? [steps(view.step, say)] : []),
    h("div", { class: `screen screen-${view.screen}${fresh ? " fresh" : ""}`, "aria-live": "polite" },
      h("h1", {}, screen.title),
      screen.lead ? h("p", { class: "lead" }, screen.lead) : null,
      notice(view, say),
      h("div", { class: "content" }, screen.content ?? [])),
    ...alarm(view, say),
    exits(view, say, touch, screen),
    ...warning(view, say, touch),
  );
  if (focused) panel.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function header(view, say, touch) {
  return h("header", { class: "top" },
    h("div", { class: "brand" }, icon("paper"), h("span", {}, say("app.service"))),
    h("span", { class: "specimen", title: say("app.specimen.long") }, say("app.specimen")),
    h("div", { class: "languages", role: "group" }, LANGUAGES.map((language) => h("button", {
      type: "button", class: "language", "data-key": `language-${language}`, lang: language, "aria-pressed": String(language === say.language),
      onclick: () => touch("language", language),
    }, say.named(language)))));
}

function steps(step, say) {
  return h("ol", { class: "steps", "aria-label": say("step.now", { step, total: STEPS }) },
    Array.from({ length: STEPS }, (_, place) => {
      const state = place + 1 < step ? "done" : place + 1 === step ? "now" : "ahead";
      return h("li", { class: state, "aria-current": state === "now" ? "step" : null }, h("i", {}, state === "done" ? icon("check") : String(place + 1)), h("span", {}, say(`step.${place + 1}`)));
    }));
}

function notice(view, say) {
  const said = view.notice;
  if (!said) return null;
  const key = `notice.${said.code}`;
  const sentence = say.has(key) ? say(key, { yen: yen(said.yen) }) : said[say.language];
  return h("p", { class: "notice", role: "alert" }, icon("warning"), h("span", {}, said.place ? say("notice.of", { place: say.either(said.place, "name") }) : "", sentence, said.opens_at ? ` ${say("kinds.until", { at: until(said.opens_at, say) })}` : ""));
}

function exits(view, say, touch, screen) {
  const has = (event) => view.touches.includes(event);
  const button = (event, words, look) => h("button", { type: "button", class: look, "data-key": event, onclick: () => touch(event) }, words);
  const left = [
    has("back") ? button("back", [icon("back"), h("span", {}, say("button.back"))], "exit") : null,
    has("cancel") ? button("cancel", screen.cancel ?? say("button.cancel"), "exit quiet") : null,
  ];
  return h("footer", { class: "exits" }, h("div", {}, left), h("div", {}, screen.forward ?? []));
}

function alarm(view, say) {
  return view.alarm ? [h("p", { class: "alarm", role: "alert" }, icon("bell"), h("span", {}, say(`alarm.${view.alarm}`)))] : [];
}

function warning(view, say, touch) {
  if (!view.warned) return [];
  return [h("div", { class: "over", role: "alertdialog", "aria-label": say("idle.title") }, h("div", { class: "box" },
    icon("clock"), h("h2", {}, say("idle.title")), h("p", {}, say("idle.lead")),
    h("button", { type: "button", class: "primary", "data-key": "stay", onclick: () => touch("stay") }, say("idle.stay"))))];
}
