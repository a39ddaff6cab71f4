/** A snapshot's shape from its plain description: what a worker rebuilds before it opens the content. */
import { Layout } from './layout.js';
import type { Entry, SnapshotForm, SnapshotShape } from './snapshot.js';

export function shapeOf(source: {
  readonly form: SnapshotForm;
  readonly entries: readonly Entry[];
}): SnapshotShape {
  return { form: source.form, entries: source.entries, layout: new Layout(source.entries) };
}

/** The newest modification time of any entry, in microseconds since the epoch: a snapshot's own time. */
export function newestTime(shape: SnapshotShape): number {
  return shape.entries.reduce((newest, entry) => Math.max(newest, entry.mtimeMicros), 0);
}
