// The texts that scripts show, translated by the server in templates/frame/words.html.

/** The text `name`, with {key} replaced from `values`. */
export function word(name, values = {}) {
  const text = document.getElementById("words")?.dataset[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
