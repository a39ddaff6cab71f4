/**
 * Two themes, light and dark. Hues are those of Okabe and Ito (2008), told apart with all common forms of colour blindness, darkened
 * for white paper and lightened for a dark screen until text in them has a contrast of at least 3 : 1.
 */
import type { StrategyName } from '../../../engine/strategy/strategy.js';
import type { Specification } from './specification.js';

export type ThemeName = 'light' | 'dark';
export const themeNames: readonly ThemeName[] = ['light', 'dark'];

interface Theme {
  /** Colours by name, for expressions in specifications. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly config: Specification;
}

interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly families: Readonly<Record<StrategyName, string>>;
  /** Seven hues that are told apart side by side. */
  readonly categories: readonly string[];
  /** From the best to the worst, for ratios of 1 to 100 on a log scale. */
  readonly ramp: readonly string[];
  /** From which ratio on the ramp is so far from paper that text on it has to be in the paper's colour. */
  readonly inkFlipRatio: number;
}

const font = 'Inter, system-ui, sans-serif';

const palettes: Readonly<Record<ThemeName, Palette>> = {
  light: {
    paper: '#ffffff',
    ink: '#1c2024',
    muted: '#60646c',
    grid: '#e4e6ea',
    families: {
      adaptive: '#3d434b',
      compare: '#0072b2',
      fixed: '#b25f00',
      fastcdc: '#00805e',
      strided: '#6b4fbb',
      rolling: '#b0478a',
    },
    categories: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#7d7f85'],
    ramp: ['#f4f8fc', '#cfe1f2', '#93c3df', '#4b97c9', '#1f6cb0', '#08306b'],
    inkFlipRatio: 14,
  },
  dark: {
    paper: '#14171b',
    ink: '#eceef1',
    muted: '#a3a9b3',
    grid: '#2c3138',
    families: {
      adaptive: '#d3d8de',
      compare: '#56b4e9',
      fixed: '#f0a93b',
      fastcdc: '#2fc79b',
      strided: '#a996ff',
      rolling: '#e592c3',
    },
    categories: ['#56b4e9', '#f0b942', '#2fc79b', '#e592c3', '#ff8a57', '#3f7fc4', '#9aa0aa'],
    ramp: ['#1b2530', '#17405f', '#1d6491', '#3a8fc4', '#7dbde4', '#d6ecfa'],
    inkFlipRatio: 12,
  },
};

function theme({ paper, ink, muted, grid, families, categories, ramp, inkFlipRatio }: Palette): Theme {
  return {
    parameters: {
      paper,
      ink,
      muted,
      grid,
      inkFlipRatio,
      ...families,
      ...Object.fromEntries(categories.map((colour, index) => [`category${index}`, colour])),
    },
    config: {
      background: paper,
      font,
      padding: 16,
      view: { stroke: null },
      title: {
        anchor: 'start',
        color: ink,
        fontSize: 17,
        fontWeight: 600,
        subtitleColor: muted,
        subtitleFontSize: 12.5,
        subtitleLineHeight: 17,
        subtitlePadding: 6,
        offset: 18,
        frame: 'bounds',
      },
      axis: {
        labelColor: ink,
        labelFontSize: 11.5,
        titleColor: muted,
        titleFontSize: 11.5,
        titleFontWeight: 400,
        gridColor: grid,
        domainColor: grid,
        tickColor: grid,
      },
      header: {
        labelColor: ink,
        labelFontSize: 13,
        labelFontWeight: 600,
        titleColor: muted,
        labelPadding: 6,
      },
      legend: {
        labelColor: ink,
        labelFontSize: 11.5,
        titleColor: muted,
        titleFontSize: 11.5,
        titleFontWeight: 400,
        symbolStrokeWidth: 1.5,
      },
      text: { color: ink, fontSize: 11, font },
      rule: { color: muted },
      range: { category: categories, ordinal: ramp, heatmap: ramp, ramp },
    },
  };
}

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: theme(palettes.light),
  dark: theme(palettes.dark),
};

/** Colours that the page shares with its charts. */
export function pageColours(name: ThemeName): Pick<Palette, 'paper' | 'ink' | 'muted' | 'grid'> {
  const { paper, ink, muted, grid } = palettes[name];
  return { paper, ink, muted, grid };
}
