/**
 * Incompressible: an encrypted volume. An extent that was written to is encrypted again under a new nonce, so all its bytes
 * change at once; other extents stay as they are. Sub-block deltas and compression can save nothing here and should notice it
 * early.
 *
 * Extents of 64 KiB (a sixteenth of a smaller image, in whole 4 KiB); 5 % of them, at least one, are rewritten from one
 * snapshot to the next.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { Draws } from '../content/draws.js';
import { PagedImage, type PageDrawer } from '../content/paged-image.js';
import { distinctPositions } from './edits.js';

const extentBytesMax = 65_536;
const granuleBytes = 4096;

export const incompressible: Workload = {
  name: 'incompressible',
  summary: 'encrypted volume: 5 % of the 64 KiB extents re-encrypted whole',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('incompressible', options);
    const random = new Random(options.seed).fork('incompressible');
    const extentBytes = Math.min(
      extentBytesMax,
      Math.floor(options.bytes / 16 / granuleBytes) * granuleBytes,
    );
    const extents = Math.floor(options.bytes / extentBytes);
    const contentSeed = random.fork('content').u32();
    const draw: PageDrawer = (extent, nonce, into, view) =>
      new Draws(contentSeed, extent, nonce).fill(view, 0, into.length);
    let image = new PagedImage(extentBytes, new Uint32Array(extents), draw);
    yield imageSnapshot(0, image);
    for (let index = 1; index < options.snapshots; index++) {
      const nonces = image.versions.slice();
      const rewritten = Math.max(1, Math.round(extents / 20));
      for (const extent of distinctPositions(random, rewritten, extents)) nonces[extent] = index;
      image = new PagedImage(extentBytes, nonces, draw, image);
      yield imageSnapshot(index, image);
    }
  },
};
