// The machine around the panel: reader and cards, coin slot, return tray, output tray, and what the person holds in their hands.

import { h } from "./elements.js";
import { slip } from "./slip.js";
import { yen } from "./words.js";

const MONEY = [1000, 500, 100, 50, 10];

export function drawMachine(place, view, say, { cards, hand, hands }) {
  const machine = view.machine;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(
    h("header", {}, h("h2", {}, say("machine.title")), h("p", {}, `${machine.operator} ${say.language === "ja" ? machine.place.ja : machine.place.en}`),
      h("p", { class: `state ${machine.printer}` }, say(`machine.printer.${machine.printer}`)), h("p", { class: "id" }, say("app.terminal", { id: view.terminal }))),
    reader(machine, view, say, cards, hands),
    coins(machine, view, say, hand, hands),
    tray(machine, view, say, hands),
    held(say, hand),
  );
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function part(name, title, ...children) {
  return h("section", { class: `part ${name}` }, h("h3", {}, title), children);
}

function reader(machine, view, say, cards, hands) {
  const mine = cards.find((card) => card.placed === view.terminal);
  const pad = h("div", { class: `pad ${machine.card ? "placed" : ""} ${view.screen === "card" ? "wanted" : ""}` },
    machine.card ? [h("div", { class: "mycard" }, h("b", {}, "個人番号カード"), h("span", {}, mine ? mine.name : ""), h("i", {}), h("em", {}, "見本")),
      h("button", { type: "button", class: "take", "data-key": "take-card", onclick: () => hands.takeCard() }, say("machine.take_card"))] : h("p", {}, say("machine.reader.empty")));
  const rack = h("ul", { class: "rack", "aria-label": say("machine.cards") }, cards.map((card) => h("li", {}, h("button", {
    type: "button", class: "mycard small", "data-key": `card-${card.id}`, disabled: machine.card || card.placed !== null, "aria-label": say("machine.cards.pick", { name: card.name }),
    onclick: () => hands.placeCard(card.id), title: card.memo || null,
  }, h("span", {}, card.name), h("i", {}), h("em", {}, card.placed !== null ? say("machine.cards.away") : "見本")),
    card.memo ? h("p", { class: "memo" }, card.memo) : null)));
  return part("reader", say("machine.reader"), pad, mine && mine.memo ? h("p", { class: "memo mine" }, mine.memo) : null, h("h4", {}, say("machine.cards")), rack);
}

function coins(machine, view, say, hand, hands) {
  const money = MONEY.map((amount) => h("button", {
    type: "button", class: amount === 1000 ? "note" : `coin coin-${amount}`, "data-key": `coin-${amount}`, disabled: !machine.coins_open, "aria-label": say("machine.coin", { yen: yen(amount) }),
    onclick: () => hands.insert(amount),
  }, h("b", {}, yen(amount)), h("small", {}, "円")));
  return part(`coins ${machine.coins_open ? "open" : ""}`, say("machine.coins"),
    h("div", { class: "slot", "aria-hidden": "true" }, h("i")),
    h("div", { class: "purse" }, money),
    h("p", { class: "hint" }, hand.fell ? say("machine.coin.fell", { yen: yen(hand.fell) }) : machine.coins_open ? "" : say("machine.coins.closed")),
    h("h4", {}, say("machine.return")),
    h("div", { class: "return" }, machine.return_yen > 0
      ? h("button", { type: "button", class: "take", "data-key": "take-return", onclick: () => hands.takeReturn() }, say("machine.return.take", { yen: yen(machine.return_yen) }))
      : h("p", {}, say("machine.return.empty"))));
}

function tray(machine, view, say, hands) {
  const something = machine.tray_sheets > 0;
  return part("tray", say("machine.tray"),
    h("div", { class: `out ${view.screen === "printing" ? "running" : ""}` }, Array.from({ length: Math.min(machine.tray_sheets, 6) }, () => h("i", { class: "blank" }))),
    something && machine.tray_open
      ? h("button", { type: "button", class: "take", "data-key": "take-papers", onclick: () => hands.takePapers() }, say("machine.tray.take"))
      : h("p", { class: "hint" }, something ? say("machine.tray.sheets", { sheets: machine.tray_sheets }) : say("machine.tray.empty")));
}

function held(say, hand) {
  const papers = hand.papers.flatMap((paper) => paper.face === null
    ? [h("li", { class: "torn" }, say("machine.hand.incomplete", { sheets: paper.taken.length }))]
    : paper.pictures.map((png, place) => h("li", {}, sheet(say, paper, [png, paper.back_pictures[place]], place + 1))));
  const receipt = hand.receipt ? h("li", {}, slip(hand.receipt)) : null;
  return part("hand", say("machine.hand"), papers.length || receipt ? h("ul", {}, papers, receipt) : h("p", { class: "hint" }, say("machine.hand.none")));
}

function sheet(say, paper, sides, page) {
  const sources = sides.map((png) => `data:image/png;base64,${png}`);
  const label = say("machine.hand.paper", { page, pages: paper.sheets });
  return h("button", { type: "button", class: "leaf", "data-key": `leaf-${paper.issuance_id}-${page}`, "aria-label": label, onclick: () => enlarge(say, paper, sources, page, 0) }, h("img", { src: sources[0], alt: label }));
}

// A sheet in the hand: one side at a time, turned over like paper.
function enlarge(say, paper, sources, page, side) {
  const dialog = document.getElementById("sheet");
  const label = say(side ? "machine.hand.back" : "machine.hand.paper", { page, pages: paper.sheets });
  dialog.replaceChildren(
    h("img", { src: sources[side], alt: label }),
    h("div", { class: "tools" },
      h("button", { type: "button", "data-key": "look-closer", onclick: (event) => { event.target.textContent = say(dialog.classList.toggle("near") ? "machine.hand.farther" : "machine.hand.closer"); } },
        say(dialog.classList.contains("near") ? "machine.hand.farther" : "machine.hand.closer")),
      h("button", { type: "button", "data-key": "turn-over", onclick: () => enlarge(say, paper, sources, page, 1 - side) }, say(side ? "machine.hand.turn.front" : "machine.hand.turn.back")),
      h("a", { href: pdfUrl(paper.face), download: `${paper.issuance_id}.face.pdf` }, say("machine.hand.save.face")),
      h("a", { href: pdfUrl(paper.back), download: `${paper.issuance_id}.back.pdf` }, say("machine.hand.save.back")),
      h("button", { type: "button", "data-key": "put-down", onclick: () => dialog.close() }, say("machine.hand.close"))));
  if (!dialog.open) dialog.showModal();
}

function pdfUrl(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
}
