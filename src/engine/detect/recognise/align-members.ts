/** Members of two archives opposite each other: by name, else by what pairEntries() takes for a rename. */
import { present } from '../../../base/errors.js';
import { Layout } from '../../snapshot/layout.js';
import type { Entry, SnapshotShape } from '../../snapshot/snapshot.js';
import type { Span } from '../alignment.js';
import { pairEntries } from '../pairing.js';
import type { TarMember } from './tar.js';

/**
 * Runs for [target.start, target.end): each paired member opposite its pair, and what follows it (a longer end, new members) opposite what follows
 * that. Neighbours that moved together are one run.
 */
export function alignMembers(
  base: { readonly members: readonly TarMember[]; readonly start: number; readonly end: number },
  target: { readonly members: readonly TarMember[]; readonly start: number; readonly end: number },
): Span[] {
  const pairs = pairEntries(shapeOf(base.members), shapeOf(target.members));
  const runs: { address: number; baseAddress: number }[] = [
    { address: target.start, baseAddress: base.start },
  ];
  target.members.forEach(({ address }, index) => {
    const pair = present(pairs[index], 'pair');
    if (pair < 0) return;
    const baseAddress = present(base.members[pair], 'member').address;
    const last = present(runs[runs.length - 1], 'run');
    if (baseAddress - address === last.baseAddress - last.address) return;
    if (last.address === address) runs.pop();
    runs.push({ address, baseAddress });
  });
  return runs.flatMap(({ address, baseAddress }, index) => {
    const end = runs[index + 1]?.address ?? target.end;
    const length = Math.min(end - address, base.end - baseAddress);
    return length > 0 ? [{ address, length, baseAddress }] : [];
  });
}

/** Members as the files of a tree: of several with one name the last counts, as it does when an archive is unpacked. */
function shapeOf(members: readonly TarMember[]): SnapshotShape {
  const entries = members.map(({ name, length }): Entry => ({
    path: name,
    kind: 'file',
    mode: 0,
    mtimeMicros: 0,
    sizeBytes: length,
  }));
  return { form: 'tree', entries, layout: new Layout(entries) };
}
