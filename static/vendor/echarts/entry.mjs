// The part of ECharts that our charts use in the browser, and nothing else. Built by devtools/assets -vendor as echarts.mjs.
export { init } from "echarts/core";
import { use } from "echarts/core";
import { LineChart, BarChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendPlainComponent, GraphicComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
use([LineChart, BarChart, ScatterChart, GridComponent, TooltipComponent, LegendPlainComponent, GraphicComponent, SVGRenderer]);
