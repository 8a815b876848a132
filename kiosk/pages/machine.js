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
  const papers = hand.papers.flatMap((paper) => paper.pdf === null
    ? [h("li", { class: "torn" }, say("machine.hand.incomplete", { sheets: paper.taken.length }))]
    : paper.pictures.map((png, number) => h("li", {}, sheet(say, paper, png, number + 1))));
  const receipt = hand.receipt ? h("li", {}, slip(hand.receipt)) : null;
  return part("hand", say("machine.hand"), papers.length || receipt ? h("ul", {}, papers, receipt) : h("p", { class: "hint" }, say("machine.hand.none")));
}

function sheet(say, paper, png, page) {
  const source = `data:image/png;base64,${png}`;
  const label = say("machine.hand.paper", { page, pages: paper.sheets });
  return h("button", { type: "button", class: "leaf", "data-key": `leaf-${paper.issuance_id}-${page}`, "aria-label": label, onclick: () => enlarge(say, paper, source, label) }, h("img", { src: source, alt: label }));
}

function enlarge(say, paper, source, label) {
  const dialog = document.getElementById("sheet");
  dialog.replaceChildren(
    h("img", { src: source, alt: label }),
    h("div", { class: "tools" },
      h("a", { href: pdfUrl(paper), download: `${paper.issuance_id}.pdf` }, say("machine.hand.save")),
      h("button", { type: "button", onclick: () => dialog.close() }, say("machine.hand.close"))));
  dialog.showModal();
}

function pdfUrl(paper) {
  const bytes = Uint8Array.from(atob(paper.pdf), (character) => character.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
}
