// Row selection: [data-select-all] in the head, [data-select] boxes in rows, [data-bulk] bar that shows the number.
import { all, announce, once, say } from "./words.js";

function setUp(table) {
  const boxes = () => [...table.querySelectorAll("input[data-select]:not(:disabled)")];
  const head = table.querySelector("input[data-select-all]");
  const bar = document.querySelector(table.dataset.bulk || "[data-bulk-bar]");
  const show = () => {
    const marked = boxes().filter((box) => box.checked);
    for (const box of boxes()) box.closest("tr, [data-keys-row]")?.classList.toggle("is-selected", box.checked);
    if (head) {
      head.checked = marked.length > 0 && marked.length === boxes().length;
      head.indeterminate = marked.length > 0 && !head.checked;
    }
    if (!bar) return;
    bar.hidden = marked.length === 0;
    const words = bar.querySelector("[data-bulk-words]");
    if (words) words.textContent = say("selected", { n: marked.length });
    announce(say("selected", { n: marked.length }));
  };
  let last = null;
  table.addEventListener("click", (event) => {
    const box = event.target.closest("input[data-select]");
    if (!box) return;
    if (event.shiftKey && last) {
      const list = boxes();
      const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      for (const between of list.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
  table.addEventListener("change", (event) => {
    if (event.target === head) for (const box of boxes()) box.checked = head.checked;
    if (event.target.matches("input[data-select], input[data-select-all]")) show();
  });
}

export function setUpTables(root) {
  for (const table of all(root, "[data-selectable]")) once(table, "Table", setUp);
}
