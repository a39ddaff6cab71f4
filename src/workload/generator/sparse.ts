/**
 * Sparse: a thinly provisioned disk. Islands of data (1 to 16 pages of 4 KiB) lie in a sea of zeros and fill about a sixteenth
 * of it. From one snapshot to the next one island in eight is rewritten, one in sixteen is discarded (zeros again), and as many
 * new ones appear.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { drawBlend } from '../content/binary.js';
import { Draws } from '../content/draws.js';
import { PagedImage, type PageDrawer } from '../content/paged-image.js';
import { distinctPositions } from './edits.js';

const pageBytes = 4096;
/** One island of at most 16 pages, 8.5 on average, for each 136 pages. */
const pagesPerIsland = 136;
const islandPagesMax = 16;

interface Island {
  readonly page: number;
  readonly pages: number;
}

export const sparse: Workload = {
  name: 'sparse',
  summary: 'thin disk: islands of data in zeros, some rewritten, discarded, added',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('sparse', options);
    const random = new Random(options.seed).fork('sparse');
    const pages = Math.floor(options.bytes / pageBytes);
    const contentSeed = random.fork('content').u32();
    const draw: PageDrawer = (page, version, into, view) => {
      if (version === 0) into.fill(0);
      else drawBlend(new Draws(contentSeed, page, version), view, 0.5);
    };
    const islands: Island[] = [];
    const first = new Uint32Array(pages);
    const count = Math.max(2, Math.round(pages / pagesPerIsland));
    for (let i = 0; i < count; i++) islands.push(write(first, newIsland(random, pages), 1));
    let image = new PagedImage(pageBytes, first, draw);
    yield imageSnapshot(0, image);
    for (let index = 1; index < options.snapshots; index++) {
      const versions = image.versions.slice();
      const discarded = Math.max(1, Math.round(islands.length / 16));
      for (const i of distinctPositions(random, discarded, islands.length).reverse()) {
        const [island] = islands.splice(i, 1);
        if (island !== undefined) write(versions, island, 0);
      }
      const rewritten = Math.max(1, Math.round(islands.length / 8));
      for (const i of distinctPositions(random, rewritten, islands.length)) {
        const island = islands[i];
        if (island !== undefined) write(versions, island, index + 1);
      }
      while (islands.length < count) islands.push(write(versions, newIsland(random, pages), index + 1));
      image = new PagedImage(pageBytes, versions, draw, image);
      yield imageSnapshot(index, image);
    }
  },
};

function newIsland(random: Random, pages: number): Island {
  const length = random.between(1, Math.min(islandPagesMax, Math.floor(pages / 4)));
  return { page: random.below(pages - length + 1), pages: length };
}

function write(versions: Uint32Array, island: Island, version: number): Island {
  versions.fill(version, island.page, island.page + island.pages);
  return island;
}
