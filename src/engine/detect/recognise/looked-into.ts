/** A snapshot of which recognisers may read a little. */
import type { ContentReader, SnapshotShape } from '../../snapshot/snapshot.js';

export interface LookedInto {
  readonly shape: SnapshotShape;
  readonly reader: ContentReader;
}
