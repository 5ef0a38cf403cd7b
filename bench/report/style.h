// The style sheet of every page: dark and light, wide and narrow, and on paper.

#pragma once

namespace strata::report {

inline constexpr const char* kStyleSheet = R"css(
:root {
  --paper: #fbfbf9; --card: #ffffff; --ink: #1d2126; --soft: #5b6470; --rule: #dfe2e6; --grid: #e9ebee;
  --blue: #1f5fbf; --red: #c0392b; --amber: #b9770e; --green: #1e7d4b; --violet: #7b4bb3; --teal: #12807f;
  --badge-good: #dff2e7; --badge-bad: #fae0dd; --badge-none: #eceef1; --warn: #fdf3dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f25; --ink: #e4e7eb; --soft: #9aa4b0; --rule: #333a43; --grid: #262c34;
    --blue: #6ea8fe; --red: #ff8579; --amber: #f0b44c; --green: #62cf95; --violet: #c09bf0; --teal: #5bc8c6;
    --badge-good: #17382a; --badge-bad: #45211f; --badge-none: #2a3038; --warn: #3a2f16;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
nav { padding: .7rem 1.25rem; border-bottom: 1px solid var(--rule); font-size: .875rem; overflow-wrap: anywhere; }
nav .sep { color: var(--soft); padding: 0 .15rem; }
main { max-width: 60rem; margin: 0 auto; padding: 1.25rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .6rem 0 1rem; overflow-wrap: anywhere; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .7rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--blue); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.lead { color: var(--soft); font-size: .9375rem; }
.headline { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 .5rem; padding: 0; }
.headline div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .9rem; flex: 1 1 11rem; min-width: 0; }
.headline dt { color: var(--soft); font-size: .8125rem; }
.headline dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.headline dd small { display: block; font-size: .8125rem; color: var(--soft); }
figure { margin: 1.25rem 0; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .9rem 1rem; break-inside: avoid; min-width: 0; }
figcaption { font-size: .9375rem; color: var(--soft); max-width: 46rem; margin-top: .5rem; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(23rem, 100%), 1fr)); gap: 1rem; margin: 1.25rem 0; }
.grid2 figure { margin: 0; }
svg { display: block; width: 100%; height: auto; margin: 0 auto; }
.narrow { display: none; }
details { margin-top: .6rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; font-variant-numeric: tabular-nums; margin: .4rem 0; }
th, td { text-align: left; padding: .38rem .7rem .38rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .8125rem; white-space: nowrap; }
td:first-child { overflow-wrap: anywhere; min-width: 8rem; }
th.n, td.n { text-align: right; white-space: nowrap; padding: .38rem 0 .38rem .7rem; }
th.n + th:not(.n), td.n + td:not(.n) { padding-left: 1.1rem; }
details .scroll { max-height: 22rem; overflow-y: auto; }
.badge { display: inline-block; border-radius: 999px; padding: .05rem .6rem; font-size: .8125rem; white-space: nowrap; background: var(--badge-none); color: var(--ink); }
.badge.good { background: var(--badge-good); color: var(--green); }
.badge.bad { background: var(--badge-bad); color: var(--red); }
.badge.noise { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .2rem 1rem 1rem; margin-top: 2.4rem; }
.card h2 { margin-top: .9rem; }
.card dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr)); gap: 0 2rem; margin: 0; font-size: .9rem; }
.card dl div { display: flex; gap: .8rem; padding: .3rem 0; border-bottom: 1px solid var(--rule); }
.card dt { flex: 0 0 9rem; color: var(--soft); }
.card dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.warning { background: var(--warn); border-left: 3px solid var(--amber); padding: .5rem .8rem; border-radius: 0 6px 6px 0; font-size: .9375rem; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .7rem .9rem; font-size: .8125rem; }
svg text { font: 12px system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .label { fill: var(--ink); } svg .axis { fill: var(--soft); }
svg .grid { stroke: var(--grid); stroke-width: 1; } svg .frame { stroke: var(--soft); stroke-width: 1; }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } svg .area { stroke: none; fill-opacity: .18; }
svg .dashed { stroke-dasharray: 5 4; stroke-width: 1.3; } svg .thin { stroke-width: 1; } svg .faint { fill-opacity: .5; } svg .key.area { fill-opacity: .35; }
svg .line.blue { stroke: var(--blue); } svg .line.red { stroke: var(--red); } svg .line.amber { stroke: var(--amber); }
svg .line.green { stroke: var(--green); } svg .line.violet { stroke: var(--violet); } svg .line.teal { stroke: var(--teal); } svg .line.soft { stroke: var(--soft); }
svg .blue:not(.line) { fill: var(--blue); } svg .red:not(.line) { fill: var(--red); } svg .amber:not(.line) { fill: var(--amber); }
svg .green:not(.line) { fill: var(--green); } svg .violet:not(.line) { fill: var(--violet); } svg .teal:not(.line) { fill: var(--teal); } svg .soft:not(.line) { fill: var(--soft); }
svg .dot.ring { fill: var(--card); stroke-width: 2; }
@media (max-width: 40rem) {
  main { padding: .5rem .9rem 3rem; } nav { padding: .6rem .9rem; }
  .wide { display: none; } .narrow { display: block; }
  figure { padding: .7rem .5rem; } figure h3, figcaption, figure details { padding: 0 .3rem; }
  h1 { font-size: 1.3rem; }
  table { font-size: .8125rem; } th { font-size: .75rem; }
  td:first-child { min-width: 4.2rem; } th.n, td.n { padding-left: .4rem; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --grid: #ddd; }
  nav, details { display: none; } main { max-width: none; padding: 0; } .wide { display: block; } .narrow { display: none; }
}
)css";

}  // namespace strata::report
