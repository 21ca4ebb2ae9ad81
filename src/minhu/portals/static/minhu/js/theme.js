// Classic script in the head: when the theme is 'auto', follow the system before the first paint.
(function () {
  var root = document.documentElement;
  if (root.dataset.themeChoice !== "auto" || !window.matchMedia) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    if (root.dataset.themeChoice === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  }
  apply();
  dark.addEventListener("change", apply);
})();
