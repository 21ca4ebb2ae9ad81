// The graph of one matter: <figure data-net="json id"> with a tree of names; the table below it says the same.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--mh-${name}`).trim();

async function draw(figure) {
  const spec = JSON.parse(document.getElementById(figure.dataset.net).textContent);
  const place = figure.querySelector(".net-picture");
  const leaves = spec.children.reduce((sum, one) => sum + one.children.length, 0);
  place.style.height = `${Math.max(320, leaves * 26)}px`;
  const echarts = await import(document.getElementById("boot").dataset.echarts);
  const chart = (echarts.default ?? echarts).init(place, null, { renderer: "svg" });
  const narrow = () => place.clientWidth < 640;
  const option = () => ({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    series: [{
      type: "tree", data: [spec], top: 8, bottom: 8, left: narrow() ? 76 : 190, right: narrow() ? 150 : 330, expandAndCollapse: false, initialTreeDepth: -1, symbol: "circle", symbolSize: 8,
      lineStyle: { color: token("line-input"), width: 1.5 }, itemStyle: { color: token("blue") },
      label: { position: "left", verticalAlign: "middle", align: "right", color: token("ink"), backgroundColor: token("surface"), padding: [1, 4], fontSize: 13, width: narrow() ? 70 : 180, overflow: "break" },
      leaves: { label: { position: "right", align: "left", width: narrow() ? 140 : 320, overflow: "truncate" } },
    }],
  });
  chart.setOption(option());
  new ResizeObserver(() => { chart.resize(); chart.setOption(option()); }).observe(place);
}

for (const figure of document.querySelectorAll("[data-net]")) draw(figure);
