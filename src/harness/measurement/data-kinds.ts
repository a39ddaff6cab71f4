/**
 * The kinds of data that kernels and chunkers are measured on: one list, and one meaning for each name. Bytes are functions of kind and
 * seed, the same on every machine; counts of instructions and quality figures depend on them.
 */
import { noiseSource } from '../../workload/content/binary.js';
import { databasePageBytes, drawDatabasePage } from '../../workload/content/database-page.js';
import { executableSource } from '../../workload/content/executable.js';
import { cellSource, zeroSource, type Source } from '../../workload/content/source.js';
import { codeSource, proseSource } from '../../workload/content/text.js';

export const dataKinds = ['random', 'text', 'code', 'executables', 'pages', 'zeros', 'periodic'] as const;
export type DataKind = (typeof dataKinds)[number];

export const dataSummaries: Readonly<Record<DataKind, string>> = {
  random: 'incompressible bytes',
  text: 'prose',
  code: 'program text',
  executables: 'like programs for x86-64: machine code, addresses, strings',
  pages: 'a row store of 4 KiB pages',
  zeros: 'nothing but zeros; new bytes are noise',
  periodic: 'one line of 80 bytes again and again; new bytes are noise',
};

const sources: Readonly<Record<DataKind, (seed: number) => Source>> = {
  random: noiseSource,
  text: proseSource,
  code: codeSource,
  executables: executableSource,
  pages: (seed) => pagesSource(seed, () => 1),
  zeros: () => zeroSource,
  periodic: periodicSource,
};

export function sourceOf(kind: DataKind, seed: number): Source {
  return sources[kind](seed);
}

/** What edits write into data of a kind: other bytes of it, or noise where a kind has no variety of its own. */
export function freshSourceOf(kind: DataKind, seed: number): Source {
  return sourceOf(isMonotonous(kind) ? 'random' : kind, seed + 1);
}

/** Nothing to cut by: what chunkers do there is told apart from what they do on data. */
export function isMonotonous(data: string): boolean {
  return data === 'zeros' || data === 'periodic';
}

/** The row store in which page p has been updated so often as `versionOf` says, counted from 1. */
export function pagesSource(seed: number, versionOf: (page: number) => number): Source {
  return cellSource(databasePageBytes, (page, into, view) =>
    drawDatabasePage(seed, page, versionOf(page), into, view),
  );
}

const lineBytes = 80;

function periodicSource(seed: number): Source {
  const line = new Uint8Array(lineBytes);
  proseSource(seed).fill(0, line);
  return cellSource(lineBytes, (_cell, into) => into.set(line));
}
