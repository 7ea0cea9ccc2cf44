// What is typed on a card before it is sent: a new customer, the search for one, and which of them is open. It is
// kept in this browser and so survives page loads; it goes once it is saved, or the card is put away.

const KEPT = 24 * 3600 * 1000; // ms
const key = (id) => `entry:${id}`;
const partOf = (card) => card.querySelector('[data-part="who"]');
const fields = (part) => [...part.querySelectorAll("input, textarea")];

/** Remember what stands in `part` of the card with this id. */
export function keep(part, id) {
  const typed = Object.fromEntries(fields(part).filter(({ value }) => value).map(({ name, value }) => [name, value]));
  const open = part.querySelector("details[open]")?.dataset.form ?? "";
  const any = Object.keys(typed).length > 0;
  if (any || open) localStorage.setItem(key(id), JSON.stringify({ typed, open, at: Date.now() }));
  else localStorage.removeItem(key(id));
  part.closest(".pop")?.classList.toggle("has-entry", any);
}

/** Put it back where nothing is typed yet. */
export function restore(card) {
  const [part, kept] = [partOf(card), read(key(card.dataset.pop))];
  if (!part || !kept) return;
  for (const field of fields(part)) if (kept.typed[field.name] && field.value === field.defaultValue) fill(field, kept.typed[field.name]);
  const details = part.querySelector(`details[data-form="${CSS.escape(kept.open)}"]`);
  if (details && !details.open) Object.assign(details, { open: true }).dataset.restored = "yes";
  card.classList.toggle("has-entry", Object.keys(kept.typed).length > 0);
}

export function forget(card) {
  localStorage.removeItem(key(card.dataset.pop));
  card.classList.remove("has-entry");
}

/** Is something typed there that is neither saved nor given up, in this tab or another? */
export function hasEntry(part) {
  const typed = fields(part).some((field) => field.value !== field.defaultValue);
  return typed && read(key(part.closest(".pop").dataset.pop)) !== null;
}

/** Let go of what was typed on cards of yesterday. */
export function prune() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(key("")) && !read(name)) localStorage.removeItem(name);
}

function read(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(name));
    return kept && Date.now() - kept.at < KEPT ? kept : null;
  } catch {
    return null;
  }
}

function fill(field, text) {
  field.value = text;
  if (field.dataset.candidates) field.dispatchEvent(new Event("input", { bubbles: true })); // what it found comes again
}
