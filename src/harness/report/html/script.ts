/**
 * The page's own program, as text: it runs in the browser, after vega, vega-lite and vega-embed. Draws the charts in the theme that is
 * on, draws them again when it changes, and sorts tables. Without it the page still shows everything, with still pictures.
 */
export const pageScript = `
'use strict';
(() => {
  const { themes, charts } = JSON.parse(document.getElementById('charts').textContent);
  const root = document.documentElement;
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const themeName = () => root.dataset.theme ?? (prefersDark.matches ? 'dark' : 'light');
  const parameterList = (values) => Object.entries(values).map(([name, value]) => ({ name, value }));
  const views = new Map();

  async function draw() {
    const name = themeName();
    const theme = themes[name];
    for (const figure of document.querySelectorAll('figure[data-chart]')) {
      const chart = charts[figure.dataset.chart];
      const specification = { ...chart, params: [...chart.params, ...parameterList(theme.parameters)], config: theme.config };
      const options = { actions: false, renderer: 'svg', logLevel: vega.Error, tooltip: { theme: name === 'dark' ? 'dark' : 'light' } };
      const result = await vegaEmbed(figure.querySelector('.view'), specification, options);
      views.get(figure)?.finalize();
      views.set(figure, result);
      figure.classList.add('live');
      figure.dataset.drawn = name;
    }
  }

  let drawing = Promise.resolve();
  const redraw = () => { drawing = drawing.then(draw); };
  redraw();
  prefersDark.addEventListener('change', redraw);
  document.querySelector('.theme').addEventListener('click', () => {
    root.dataset.theme = themeName() === 'dark' ? 'light' : 'dark';
    redraw();
  });

  const valueOf = (cell) => cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  const compare = (a, b) => typeof a === 'number' && typeof b === 'number' ? (a === b ? 0 : a - b) : String(a).localeCompare(String(b));
  for (const button of document.querySelectorAll('th button')) {
    button.addEventListener('click', () => {
      const heading = button.closest('th');
      const body = heading.closest('table').tBodies[0];
      const column = heading.cellIndex;
      const direction = heading.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      for (const other of heading.parentElement.cells) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      const rows = [...body.rows];
      rows.sort((a, b) => direction * compare(valueOf(a.cells[column]), valueOf(b.cells[column])));
      body.append(...rows);
    });
  }
})();
`;
