// The pages of reports: the form sends itself, what takes long is fetched after the page, tables sort, plots are drawn.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { draw } from "./plot.js";
import { fade } from "./tabs.js";
import { toast } from "./toast.js";

const form = document.getElementById("report-form");
const days = [...form.querySelectorAll("input[type=date]")];
const period = form.elements.period;

form.addEventListener("change", ({ target }) => {
  if (days.includes(target)) ownDays();
  else if (target === period) for (const day of days) day.dataset.word = "";
  if (days.every((day) => day.value)) form.requestSubmit();
});
form.addEventListener("submit", () => {
  const word = days.every((day) => "word" in day.dataset);
  for (const day of days) day.disabled = word;
  period.disabled = !word;
  for (const field of form.elements) if (field.value === "") field.disabled = true;
});
addEventListener("pageshow", () => [...form.elements].forEach((field) => (field.disabled = false)));
document.addEventListener("click", ({ target }) => target.closest("[data-sort] thead button") && sort(target.closest("th")));

start();

async function start() {
  const slow = document.getElementById("report").dataset.slow;
  if (slow) await getHtml(slow).then((page) => replace("report", page), (error) => toast(error.message, { bad: true }));
  for (const table of document.querySelectorAll(".report-wrap")) fade(table);
  draw();
}

/** Days that were typed are meant, not the word that stood beside them. */
function ownDays() {
  for (const day of days) delete day.dataset.word;
}

function sort(head) {
  const table = head.closest("table");
  const body = table.tBodies[0];
  const at = head.cellIndex;
  const down = head.getAttribute("aria-sort") !== "descending";
  const rows = [...body.rows].sort((one, other) => compare(one.cells[at], other.cells[at]) * (down ? -1 : 1));
  for (const each of table.tHead.querySelectorAll("th")) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows);
}

function compare(one, other) {
  const [left, right] = [one, other].map((cell) => (cell.dataset.value ? Number(cell.dataset.value) : null));
  if (left === null && right === null) return one.textContent.trim().localeCompare(other.textContent.trim(), document.documentElement.lang);
  return (left ?? -Infinity) - (right ?? -Infinity);
}
