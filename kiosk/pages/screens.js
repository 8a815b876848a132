// Every screen of the visit: its title, its lead, its content, and the button that leads on.

import { h } from "./elements.js";
import { icon, picture } from "./icons.js";
import { slip } from "./slip.js";
import { january1, place, widePlace } from "./places.js";
import { sketch } from "./sketch.js";
import { birth, fullName, hittousha, honseki, phone, received, status, until, useReview } from "./use.js";
import { yen } from "./words.js";

const button = (key, look, onclick, ...children) => h("button", { type: "button", class: look, "data-key": key, onclick }, children);
const forward = (touch, event, words) => button(event, "primary", () => touch(event), h("span", {}, words), icon("next"));
const titled = (name) => (_data, say) => ({ title: say(`${name}.title`), lead: say.has(`${name}.lead`) ? say(`${name}.lead`) : null });
const waiting = (name) => (data, say) => ({ ...titled(name)(data, say), content: h("div", { class: "busy", role: "status" }, h("i"), h("i"), h("i")) });
const shown = (name, picture_, more = () => null) => (data, say) => ({ ...titled(name)(data, say), content: h("div", { class: "shown" }, picture(picture_), more(data, say)) });

function menu(data, say, touch) {
  const idle = (name) => h("div", { class: "tile idle", "aria-disabled": "true" }, icon(name), h("span", {}, say(`menu.${name}`)));
  return {
    title: say("menu.title"),
    content: [
      data.ready ? null : h("p", { class: "notice" }, icon("warning"), h("span", {}, say("menu.closed"))),
      h("div", { class: "tiles" },
        h("button", { type: "button", class: "tile main", "data-key": "start", disabled: !data.ready, onclick: () => touch("start") }, icon("city"), h("span", {}, say("menu.service")), h("small", {}, say("menu.service.more"))),
        idle("copy"), idle("print"), idle("scan")),
      h("p", { class: "footnote" }, say("menu.emulated")),
      h("p", { class: "footnote" }, say("app.specimen.long")),
    ],
  };
}

function service(_data, say, touch) {
  return { ...titled("service")(null, say), content: button("issue", "wide", () => touch("issue"), icon("paper"), h("span", {}, h("strong", {}, say("service.issue")), h("small", {}, say("service.issue.more"))), icon("next")) };
}

function consent(_data, say, touch) {
  return {
    ...titled("consent")(null, say),
    content: h("ol", { class: "terms" }, [1, 2, 3, 4, 5].map((number) => h("li", {}, say(`consent.${number}`)))),
    cancel: say("consent.disagree"),
    forward: forward(touch, "agree", say("consent.agree")),
  };
}

function pin(data, say, touch) {
  const key = (digit) => button(`digit-${digit}`, "key", () => touch("digit", digit), digit);
  return {
    ...titled("pin")(data, say),
    content: h("div", { class: "pin" },
      h("div", { class: "dots", role: "img", "aria-label": say("pin.shown", { digits: data.digits }) }, [0, 1, 2, 3].map((place) => h("i", { class: place < data.digits ? "set" : "" }))),
      h("p", { class: data.tries_left < 3 ? "tries few" : "tries" }, icon("lock"), say("pin.tries", { tries: data.tries_left })),
      data.tries_left === 1 ? h("p", { class: "tries last" }, say("pin.last")) : null,
      h("div", { class: "keys" }, ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
        button("erase", "key quiet", () => touch("erase"), say("button.erase")), key("0"),
        h("button", { type: "button", class: "key confirm", "data-key": "confirm", disabled: data.digits < 4, onclick: () => touch("confirm") }, say("button.confirm"))),
      h("p", { class: "footnote" }, say("pin.privacy"))),
  };
}

function kinds(data, say, touch) {
  const shut = (because, at) => h("small", {}, say(because ? `kinds.${because}` : "kinds.hours"), say("kinds.and"), at ? say("kinds.until", { at: until(at, say) }) : say("kinds.until.unknown"));
  const row = (kind) => h("button", { type: "button", class: "wide kind", "data-key": `kind-${kind.kind}`, disabled: !kind.open, onclick: () => touch("kind", kind.kind) },
    icon("paper"), h("span", {}, h("strong", {}, say.either(kind, "title")), kind.open ? null : shut(kind.because, kind.opens_at)),
    !kind.priced ? null : h("b", { class: "price" }, say(kind.fee_varies ? "yen.from" : "yen", { yen: yen(kind.fee_yen) })), icon("next"));
  return {
    title: say("kinds.title"), lead: say("kinds.lead", { place: say.either(data.municipality, "name") }),
    content: h("div", { class: "rows scroll" },
      data.nothing_open ? h("p", { class: "notice" }, icon("clock"), h("span", {}, say("kinds.none"))) : null, data.kinds.map(row),
      data.use ? button("use", "wide", () => touch("use"), icon("family"), h("span", {}, h("strong", {}, say("kinds.use")), data.use.open ? h("small", {}, say("kinds.use.more")) : shut("use.closed", data.use.opens_at)), icon("next")) : null),
  };
}

// A 戸籍 is certified whole or for one person; a household in any part.
const whose = (data) => (data.chosen === "all_or_one" ? `koseki.${data.kind}` : "members");

function members(data, say, touch) {
  const looks = { only_me: "person", everyone: "family", some: "some" };
  const row = (event) => button(event, "wide", () => touch(event), icon(looks[event]),
    h("span", {}, h("strong", {}, say(`${whose(data)}.${event}`)), h("small", {}, say(`${whose(data)}.${event}.more`, { count: data.household }))), icon("next"));
  const scopes = data.chosen === "all_or_one" ? ["everyone", "only_me", "some"] : data.household > 1 ? ["only_me", "everyone", "some"] : ["only_me"];
  return { title: say("members.title"), lead: say(`${whose(data)}.lead`), content: h("div", { class: "rows" }, scopes.filter((scope) => data.scopes.includes(scope)).map(row)) };
}

function membersPick(data, say, touch, view) {
  const row = (member) => h("button", { type: "button", class: "wide pick", "data-key": `member-${member.id}`, "aria-pressed": String(member.chosen), onclick: () => touch("member", member.id) },
    h("i", { class: data.chosen === "all_or_one" ? "tick one-of" : "tick" }, member.chosen ? icon("check") : null),
    h("span", {}, h("strong", {}, view.warned ? say("members_pick.hidden") : member.name), h("small", {}, member.holder ? say("members_pick.holder") : member.relation)));
  return {
    title: say("members_pick.title"), lead: say(data.chosen === "all_or_one" ? "members_pick.one" : "members_pick.lead"),
    content: [h("div", { class: "rows scroll" }, data.members.map(row)), data.chosen === "all_or_one" ? null : h("p", { class: "count" }, say("members_pick.count", { count: data.listed }))],
    forward: data.listed ? forward(touch, "next", say("button.next")) : null,
  };
}

function options(data, say, touch) {
  const row = (option) => h("button", { type: "button", class: "wide option", role: "switch", "data-key": `option-${option.code}`, "aria-checked": String(option.chosen), onclick: () => touch("option", option.code) },
    h("span", {}, say.language === "ja" ? option.ja : option.en), h("em", { class: "switch" }, h("b", {}, option.chosen ? say("options.on") : say("options.off"))));
  const one = (event, name, chosen, ...words) => h("button", { type: "button", class: "wide one", role: "radio", "data-key": `${event}-${name}`, "aria-checked": String(chosen), onclick: () => touch(event, name) },
    h("i", { class: "tick" }, chosen ? icon("check") : null), h("span", {}, words));
  const group = (key, rows) => h("div", { class: `group ${key.split(".")[1]}`, role: "radiogroup", "aria-label": say(key) }, h("h2", {}, say(key)), rows);
  const words = (each) => (say.language === "ja" ? each.ja : each.en);
  const varies = new Set(data.forms.map((form) => form.fee_yen)).size > 1;
  return {
    title: say(data.options.length ? (data.forms.length > 1 ? "options.title.items" : "options.title") : data.years.length > 1 ? "options.title.year" : "options.title.form"),
    lead: data.options.length ? say("options.lead") : null,
    content: h("div", { class: "beside" },
      h("div", { class: "rows scroll" },
        data.years.length > 1 ? group("options.year", data.years.map((each) => one("year", each.year, each.chosen, h("strong", {}, words(each))))) : null,
        data.forms.length > 1 ? group("options.form", data.forms.map((each) => one("form", each.code, each.chosen, h("strong", {}, words(each)), varies ? h("small", {}, say("yen", { yen: yen(each.fee_yen) })) : null))) : null,
        data.options.length && (data.forms.length > 1 || data.years.length > 1) ? h("h2", { class: "group" }, say("review.options")) : null,
        data.options.map(row)), sketch(data, say)),
    forward: forward(touch, "next", say("button.next")),
  };
}

function copies(data, say, touch) {
  const step = (key, label, to, look) => h("button", { type: "button", class: "round", "data-key": key, "aria-label": say(label), disabled: to < 1 || to > data.copies_max, onclick: () => touch("copies", to) }, icon(look));
  return {
    title: say("copies.title"), lead: say("copies.lead", { max: data.copies_max }),
    content: h("div", { class: "copies" },
      h("div", { class: "stepper" }, step("less", "copies.less", data.copies - 1, "minus"), h("p", {}, h("strong", {}, String(data.copies)), say("copies.unit")), step("more", "copies.more", data.copies + 1, "plus")),
      h("p", { class: "sum" }, h("span", {}, say("copies.sum", { fee: yen(data.fee_yen), copies: data.copies })), h("strong", {}, say("yen", { yen: yen(data.total_yen) })))),
    forward: forward(touch, "next", say("button.next")),
  };
}

const issued = (data, say) => (say.language === "ja" ? data.issued.ja : data.issued.en);

function listed(data, say) {
  if (data.chosen === "holder") return say("members.only_me");
  if (data.scope === "only_me") return say("members.only_me");
  if (data.chosen === "all_or_one") return data.scope === "everyone" ? say("review.all", { count: data.listed }) : say("review.one");
  return data.listed === data.household ? say("review.everyone", { count: data.listed }) : say("review.some", { count: data.listed });
}

function review(data, say, touch) {
  const chosen = data.options.filter((option) => option.chosen).map((option) => (say.language === "ja" ? option.ja : option.en));
  const words = (each) => (say.language === "ja" ? each.ja : each.en);
  const form = data.forms.length > 1 ? data.forms.find((each) => each.chosen) : null;
  const year = data.years.find((each) => each.chosen);
  const row = (key, ...value) => [h("dt", {}, say(`review.${key}`)), h("dd", {}, value)];
  return {
    ...titled("review")(data, say),
    content: [h("div", { class: "beside" },
      h("dl", { class: "review" },
        row("kind", issued(data, say)), row("place", say.either(data.municipality, "name"), data.elsewhere ? h("small", {}, " ", say("review.elsewhere", { day: words(data.elsewhere) })) : null), row("members", listed(data, say)),
        year ? row("year", words(year)) : null, form && words(form) !== issued(data, say) ? row("form", words(form)) : null,
        data.options.length ? row("options", chosen.length ? h("ul", {}, chosen.map((name) => h("li", {}, name))) : say("review.options.none")) : null),
      sketch(data, say)),
    h("p", { class: "sum" }, h("span", {}, say("review.total"), h("small", {}, say("copies.sum", { fee: yen(data.fee_yen), copies: data.copies }))), h("strong", {}, say("yen", { yen: yen(data.total_yen) })))],
    forward: forward(touch, "apply", say("review.apply")),
  };
}

function payment(data, say) {
  const line = (key, amount, look) => h("p", { class: `amount ${look}` }, h("span", {}, say(`payment.${key}`)), h("strong", {}, say("yen", { yen: yen(amount) })));
  return {
    ...titled("payment")(data, say),
    content: h("div", { class: "payment" },
      h("p", { class: "what" }, h("span", {}, issued(data, say)), h("span", {}, say("paper.copies", { copies: data.copies }))),
      line("total", data.total_yen, "total"), line("inserted", data.inserted_yen, "inserted"),
      h("div", { class: "bar", "aria-hidden": "true" }, h("i", { "width%": Math.min(100, data.total_yen ? (100 * data.inserted_yen) / data.total_yen : 100) })),
      line("missing", data.missing_yen, "missing"),
      data.exact_only ? h("p", { class: "notice" }, icon("warning"), h("span", {}, say("payment.exact"))) : null),
    cancel: say("payment.cancel"),
  };
}

function printing(data, say) {
  const done = data.sheets ? (100 * data.sheets_done) / data.sheets : 0;
  return {
    ...titled("printing")(data, say),
    content: h("div", { class: "printing" },
      h("div", { class: "feeder", "aria-hidden": "true" }, h("i")),
      h("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": data.sheets, "aria-valuenow": data.sheets_done, "aria-label": say("printing.title") }, h("i", { "width%": done })),
      h("p", { class: "count" }, say("printing.sheets", { sheets: data.sheets, done: data.sheets_done }))),
  };
}

function takePapers(data, say, touch) {
  return {
    ...titled("take_papers")(data, say),
    content: h("div", { class: "shown" }, picture("take_papers"), h("p", { class: "count" }, say("take_papers.count", { copies: data.printed }))),
    forward: button("acknowledge", "secondary", () => touch("acknowledge"), icon("bell"), h("span", {}, say("take_papers.silence"))),
  };
}

const reference = (data, say, key) => (data.reference ? h("p", { class: "reference" }, h("span", {}, say(key)), h("strong", {}, data.reference)) : null);

function receipt(data, say, touch) {
  return {
    ...titled("receipt")(data, say),
    content: h("div", { class: "ending" }, slip(data.receipt), reference(data, say, "receipt.reference"),
      button("another", "wide", () => touch("another"), icon("paper"), h("span", {}, h("strong", {}, say("receipt.another"))), icon("next"))),
    forward: button("finish", "primary", () => touch("finish"), say("button.finish")),
  };
}

const finish = (touch, say) => button("finish", "primary", () => touch("finish"), say("button.finish"));

function thanks(data, say, touch) {
  return { ...titled("thanks")(data, say), content: h("div", { class: "shown" }, icon("thanks"), reference(data, say, "receipt.reference")), forward: finish(touch, say) };
}

function refused(data, say, touch) {
  return { title: say("refused.title"), content: h("div", { class: "shown stop" }, icon("stop"), reference(data, say, "refused.reference")), forward: finish(touch, say) };
}

function returned(data, say, touch) {
  const owed = data.owed_yen > 0;
  const money = data.yen > 0 ? [h("p", { class: "money" }, say("returned.yen", { yen: yen(data.yen) })), h("p", {}, say("returned.take"))] : null;
  return {
    title: say(owed ? "returned.owed" : "returned.title"), lead: owed ? null : say("returned.lead"),
    content: h("div", { class: "shown" }, icon("coin"), money, reference(data, say, "refused.reference")),
    forward: finish(touch, say),
  };
}

function recovered(data, say, touch) {
  const line = (each) => h("li", {}, h("p", {}, say(`recovered.${each.outcome}`, { copies: each.copies, yen: yen(each.yen) })), reference(each, say, "receipt.reference"));
  return { ...titled("recovered")(data, say), content: h("ul", { class: "settled" }, data.settled.map(line)), forward: finish(touch, say) };
}

const keep = (data, say) => h("p", { class: "footnote" }, say("card.keep"));
const left = (_data, say, touch, view) => ({ ...titled("leaving")(null, say), content: h("div", { class: "shown" }, view.alarm === "change" ? icon("coin") : picture(view.alarm === "papers" ? "take_papers" : "take_card")) });

export const SCREENS = {
  menu, service, consent, place, pin, kinds, members, options, copies, review, payment, printing, receipt, thanks, refused, returned, recovered,
  members_pick: membersPick,
  january_1: january1,
  wide_place: widePlace,
  use_status: status,
  use_honseki: honseki,
  use_hittousha: hittousha,
  use_name: fullName,
  use_birth: birth,
  use_phone: phone,
  use_review: useReview,
  use_received: received,
  take_papers: takePapers,
  leaving: left,
  card: shown("card", "place_card", (data, say) => [data.only ? h("p", { class: "notice" }, say("card.only", { place: say.either(data.municipality, "name") })) : null, keep(data, say)]),
  opening: shown("opening", "read_card"),
  checking: shown("checking", "read_card"),
  remove_card: shown("remove_card", "take_card"),
  preparing: waiting("preparing"),
  admitting: waiting("admitting"),
  looking_up: waiting("looking_up"),
  use_asking: waiting("use_asking"),
  use_sending: waiting("use_sending"),
  requesting: waiting("requesting"),
  collecting: waiting("collecting"),
  out_of_service: waiting("out_of_service"),
};
