/**
 * Charts to pictures, without a browser: Vega-Lite compiles to Vega, Vega draws SVG, resvg turns that into PNG with a font that comes as
 * a package. The same chart gives the same bytes each time.
 *
 * Limit: without a canvas Vega estimates text widths, so specifications leave room beside their labels.
 */
import { createRequire } from 'node:module';
import { renderAsync } from '@resvg/resvg-js';
import { Error as errorLevel, parse, resetSVGDefIds, View } from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import type { Specification } from '../report/charts/specification.js';

const require = createRequire(import.meta.url);

/** resvg draws text only from TrueType files; other formats give blank labels without a complaint. */
const fontFiles = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
  require.resolve(`@expo-google-fonts/inter/${file}`),
);

/**
 * A complete specification (assembleChart, withTheme) as an SVG document. What Vega-Lite has to say against it goes to `onWarning`; a
 * specification of ours gives it no reason.
 */
export async function renderSvg(
  specification: Specification,
  onWarning: (warning: string) => void = () => undefined,
): Promise<string> {
  // Vega-Lite checks what it is given while it compiles; our type says only that it is an object.
  const { spec } = compile(specification as unknown as TopLevelSpec, { logger: new Complaints(onWarning) });
  // Vega warns of every facet that has no data yet while it starts.
  const view = new View(parse(spec), { renderer: 'none', logLevel: errorLevel });
  try {
    // Gradients and clips are numbered through the life of the process: begin again, so that bytes repeat.
    resetSVGDefIds();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Vega's logger interface. */
class Complaints {
  readonly #onWarning: (warning: string) => void;

  constructor(onWarning: (warning: string) => void) {
    this.#onWarning = onWarning;
  }

  level(): this {
    return this;
  }

  error(...words: readonly unknown[]): this {
    return this.warn(...words);
  }

  warn(...words: readonly unknown[]): this {
    this.#onWarning(words.map(String).join(' '));
    return this;
  }

  info(): this {
    return this;
  }

  debug(): this {
    return this;
  }
}

/** An SVG document as PNG, `scale` pixels for each of its units. Works on a thread of its own. */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  const picture = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' },
  });
  return picture.asPng();
}
