// The only functions that a chart's option object may name, as {"$fn": name, …}. They write the same text as the server's drawing; a
// test of internal/chart holds them to it.
(function () {
  "use strict";

  // num writes 1.234,5 in Vietnamese and 1,234.5 in English.
  function num(a) {
    var group = a.lang === "en" ? "," : ".", point = a.lang === "en" ? "." : ",";
    return function (v) {
      var parts = Math.abs(v).toFixed(a.decimals).split(".");
      var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, group);
      var minus = v < 0 && /[1-9]/.test(parts.join("")) ? "\u2212" : "";
      return minus + whole + (parts[1] ? point + parts[1] : "");
    };
  }

  // pick gives the text that belongs to the place on the axis.
  function pick(a) {
    return function (_, i) { return a.texts[i]; };
  }

  // tip gives the finished tooltip of the place that is pointed at.
  function tip(a) {
    return function (p) {
      var first = Array.isArray(p) ? p[0] : p;
      return first ? a.rows[first.dataIndex] : "";
    };
  }

  var known = { num: num, pick: pick, tip: tip };

  // revive puts the functions in place of their names.
  function revive(x) {
    if (Array.isArray(x)) return x.map(revive);
    if (x && typeof x === "object") {
      if (x.$fn) return known[x.$fn](x);
      var out = {};
      for (var k in x) out[k] = revive(x[k]);
      return out;
    }
    return x;
  }

  globalThis.nhipsoChart = { revive: revive };
})();
