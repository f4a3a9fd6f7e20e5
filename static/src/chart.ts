// Charts answer the pointer. Nothing here is needed to read a page: every drawing is in it already, with its table.
//
// An element with data-option holds the server's drawing and the address of the option object it was made from. When the
// pointer first comes near, ECharts is fetched and draws the same object at the size shown. Maps need no library: each area
// carries its name, figure and rank.
import "./functions.js";

declare const nhipsoChart: { revive(option: unknown): unknown };

type Chart = { setOption(o: unknown): void; dispose(): void };

function enliven(holder: HTMLElement): void {
  let started = false;
  let chart: Chart | undefined;
  let layer: HTMLElement | undefined;

  const restore = () => {
    chart?.dispose();
    layer?.remove();
    chart = layer = undefined;
    started = false;
    drawing()?.style.removeProperty("visibility");
  };
  const drawing = () => Array.from(holder.querySelectorAll<SVGElement>("svg.ns-chart")).find((s) => s.getBoundingClientRect().width > 0);

  const start = async () => {
    const svg = drawing();
    if (started || !svg) return;
    started = true;
    const box = svg.getBoundingClientRect();
    const url = new URL(holder.dataset.option!, location.href);
    url.searchParams.set("w", String(Math.round(box.width)));
    url.searchParams.set("h", String(Math.round(box.height)));
    try {
      const [echarts, answer] = await Promise.all([import("../vendor/echarts/echarts.mjs"), fetch(url)]);
      if (!answer.ok) return;
      const option = nhipsoChart.revive(await answer.json());
      layer = document.createElement("div");
      layer.setAttribute("aria-hidden", "true"); // the drawing beneath keeps its name and description
      const from = holder.getBoundingClientRect();
      Object.assign(layer.style, {
        position: "absolute", left: `${box.left - from.left}px`, top: `${box.top - from.top}px`,
        width: `${box.width}px`, height: `${box.height}px`,
      });
      layer.className = "ns-chart";
      holder.style.position = "relative";
      holder.append(layer);
      chart = echarts.init(layer, null, { renderer: "svg", width: Math.round(box.width), height: Math.round(box.height) }) as Chart;
      chart.setOption(option);
      svg.style.visibility = "hidden";
    } catch {
      restore(); // offline, or an old browser: the drawing stays as it was
    }
  };

  holder.addEventListener("pointerenter", start, { passive: true });
  holder.addEventListener("touchstart", start, { passive: true });
  window.addEventListener("resize", () => { if (chart) restore(); }, { passive: true });
  window.addEventListener("beforeprint", restore);
}

// One tooltip serves all maps of the page, for the pointer and for the keyboard.
function maps(): void {
  const tip = document.createElement("div");
  tip.className = "ns-tip";
  tip.setAttribute("role", "presentation");
  tip.hidden = true;
  document.body.append(tip);
  const show = (area: Element, x: number, y: number, more = "") => {
    const { name = "", figure = "", rank = "" } = (area as SVGElement).dataset;
    const strong = document.createElement("b");
    strong.textContent = name;
    tip.replaceChildren(strong, document.createElement("br"), figure);
    for (const line of [rank, more]) if (line) tip.append(document.createElement("br"), line);
    tip.hidden = false;
    const w = tip.offsetWidth, h = tip.offsetHeight;
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - w - 4))}px`;
    tip.style.top = `${y + 18 + h > innerHeight ? y - h - 10 : y + 18}px`;
  };
  const areaOf = (e: Event) => (e.target as Element | null)?.closest?.(".ns-area") ?? null;
  // A finger does not hover: its first touch names a province, a second one on the same leads to its page.
  let named: Element | null = null;
  let touched = false;
  const hide = () => { tip.hidden = true; named = null; };
  document.addEventListener("pointerdown", (e) => { touched = e.pointerType === "touch"; }, { passive: true });
  document.addEventListener("click", (e) => {
    const area = areaOf(e);
    if (!touched || !area) {
      if (touched) hide();
      return;
    }
    touched = false;
    if (area === named) return;
    e.preventDefault();
    named = area;
    show(area, e.clientX, e.clientY, area.closest<SVGElement>("[data-again]")?.dataset.again);
  });
  document.addEventListener("pointermove", (e) => {
    if (e.pointerType === "touch") return;
    const area = areaOf(e);
    if (area) show(area, e.clientX, e.clientY); else if (!document.activeElement?.closest(".ns-area")) hide();
  }, { passive: true });
  document.addEventListener("focusin", (e) => {
    const area = areaOf(e);
    if (touched) return; // the click that follows says it
    if (!area) return hide();
    const box = area.getBoundingClientRect();
    show(area, box.left + box.width / 2, box.top + box.height / 2);
  });
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true });
  // The browser's own tooltip would come on top of ours.
  document.querySelectorAll(".ns-area > title").forEach((t) => t.remove());
}

document.querySelectorAll<HTMLElement>("[data-option]").forEach(enliven);
document.addEventListener("nhipso:new", (e) => (e as CustomEvent<HTMLElement>).detail.querySelectorAll<HTMLElement>("[data-option]").forEach(enliven));
if (document.querySelector(".ns-area")) maps();
