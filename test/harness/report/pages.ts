/** Report pages as tests look at them: the files that are written, and the page in Chromium, where it is installed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { themeNames, type ThemeName } from '../../../src/harness/report/charts/theme.js';

/** Names of all that a report with these charts writes, sorted. */
export function reportFiles(chartNames: readonly string[]): string[] {
  const pictures = chartNames.flatMap((name) =>
    themeNames.flatMap((theme) => [`${name}-${theme}.svg`, `${name}-${theme}.png`]),
  );
  return ['index.html', ...pictures].sort();
}

const executablePath = '/usr/bin/chromium';
export const isBrowserInstalled = existsSync(executablePath);

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

export interface OpenPage {
  readonly view: Page;
  /** Warnings and errors so far, and requests that leave the page. */
  readonly complaints: readonly string[];
}

/** The report in `folder`, when all of its charts are drawn. */
export async function openReport(
  browser: Browser,
  folder: string,
  colorScheme: ThemeName,
  width = 1400,
): Promise<OpenPage> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const view = await context.newPage();
  const complaints: string[] = [];
  view.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  view.on('pageerror', (error) => complaints.push(error.message));
  view.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  await view.goto(pathToFileURL(join(folder, 'index.html')).href);
  await view.waitForFunction(() =>
    [...document.querySelectorAll('figure')].every((figure) => figure.hasAttribute('data-drawn')),
  );
  return { view, complaints };
}

export interface DrawnFigure {
  readonly chart: string | null;
  readonly theme: string | null;
  /** Paths and texts of the drawing. */
  readonly marks: number;
  readonly width: number;
}

export function drawnFigures(view: Page): Promise<DrawnFigure[]> {
  return view.$$eval('figure', (figures) =>
    figures.map((figure) => ({
      chart: figure.getAttribute('data-chart'),
      theme: figure.getAttribute('data-drawn'),
      marks: figure.querySelectorAll('.view svg path, .view svg text').length,
      width: figure.querySelector('.view svg')?.getBoundingClientRect().width ?? 0,
    })),
  );
}
