// The editor of a scenario tree: drag and drop, and the same by keyboard; after each step focus stays and is told.
import { csrfToken } from "./http.js";
import { goTo } from "./keyboard.js";
import { announce } from "./words.js";

const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };
const tree = () => document.getElementById("tree");

/** Post one step of editing and put the outline that comes back in its place. */
function post(values) {
  return window.htmx.ajax("POST", tree().dataset.tree, { target: "#tree", swap: "outerHTML", values: { ...values, csrfmiddlewaretoken: csrfToken() } });
}

function dropped(event) {
  const node = event.item.dataset.node;
  const parent = event.to.closest("[data-node]").dataset.node;
  const after = event.item.previousElementSibling?.dataset.node ?? "0";
  if (event.from === event.to && event.oldIndex === event.newIndex) return;
  post({ op: "move", node, parent, after });
}

function drag() {
  if (!window.Sortable || !tree()) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const list of tree().querySelectorAll("[data-tree-children]")) {
    new window.Sortable(list, { group: "tree", handle: ".tree-grip", animation: still ? 0 : 120, ghostClass: "tree-ghost", forceFallback: true, fallbackTolerance: 4, scroll: true, swapThreshold: 0.6, onEnd: dropped });
  }
}

function pressed(event) {
  const row = event.target.closest?.("#tree [data-keys-row]");
  if (!row || event.target !== row) return;
  const moves = row.querySelector("[data-tree-moves]");
  const op = event.altKey ? WAYS[event.key] : event.key === "Delete" ? "remove" : null;
  if (!op || !moves) return;
  event.preventDefault();
  post({ op, node: row.closest("[data-node]").dataset.node });
}

document.addEventListener("keydown", pressed);
document.body.addEventListener("minhu:tree", (event) => {
  const row = event.detail.node ? document.getElementById(`n${event.detail.node}`) : null;
  goTo(row);
  announce(event.detail.text);
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "tree" || event.detail.target?.id === "tree") drag();
});
// A step that was refused: the outline as it stands takes the place of what was dragged.
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.pathInfo?.requestPath === tree()?.dataset.tree) window.htmx.ajax("GET", location.pathname, { target: "#tree", swap: "outerHTML" });
});
drag();
