// Charts: <figure data-chart="json id"> with a spec of minhu.portals.charts. ECharts is loaded only when one is there.
// Colours come from the tokens and are told apart by the colour-blind; lines also differ by mark and dash.
import { all, once } from "./words.js";

const drawn = new Map();
let library = null;

function load() {
  library ??= import(document.getElementById("boot").dataset.echarts);
  return library;
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--mh-${name}`).trim();
}

const MARKS = ["circle", "rect", "triangle", "diamond", "roundRect", "pin"];
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3], "solid", "dashed"];

function look() {
  const rem = parseFloat(getComputedStyle(document.body).fontSize);
  return {
    ink: token("ink"), soft: token("ink-2"), line: token("line"), surface: token("surface"),
    colours: [1, 2, 3, 4, 5, 6].map((n) => token(`chart-${n}`)),
    weak: token("blue-weak"), blue: token("blue"), red: token("red"),
    size: Math.max(12, Math.round(rem * 0.86)),
    font: getComputedStyle(document.body).fontFamily,
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

const shown = (spec) => (value) => (value == null ? "—" : `${Number(value).toLocaleString("zh-CN", { maximumFractionDigits: spec.places })}${/^[a-z]/i.test(spec.unit) ? " " : ""}${spec.unit}`);

function base(spec, style) {
  return {
    animation: !style.still, animationDuration: 400, color: style.colours, backgroundColor: "transparent",
    textStyle: { fontFamily: style.font, fontSize: style.size, color: style.soft },
    tooltip: {
      renderMode: "richText", confine: true, valueFormatter: shown(spec), backgroundColor: style.surface, borderColor: style.line,
      textStyle: { color: style.ink, fontSize: style.size }, trigger: spec.kind === "share" || spec.kind === "heat" ? "item" : "axis", axisPointer: { type: spec.kind === "line" ? "line" : "shadow" },
    },
    legend: spec.series.length > 1 && spec.kind !== "heat" ? { type: "scroll", top: 4, left: 0, itemGap: 16, icon: spec.kind === "line" ? undefined : "roundRect", textStyle: { color: style.soft, fontSize: style.size } } : undefined,
    grid: { left: 8, right: spec.kind === "hbar" ? 64 : 16, bottom: 4, top: spec.series.length > 1 ? 40 : 16, containLabel: true },
  };
}

function axes(spec, style) {
  const label = { color: style.soft, fontSize: style.size };
  const names = { type: "category", data: spec.categories, axisLabel: { ...label, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: style.line } } };
  const values = { type: "value", axisLabel: label, splitLine: { lineStyle: { color: style.line } }, minInterval: spec.places ? 0 : 1 };
  if (spec.kind !== "hbar") return { xAxis: names, yAxis: values };
  return { xAxis: { ...values, splitNumber: 3 }, yAxis: { ...names, inverse: true, axisLabel: { ...label, width: 112, overflow: "break" } } };
}

function row(spec, style, series, at) {
  const stacked = spec.kind === "stack";
  const common = { name: series.name, data: series.values, cursor: spec.links.length ? "pointer" : "default" };
  if (spec.kind === "line" || spec.kind === "area") {
    return {
      ...common, type: "line", symbol: MARKS[at % 6], symbolSize: 6, showSymbol: spec.categories.length < 40, connectNulls: false,
      lineStyle: { width: 2, type: DASHES[at % 6] }, areaStyle: spec.kind === "area" ? { opacity: 0.14 } : undefined, markLine: target(spec, style),
    };
  }
  const labelled = spec.kind === "hbar" ? at === 0 : !stacked && spec.series.length === 1 && spec.categories.length <= 12;
  return {
    ...common, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 28, markLine: target(spec, style),
    itemStyle: { borderRadius: stacked ? 0 : 2, borderColor: style.surface, borderWidth: stacked ? 1 : 0 },
    label: labelled ? { show: true, position: spec.kind === "hbar" ? "right" : "top", color: style.ink, fontSize: style.size, formatter: (item) => shown(spec)(item.value) } : undefined,
  };
}

function target(spec, style) {
  if (spec.target == null) return undefined;
  return { symbol: "none", silent: true, lineStyle: { color: style.soft, type: "dashed" }, label: { color: style.soft, position: "insideEndTop", formatter: shown(spec)(spec.target) }, data: [spec.kind === "hbar" ? { xAxis: spec.target } : { yAxis: spec.target }] };
}

function share(spec, style) {
  const data = spec.categories.map((name, i) => ({ name, value: spec.series[0].values[i] }));
  return { series: [{ type: "pie", radius: ["34%", "56%"], data, itemStyle: { borderColor: style.surface, borderWidth: 2 }, label: { color: style.ink, fontSize: style.size, formatter: "{b}\n{d}%", overflow: "none" }, labelLine: { lineStyle: { color: style.soft } } }] };
}

function heat(spec, style) {
  const data = spec.series.flatMap((line, y) => line.values.map((value, x) => [x, y, value]));
  const most = Math.max(1, ...data.map(([, , value]) => value ?? 0));
  const label = { color: style.soft, fontSize: style.size };
  return {
    grid: { left: 4, right: 8, bottom: 4, top: 8, containLabel: true },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: style.surface, borderColor: style.line, textStyle: { color: style.ink, fontSize: style.size }, formatter: ({ value: [x, y, n] }) => `${spec.series[y].name} ${spec.categories[x]}：${shown(spec)(n)}` },
    xAxis: { type: "category", data: spec.categories, axisLabel: label, axisTick: { show: false } },
    yAxis: { type: "category", inverse: true, data: spec.series.map((line) => line.name), axisLabel: label, axisTick: { show: false } },
    visualMap: { min: 0, max: most, show: false, inRange: { color: [style.weak, style.blue] } },
    series: [{ type: "heatmap", data, itemStyle: { borderColor: style.surface, borderWidth: 2, borderRadius: 3 } }],
  };
}

/** The ECharts option of a spec in the present theme. */
function option(spec, style) {
  const common = base(spec, style);
  if (spec.kind === "share") return { ...common, ...share(spec, style), legend: undefined };
  if (spec.kind === "heat") return { ...common, ...heat(spec, style) };
  return { ...common, ...axes(spec, style), series: spec.series.map((series, at) => row(spec, style, series, at)) };
}

async function draw(figure) {
  const echarts = await load();
  const holder = figure.querySelector(".chart-picture");
  const spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const chart = echarts.init(holder, null, { renderer: "canvas" });
  chart.setOption(option(spec, look()));
  chart.on("click", ({ dataIndex }) => {
    const address = spec.links[dataIndex];
    if (address) location.assign(address);
  });
  new ResizeObserver(() => chart.resize()).observe(holder);
  drawn.set(figure, { chart, spec });
  figure.dataset.drawn = "yes";
}

const PAPER = 620;

function redraw(paper = false) {
  for (const [figure, { chart, spec }] of drawn) {
    if (!figure.isConnected) { chart.dispose(); drawn.delete(figure); continue; }
    chart.resize(paper ? { width: PAPER } : { width: "auto" });
    chart.setOption(option(spec, paper ? { ...look(), still: true } : look()), true);
  }
}

document.addEventListener("minhu:display", () => requestAnimationFrame(() => redraw()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(() => redraw()));
// Paper is white and 182 mm wide, whatever the screen is.
let before = "";
addEventListener("beforeprint", () => {
  const root = document.documentElement;
  before = root.dataset.bsTheme;
  root.dataset.bsTheme = "light";
  redraw(true);
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.bsTheme = before;
  redraw(false);
});

export function setUpCharts(root) {
  for (const figure of all(root, "figure[data-chart]")) once(figure, "Chart", draw);
}
