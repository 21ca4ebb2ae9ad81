// Texts for scripts, translated by the server (json_script "messages-js"), and small DOM helpers.
const holder = document.getElementById("messages-js");
const texts = holder ? JSON.parse(holder.textContent) : {};

/** The text of `key` with {name} filled in from `values`. */
export function say(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An element with attributes and children; text children are never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, as decoration. */
export function icon(name) {
  const sprite = document.getElementById("boot")?.dataset.icons ?? "";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Elements that match inside `root`, `root` included. */
export function all(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  return found;
}

/** Tell screen readers politely. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

/** Do `step` once for this element, whatever fragments come and go. */
export function once(element, name, step) {
  const key = `done${name}`;
  if (element.dataset[key]) return;
  element.dataset[key] = "1";
  step(element);
}
