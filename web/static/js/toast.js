import { word } from "./words.js";

/** A short message. bad: it stays until closed; undo: a function behind an "Undo" button; link: {href, text};
 * stays: for half a minute, as one that can be undone does. */
export function toast(text, { bad = false, undo, link, stays = false } = {}) {
  const box = document.createElement("div");
  box.className = bad ? "toast toast-bad" : "toast";
  const words = document.createElement("span");
  words.className = "grow";
  words.dir = "auto";
  words.textContent = text || word("failed");
  box.append(words);
  if (undo) box.append(button(word("undo"), () => { undo(); box.remove(); }));
  if (link) box.append(Object.assign(document.createElement("a"), { className: "btn btn-s", href: link.href, textContent: link.text }));
  box.append(button(word("close"), () => box.remove()));
  document.getElementById("toasts").append(box);
  if (!bad) setTimeout(() => box.remove(), stays || undo ? 30_000 : 8000);
  return box;
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-s", textContent: text });
  made.addEventListener("click", act);
  return made;
}
