// The graph of a matter: <figure data-net="json id"> with a tree of names; the table below it says the same.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--mh-${name}`).trim();
const leaves = (node) => (node.children?.length ? node.children.reduce((sum, one) => sum + leaves(one), 0) : 1);
const depth = (node) => 1 + Math.max(0, ...(node.children ?? []).map(depth));

// On a telephone there is room for three rings only; what stands outside is in the table.
function within(node, rings) {
  const { children, ...rest } = node;
  return rings > 1 && children?.length ? { ...rest, children: children.map((one) => within(one, rings - 1)) } : rest;
}

// A contradiction has a sign and another colour; a name in the middle is cut, for lines run beside it.
function coloured(node, most) {
  const own = node.clash ? { label: { color: token("orange-ink") }, itemStyle: { color: token("orange-ink") } } : {};
  const name = node.children?.length && node.name.length > most ? `${node.name.slice(0, most - 1)}…` : node.name;
  return { ...node, ...own, name, children: node.children?.map((one) => coloured(one, most)) };
}

async function draw(figure) {
  const whole = JSON.parse(document.getElementById(figure.dataset.net).textContent);
  const place = figure.querySelector(".net-picture");
  const echarts = await import(document.getElementById("boot").dataset.echarts);
  const narrow = () => place.clientWidth < 640;
  const shown = () => within(whole, narrow() ? 3 : 4);
  const size = () => { place.style.height = `${Math.max(320, leaves(shown()) * 26)}px`; };
  size();
  const chart = (echarts.default ?? echarts).init(place, null, { renderer: "svg" });
  const option = () => {
    const spec = coloured(shown(), narrow() ? 10 : 16);
    const deep = depth(spec) > 3;
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      series: [{
        type: "tree", data: [spec], top: 8, bottom: 8, left: narrow() ? 100 : 190, right: narrow() ? 150 : deep ? 230 : 330, expandAndCollapse: false, initialTreeDepth: -1, symbol: "circle", symbolSize: 8,
        lineStyle: { color: token("line-input"), width: 1.5 }, itemStyle: { color: token("blue") },
        label: { position: "left", verticalAlign: "middle", align: "right", color: token("ink"), backgroundColor: token("surface"), padding: [1, 4], fontSize: narrow() ? 11 : 13 },
        leaves: { label: { position: "right", align: "left", width: narrow() ? 140 : deep ? 220 : 320, overflow: "truncate" } },
      }],
    };
  };
  chart.setOption(option());
  chart.on("click", ({ data }) => { if (data?.url) location.assign(data.url); });
  new ResizeObserver(() => { size(); chart.resize(); chart.setOption(option()); }).observe(place);
}

for (const figure of document.querySelectorAll("[data-net]")) draw(figure);
