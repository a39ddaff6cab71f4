/**
 * What chunkers are measured on: bytes by kind, and a source of new bytes of the same kind for edits. Functions of a seed alone. Where a
 * kind has no variety of its own, as zeros have none, new bytes are noise.
 */
import { noiseSource } from '../../../workload/content/binary.js';
import { databasePageBytes, drawDatabasePage } from '../../../workload/content/database-page.js';
import { executableSource } from '../../../workload/content/executable.js';
import { cellSource, zeroSource, type Source } from '../../../workload/content/source.js';
import { codeSource, proseSource } from '../../../workload/content/text.js';

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

/** `old` is the content before edits; `fresh` what edits write. */
export interface Content {
  readonly old: Source;
  readonly fresh: Source;
}

export function contentOf(kind: DataKind, seed: number): Content {
  const noise = noiseSource(seed + 1);
  switch (kind) {
    case 'random':
      return { old: noiseSource(seed), fresh: noise };
    case 'text':
      return { old: proseSource(seed), fresh: proseSource(seed + 1) };
    case 'code':
      return { old: codeSource(seed), fresh: codeSource(seed + 1) };
    case 'executables':
      return { old: executableSource(seed), fresh: executableSource(seed + 1) };
    case 'pages':
      return { old: pagesSource(seed), fresh: pagesSource(seed + 1) };
    case 'zeros':
      return { old: zeroSource, fresh: noise };
    case 'periodic':
      return { old: periodicSource(seed), fresh: noise };
  }
}

function pagesSource(seed: number): Source {
  return cellSource(databasePageBytes, (page, into, view) => drawDatabasePage(seed, page, 1, into, view));
}

const lineBytes = 80;

function periodicSource(seed: number): Source {
  const line = new Uint8Array(lineBytes);
  proseSource(seed).fill(0, line);
  return cellSource(lineBytes, (_cell, into) => into.set(line));
}

/** Nothing to cut by: what chunkers do there is told apart from what they do on data. */
export function isMonotonous(data: string): boolean {
  return data === 'zeros' || data === 'periodic';
}
