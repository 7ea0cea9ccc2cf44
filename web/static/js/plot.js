// Plots drawn by uPlot from the table that stands behind each of them, in the colours of tokens.css.
//
//   <figure class="plot" data-plot="bars|lines">       bars are stacked
//     <div class="plot-canvas"></div>
//     <table><thead><tr><th></th><th data-series="TOKEN">Name</th>…      TOKEN: a colour, "talking-solid"
//       <tbody><tr><th>Label</th><td data-value="12">12</td>…            no data-value: nothing is drawn there
//
// A link in a row's head is where a click on that place of the plot leads.

import uPlot from "../vendor/uplot/dist/uPlot.esm.js";

const HEIGHT = 240;
const RANGES = { share: [0, 1], tone: [-1, 1], score: [0, 100] };
const drawn = new Map(); // figure -> its uPlot

/** Draw every plot inside `root` that is not drawn yet. */
export function draw(root = document) {
  for (const figure of root.querySelectorAll("figure[data-plot]")) if (!drawn.has(figure)) make(figure);
}

for (const media of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(media).addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const plot = drawn.get(target.closest("figure"));
    if (plot && contentRect.width > 0 && contentRect.width !== plot.width) plot.setSize({ width: contentRect.width, height: HEIGHT });
  }
});

function redraw() {
  for (const [figure, plot] of drawn) {
    plot.destroy();
    drawn.delete(figure);
    if (figure.isConnected) make(figure);
  }
}

function make(figure) {
  const place = figure.querySelector(".plot-canvas");
  const data = read(figure.querySelector("table"));
  const plot = new uPlot(options(figure, place, data), columns(figure, data), place);
  drawn.set(figure, plot);
  sizes.observe(place);
  figure.dataset.drawn = "yes";
}

/** What the table says: labels, links, and for each series its name, colour, values and their texts. */
function read(table) {
  const heads = [...table.tHead.querySelectorAll("th")];
  const rows = [...table.tBodies[0].rows];
  const series = heads.flatMap((head, at) => (head.dataset.series ? [{ name: head.textContent.trim(), colour: head.dataset.series, at }] : []));
  for (const each of series) {
    each.texts = rows.map((row) => row.cells[each.at].textContent.trim());
    each.values = rows.map((row) => (row.cells[each.at].dataset.value ? Number(row.cells[each.at].dataset.value) : null));
  }
  return {
    labels: rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim()),
    names: rows.map((row) => row.cells[0].textContent.trim()),
    links: rows.map((row) => row.cells[0].querySelector("a")?.href ?? ""),
    series,
  };
}

/** uPlot's columns: the places, then the series; of stacked bars the tallest first, so that the others cover it. */
function columns(figure, { labels, series }) {
  const places = labels.map((_, at) => at);
  if (figure.dataset.plot !== "bars") return [places, ...series.map(({ values }) => values)];
  const heights = [];
  series.forEach(({ values }, at) => heights.push(values.map((value, place) => (value ?? 0) + (at ? heights[at - 1][place] : 0))));
  return [places, ...heights.reverse()];
}

function options(figure, place, data) {
  const bars = figure.dataset.plot === "bars";
  const mirrored = getComputedStyle(figure).direction === "rtl";
  const ink = colours(place);
  const series = bars ? data.series.toReversed() : data.series;
  return {
    width: Math.max(place.clientWidth, 200),
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: !bars }, x: true, y: false },
    scales: {
      x: { time: false, dir: mirrored ? -1 : 1, range: (_, low, high) => [low - 0.6, high + 0.6] },
      y: { range: (_, low, high) => RANGES[figure.dataset.unit] ?? [0, Math.max(high * 1.08, 1)] },
    },
    axes: [
      { ...axis(ink), size: 30, incrs: [1, 2, 3, 4, 6, 7, 14, 28, 56], space: 64, values: (_, places) => places.map((at) => data.labels[at] ?? "") },
      { ...axis(ink), side: mirrored ? 1 : 3, size: 52, values: (_, values) => values.map((value) => spoken(value, figure.dataset.unit)) },
    ],
    series: [{}, ...series.map((each) => look(each, ink, bars))],
    plugins: [tooltip(data), click(data)],
  };
}

const axis = (ink) => ({
  stroke: ink("--text-muted"),
  grid: { stroke: ink("--line"), width: 1 },
  ticks: { show: false },
  font: `12px ${getComputedStyle(document.body).fontFamily}`,
});

function look({ name, colour }, ink, bars) {
  const stroke = ink(`--${colour}`);
  if (bars) return { label: name, fill: stroke, stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 48] }) };
  return { label: name, stroke, width: 2, points: { show: true, size: 5, fill: stroke }, spanGaps: false };
}

/** A token as the canvas takes it: light-dark() and the reader's theme are the browser's business. */
function colours(place) {
  return (token) => {
    place.style.color = `var(${token})`;
    const seen = getComputedStyle(place).color;
    place.style.color = "";
    return seen;
  };
}

function spoken(value, unit) {
  const language = `${document.documentElement.lang}-u-nu-latn`; // the digits of the rest of the page
  if (unit === "share") return new Intl.NumberFormat(language, { style: "percent" }).format(value);
  if (unit === "seconds") return `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, "0")}`;
  return new Intl.NumberFormat(language).format(value);
}

/** What is under the pointer, in the words of the table. */
function tooltip({ names, series }) {
  const box = Object.assign(document.createElement("div"), { className: "plot-tip", hidden: true });
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        box.hidden = idx == null || left < 0;
        if (box.hidden) return;
        const lines = series.map(({ name, texts, colour }) => line(name, texts[idx], colour));
        box.replaceChildren(Object.assign(document.createElement("strong"), { textContent: names[idx] }), ...lines);
        const beyond = left + box.offsetWidth + 24 > plot.over.clientWidth;
        box.style.left = `${beyond ? left - box.offsetWidth - 12 : left + 12}px`;
      },
    },
  };
}

function line(name, text, colour) {
  const row = document.createElement("span");
  const mark = Object.assign(document.createElement("i"), { className: "plot-mark" });
  mark.style.background = `var(--${colour})`;
  row.append(mark, Object.assign(document.createElement("span"), { textContent: name }), Object.assign(document.createElement("b"), { textContent: text }));
  return row;
}

function click({ links }) {
  return {
    hooks: {
      init: (plot) => {
        plot.over.addEventListener("click", () => links[plot.cursor.idx] && location.assign(links[plot.cursor.idx]));
        plot.over.classList.toggle("plot-leads", links.some(Boolean));
      },
    },
  };
}
