/** A mixture that is neither all text nor all binary: stretches of 64 KiB, three in five prose, the others rows of records. */
import { hash } from './draws.js';
import { recordSource } from './binary.js';
import { patchworkSource, type Source } from './source.js';
import { proseSource } from './text.js';

const stretchBytes = 65_536;

export function mixedSource(seed: number): Source {
  const prose = proseSource(seed);
  const records = recordSource(seed);
  return patchworkSource(stretchBytes, (stretch) =>
    (hash(seed, stretch, 7) >>> 0) % 5 < 3 ? prose : records,
  );
}
