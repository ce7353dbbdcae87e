// SPDX-License-Identifier: Apache-2.0
// The look of the page: light and dark, wide and narrow, screen and paper.
#pragma once

namespace flights {

inline constexpr const char* kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5a6776; --rule: #dfe4ea;
  --s0: #2f6fb7; --s1: #dd7a1c; --box: #d6e4f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151b; --card: #18202a; --ink: #e8edf3; --soft: #9dabbb; --rule: #2c3744;
    --s0: #6aa6ea; --s1: #f2a14e; --box: #2c4666;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 3rem; padding-bottom: 1rem; }
h1 { font-size: clamp(1.8rem, 5vw, 2.7rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 0.75rem; }
h2 { font-size: 1.35rem; line-height: 1.25; letter-spacing: -0.01em; margin: 0 0 0.5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.25rem; }
p { margin: 0 0 0.75rem; max-width: 44rem; }
.lead { font-size: 1.15rem; color: var(--soft); }
.key { color: var(--soft); font-size: 0.9rem; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 1.5rem; margin: 0 0 1.25rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.75rem; margin: 0 0 1.25rem; }
.facts div { display: flex; flex-direction: column; justify-content: space-between; background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 1rem 1.1rem; }
.facts dt { color: var(--soft); font-size: 0.85rem; }
.facts dd { margin: 0; font-size: 1.7rem; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
figure { margin: 0.75rem 0 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; margin: 0.5rem 0 1rem; font-size: 0.9rem; }
.legend li::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; border-radius: 3px; margin-right: 0.45em; background: var(--c); }
.chart { display: block; overflow: visible; }
.chart text { fill: var(--ink); font-size: 14px; }
.chart .value, .chart .tick, .chart .note { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.chart .middle { text-anchor: middle; }
.chart .grid { stroke: var(--rule); }
.chart .axis { stroke: var(--soft); }
.chart .s0 { fill: var(--s0); }
.chart .s1 { fill: var(--s1); }
.chart circle { stroke: var(--card); stroke-width: 1.5; }
.chart .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.chart .line.s0 { stroke: var(--s0); }
.chart .line.s1 { stroke: var(--s1); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 0 2rem; }
.box { display: block; }
.box path { stroke: var(--soft); fill: none; vector-effect: non-scaling-stroke; }
.box rect { fill: var(--box); stroke: var(--s0); vector-effect: non-scaling-stroke; }
.box .median { stroke: var(--s0); stroke-width: 2.5; }
details { margin-top: 1rem; border-top: 1px solid var(--rule); padding-top: 0.75rem; }
summary { cursor: pointer; color: var(--s0); font-weight: 600; }
.scroll { overflow-x: auto; margin-top: 0.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: 0 0 0.5rem; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; text-align: left; border-bottom: 1px solid var(--rule); white-space: nowrap; vertical-align: middle; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 500; }
th.n, td.n { text-align: right; }
footer { color: var(--soft); font-size: 0.85rem; padding-top: 0.5rem; padding-bottom: 3rem; }
@media (max-width: 34rem) { section { padding: 1.1rem; } header { padding-top: 1.75rem; } .chart .wide { display: none; } }
@media print { body { background: none; } section, .facts div { break-inside: avoid; } }
)css";

}  // namespace flights
