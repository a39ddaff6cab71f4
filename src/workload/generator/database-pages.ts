/**
 * Database-pages: the file of a row store between two backups. Rows are updated in place, hot pages again and again, keys go into index
 * leaves, and new pages are appended.
 *
 * For every five pages one row update, half of them on the hottest twentieth of the pages, a quarter of which lie in index leaves; the
 * page of counters changes always; the file grows by 1 %, at least a page. A changed page keeps most of its bytes.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { databasePageBytes, drawDatabasePage } from '../content/database-page.js';
import { PagedImage, type PageDrawer } from '../content/paged-image.js';

const pagesPerUpdate = 5;

export const databasePages: Workload = {
  name: 'database-pages',
  summary: 'row store: rows updated in place, hot pages often, 1 % of pages appended',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('database-pages', options);
    const random = new Random(options.seed).fork('database-pages');
    const contentSeed = random.fork('content').u32();
    const draw: PageDrawer = (page, version, into, view) =>
      drawDatabasePage(contentSeed, page, version, into, view);
    let image = new PagedImage(
      databasePageBytes,
      new Uint32Array(Math.floor(options.bytes / databasePageBytes)),
      draw,
    );
    yield imageSnapshot(0, image);
    for (let index = 1; index < options.snapshots; index++) {
      const pages = image.versions.length;
      const grown = new Uint32Array(pages + Math.max(1, Math.round(pages / 100)));
      grown.set(image.versions);
      grown[0] = index;
      for (let left = Math.ceil(pages / pagesPerUpdate); left > 0; left--) {
        const page = random.below(2) === 0 ? hotPage(random, pages) : 1 + random.below(pages - 1);
        grown[page] = (grown[page] ?? 0) + 1;
      }
      image = new PagedImage(databasePageBytes, grown, draw, image);
      yield imageSnapshot(index, image);
    }
  },
};

/** One of every twentieth page; multiplied out, so that hot pages are spread over the file. */
function hotPage(random: Random, pages: number): number {
  return Math.min(pages - 1, 1 + random.below(Math.max(1, Math.floor(pages / 20))) * 20);
}
