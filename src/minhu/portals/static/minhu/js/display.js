// Display modes without a reload: cookie for the server, classes for now. The menu drawer of phones.
const YEAR = 365 * 24 * 3600;

function apply(name, value) {
  const root = document.documentElement;
  if (name === "size") root.classList.toggle("type-large", value === "large");
  if (name === "contrast") root.classList.toggle("contrast-high", value === "high");
  if (name === "theme") {
    root.dataset.themeChoice = value;
    const dark = value === "dark" || (value === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  }
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `minhu_${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  document.dispatchEvent(new CustomEvent("minhu:display"));
}

function onSubmit(event) {
  const button = event.submitter;
  if (!event.target.matches("[data-display]") || !button?.name) return;
  event.preventDefault();
  apply(button.name, button.value);
  const toggle = button.dataset.displayToggle?.split(" ");
  if (toggle) {
    const [, off, on] = toggle;
    button.setAttribute("aria-pressed", String(button.value === on));
    button.value = button.value === on ? off : on;
    return;
  }
  for (const other of event.target.querySelectorAll(`[name="${button.name}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }
}

function startMenu() {
  const button = document.querySelector("[data-menu-toggle]");
  const menu = document.getElementById("desk-menu");
  if (!button || !menu) return;
  const set = (open) => {
    menu.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) menu.querySelector("a")?.focus();
  };
  button.addEventListener("click", () => set(!menu.classList.contains("is-open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.classList.contains("is-open")) { set(false); button.focus(); }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target) && !button.contains(event.target)) set(false);
  });
}

export function startDisplay() {
  document.addEventListener("submit", onSubmit);
  startMenu();
}
