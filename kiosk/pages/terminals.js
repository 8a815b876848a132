// The list of terminals.

import { h } from "./elements.js";
import { loadWords, wordsOf } from "./words.js";

const listing = document.getElementById("listing");
const say = wordsOf(await loadWords(), "ja");
const terminals = await (await fetch("/terminals")).json();

listing.append(
  h("p", { class: "specimen" }, say("app.specimen")),
  h("h1", {}, say("list.title")),
  h("p", {}, say("list.lead")),
  h("ul", {}, terminals.map((terminal) => h("li", {}, h("a", { href: terminal.url }, h("strong", {}, say("app.terminal", { id: terminal.id })))))),
);
