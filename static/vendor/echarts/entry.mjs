// The part of ECharts that our charts use, and nothing else. Built twice by devtools/assets -vendor: as a module for the
// browser (echarts.mjs) and as a plain script for the server (echarts.goja.js), so both draw with the same code.
export { init, setPlatformAPI } from "echarts/core";
import { use } from "echarts/core";
import { LineChart, BarChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendPlainComponent, GraphicComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
use([LineChart, BarChart, ScatterChart, GridComponent, TooltipComponent, LegendPlainComponent, GraphicComponent, SVGRenderer]);
