// Rows of tabs that are wider than a telephone scroll sideways: the chosen one is brought into sight, nothing else moves.
export function setUpTabs(root) {
  for (const chosen of root.querySelectorAll(".manage-tabs [aria-current], .work-tabs [aria-current]")) {
    const row = chosen.closest("ul");
    if (row.scrollWidth <= row.clientWidth) continue;
    const [inner, outer] = [chosen.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
}
