// Line drawings: on the buttons, and the large pictures that show a hand what to do.

import { svg } from "./elements.js";

const LINES = {
  paper: ["M6 3h8l4 4v14H6z", "M14 3v4h4", "M9 11h6", "M9 14h6", "M9 17h4"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  back: ["M15 5l-7 7 7 7"],
  next: ["M9 5l7 7-7 7"],
  warning: ["M12 4l9 16H3z", "M12 10v5", "M12 17.5v.5"],
  bell: ["M6 17V11a6 6 0 0 1 12 0v6", "M4 17h16", "M10 20h4"],
  clock: ["M12 3a9 9 0 1 0 .01 0", "M12 7v5l3.5 2"],
  city: ["M4 21V9l8-5 8 5v12", "M3 21h18", "M8 21v-5h3v5", "M8 11h2", "M14 11h2", "M14 15h2"],
  copy: ["M8 8h11v12H8z", "M8 16H5V4h11v4"],
  print: ["M7 9V3h10v6", "M5 9h14a2 2 0 0 1 2 2v6h-4v4H7v-4H3v-6a2 2 0 0 1 2-2z", "M7 14h10"],
  scan: ["M4 8V4h4", "M16 4h4v4", "M20 16v4h-4", "M8 20H4v-4", "M4 12h16"],
  person: ["M12 4a4 4 0 1 0 .01 0", "M4.5 21c.5-5 3.5-7.5 7.5-7.5s7 2.500 7.500 7.500"],
  family: ["M8 5a3 3 0 1 0 .01 0", "M17 7a2.500 2.500 0 1 0 .01 0", "M2.500 19c.4-4.500 2.600-6.500 5.500-6.500s5.100 2 5.500 6.500", "M14.500 13.800c3.600-1.600 6.600.6 7 5.200"],
  some: ["M8 5a3 3 0 1 0 .01 0", "M2.500 19c.4-4.500 2.600-6.500 5.500-6.500s5.100 2 5.500 6.500", "M15 9.500l2 2 4-4.500"],
  minus: ["M5 12h14"],
  plus: ["M5 12h14", "M12 5v14"],
  lock: ["M6 11h12v9H6z", "M8.500 11V8a3.500 3.500 0 0 1 7 0v3"],
  stop: ["M12 3a9 9 0 1 0 .01 0", "M8 12h8"],
  coin: ["M12 3a9 9 0 1 0 .01 0", "M9 8l3 4 3-4", "M12 12v5", "M9.500 13h5", "M9.500 15.500h5"],
  thanks: ["M12 3a9 9 0 1 0 .01 0", "M8.500 10v.5", "M15.500 10v.5", "M8 14c1.500 2.500 6.500 2.500 8 0"],
};

export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, LINES[name].map((d) => svg("path", { d })));
}

const card = (x, y) => svg("g", { class: "card", transform: `translate(${x} ${y})` },
  svg("rect", { class: "card-face", width: 92, height: 58, rx: 6 }), svg("rect", { class: "card-chip", x: 62, y: 20, width: 18, height: 14, rx: 3 }),
  svg("path", { class: "card-line", d: "M10 14h40M10 24h28M10 34h34M10 46h22" }));

const PICTURES = {
  place_card: () => [reader(), svg("g", { class: "move-down" }, card(54, 4)), svg("path", { class: "arrow", d: "M172 30v42m-12-12l12 12 12-12" })],
  read_card: () => [reader(), card(54, 62), svg("path", { class: "wave", d: "M164 70q10 14 0 28M176 62q16 22 0 44" })],
  take_card: () => [reader(), svg("g", { class: "move-up" }, card(54, 62)), svg("path", { class: "arrow", d: "M172 102V60m-12 12l12-12 12 12" })],
  take_papers: () => [
    svg("path", { class: "body", d: "M20 84h160v44H20z" }), svg("path", { class: "slit", d: "M40 98h120" }),
    svg("g", { class: "move-out" }, svg("path", { class: "sheet", d: "M56 98l-14 36h116l-14-36z" }), svg("path", { class: "card-line", d: "M62 108h76M60 116h80M57 124h60" })),
    svg("path", { class: "arrow", d: "M100 22v42m-12-12l12 12 12-12" })],
};

function reader() {
  return svg("g", {}, svg("path", { class: "body", d: "M30 78h140l14 50H16z" }), svg("path", { class: "pad", d: "M46 86h108l7 30H39z" }));
}

export function picture(name) {
  return svg("svg", { class: `picture picture-${name}`, viewBox: "0 0 200 140", "aria-hidden": "true" }, PICTURES[name]());
}
