// One terminal's page: listens to the view, hands it to the panel and the machine, and sends touches back.

import { h } from "./elements.js";
import { drawMachine } from "./machine.js";
import { drawPanel } from "./panel.js";
import { loadWords, wordsOf } from "./words.js";

const base = location.pathname.replace(/\/$/, "");
const panel = document.getElementById("panel");
const machine = document.getElementById("machine");
const hand = { papers: [], receipt: null, fell: null };
let catalogues = null;
let cards = [];
let view = null;

async function post(path, body, method = "POST") {
  const answer = await fetch(`${base}/${path}`, { method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) });
  const result = await answer.json();
  if (result.view) show(result.view);
  return answer.ok ? result : null;
}

const touch = (event, value) => post("events", value === undefined ? { event } : { event, value });

const hands = {
  async placeCard(holder) { await post("card", { holder }); await loadCards(); },
  async takeCard() { await post("card", undefined, "DELETE"); await loadCards(); },
  async insert(yen) {
    const result = await post("coins", { yen });
    hand.fell = result && !result.accepted ? yen : null;
    redraw();
  },
  takeReturn: () => post("return-tray/take"),
  async takePapers() {
    const result = await post("tray/take?pictures=1");
    if (!result) return;
    hand.papers.push(...result.papers);
    if (result.receipt) hand.receipt = result.receipt;
    redraw();
  },
};

async function loadCards() {
  const answer = await fetch(`${base}/cards`);
  if (answer.ok) cards = await answer.json();
  redraw();
}

function show(next) {
  if (view && next.version < view.version && next.started === view.started) return;
  if (view && view.screen !== "menu" && next.screen === "menu") loadCards();
  view = next;
  redraw();
}

function redraw() {
  if (!catalogues || !view) return;
  const say = wordsOf(catalogues, view.language);
  document.documentElement.lang = view.language;
  document.body.dataset.screen = view.screen;
  drawPanel(panel, view, say, touch);
  drawMachine(machine, view, say, { cards, hand, hands });
}

function listen() {
  const stream = new EventSource(`${base}/stream`);
  stream.onmessage = (message) => show(JSON.parse(message.data));
  stream.onerror = () => panel.classList.add("lost");
  stream.onopen = () => { panel.classList.remove("lost"); view = null; };
}

panel.append(h("p", { class: "connecting" }, "端末に接続しています"));
catalogues = await loadWords();
await loadCards();
listen();
