/** What a pull wants first: paths of a tree (with all below them), or byte ranges `start-end` of an image, the end not included. */
import { present } from '../../base/errors.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { Refusal } from './failures.js';
import { blockStart } from '../coding/selection.js';

export type First = readonly string[];

/** Whether a block belongs to what is wanted first. Throws Refusal for a range that is none. */
export function isPromised(manifest: Manifest, first: First): (position: number) => boolean {
  if (first.length === 0) return () => false;
  const ranges = manifest.form === 'image' ? first.map(rangeOf) : pathRanges(manifest, first);
  return (position) => {
    const start = blockStart(manifest, position);
    const end = present(manifest.blocks.ends[position], 'end');
    return ranges.some((range) => start < range.end && end > range.start);
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf(text: string): Range {
  const [, start, end] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (start === undefined || Number(start) >= Number(end)) {
    throw new Refusal('malformed', `'${text.slice(0, 40)}' is no byte range of an image`);
  }
  return { start: Number(start), end: Number(end) };
}

/** A path that is not there promises nothing. */
function pathRanges({ entries, layout }: Manifest, paths: First): Range[] {
  return entries.flatMap(({ path, kind }, index) =>
    kind === 'file' && paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`))
      ? [{ start: layout.startOf(index), end: layout.endOf(index) }]
      : [],
  );
}
