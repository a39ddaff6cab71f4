/** The page's style sheet: two themes, one column on a phone, ink on white in print. */
import { pageColours } from '../charts/theme.js';
import type { ThemeName } from '../charts/theme.js';

function variables(name: ThemeName): string {
  const { paper, ink, muted, grid } = pageColours(name);
  return `--paper:${paper};--ink:${ink};--muted:${muted};--line:${grid};color-scheme:${name};`;
}

export const styleSheet = `
:root { ${variables('light')} }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { ${variables('dark')} } }
:root[data-theme="dark"] { ${variables('dark')} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 1340px; margin: 0 auto; padding: 20px 24px 60px; }
header { display: flex; gap: 16px; align-items: baseline; justify-content: space-between; }
h1 { font-size: 26px; margin: 8px 0 0; }
h2 { font-size: 20px; margin: 44px 0 12px; }
p { max-width: 78ch; }
.lead { color: var(--muted); margin-top: 4px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 370px), 1fr)); gap: 16px; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; break-inside: avoid; }
.card h3 { margin: 0; font-size: 14px; font-weight: 600; color: var(--muted); }
.card .winner { font-size: 18px; font-weight: 600; margin: 4px 0 2px; }
.card .own { margin: 0 0 8px; }
.card ul { margin: 0; padding-left: 18px; font-size: 14px; }
.card li { margin: 3px 0; }
figure { margin: 0 0 28px; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
figure .view { min-height: 40px; }
figure.live .still { display: none; }
.still { max-width: none; display: block; background: #ffffff; }
details { margin: 10px 0; }
summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { white-space: nowrap; vertical-align: bottom; }
th.right, td.right { text-align: right; white-space: nowrap; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible, .theme:focus-visible, summary:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
.theme { font: inherit; font-size: 13px; color: inherit; background: none; border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; cursor: pointer; }
code { font: 13px ui-monospace, monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
@media (max-width: 600px) { main { padding: 12px 12px 40px; } h1 { font-size: 22px; } }
@media print {
  :root, :root[data-theme], :root:not([data-theme]) { ${variables('light')} }
  .theme, figure .view { display: none; }
  figure { border: 0; overflow: visible; break-inside: avoid; }
  figure .still, figure.live .still { display: block; max-width: 100%; height: auto; }
  main { max-width: none; padding: 0; }
  table { font-size: 10px; }
}
`;
