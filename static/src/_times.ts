// The list of moments of a page gets a slider over the same stops. It leads nowhere by itself: the arrow keys walk it, and the button or letting go
// of it views.

export function travel(): void {
  const stops = document.querySelector<HTMLFormElement>("form.stops");
  const moments = stops?.querySelector("select");
  if (stops && moments && moments.options.length > 2) {
    // Oldest first; a release comes behind the day of its figures, and the newest, which has no day, last of all.
    const list = Array.from(moments.options).map((option) => ({ option, day: option.dataset.day || "9999", release: option.value.includes(":") }));
    list.sort((a, b) => a.day.localeCompare(b.day) || Number(a.release) - Number(b.release));
    const slider = Object.assign(document.createElement("input"), { type: "range", min: "0", max: String(list.length - 1), step: "1" });
    slider.setAttribute("aria-labelledby", "luc-ten");
    slider.setAttribute("list", "luc-vach");
    const ticks = Object.assign(document.createElement("datalist"), { id: "luc-vach" });
    ticks.append(...list.map((_, i) => Object.assign(document.createElement("option"), { value: String(i) })));
    const said = document.createElement("output");
    const show = () => {
      const name = list[Number(slider.value)].option.text;
      slider.setAttribute("aria-valuetext", name);
      said.textContent = name;
    };
    const follow = () => {
      slider.value = String(Math.max(0, list.findIndex((x) => x.option.selected)));
      show();
    };
    let dragged = false;
    slider.addEventListener("pointerdown", () => { dragged = true; });
    slider.addEventListener("keydown", () => { dragged = false; });
    slider.addEventListener("input", () => {
      list[Number(slider.value)].option.selected = true;
      show();
    });
    slider.addEventListener("change", () => { if (dragged) stops.requestSubmit(); });
    moments.addEventListener("change", follow);
    addEventListener("pageshow", follow); // a browser that goes back keeps what was chosen in the list
    const row = Object.assign(document.createElement("span"), { className: "rail" });
    row.append(slider, ticks, said);
    stops.append(row);
    follow();
  }
}
