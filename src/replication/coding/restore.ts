/** Restoring a version from a repository into a target: every block checked, the target named at the end. */
import { DataError } from '../../base/errors.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';
import type { Repository, StoredVersion } from '../repository/repository.js';
import { digestsAt, blockStart, blockLength } from './selection.js';

/** Bytes of blocks read at once. */
const readBytesMax = 4 * 1024 * 1024;

/** Throws DataError where a block or the manifest is missing or damaged, WorldError; then nothing is left of the target. */
export async function restoreVersion(
  repository: Pick<Repository, 'manifest' | 'blocks'>,
  stored: StoredVersion,
  target: TargetWriter,
  onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void,
): Promise<void> {
  const manifest = await repository.manifest(stored);
  const count = manifest.blocks.ends.length;
  const totalBytes = manifest.id.totalBytes;
  try {
    target.begin(manifest);
    for (let at = 0, doneBytes = 0; at < count;) {
      const positions: number[] = [];
      for (let bytes = 0; at < count && (bytes === 0 || bytes < readBytesMax); at++) {
        bytes += blockLength(manifest, at);
        positions.push(at);
      }
      const outcomes = await repository.blocks(digestsAt(manifest, positions));
      outcomes.forEach((outcome, i) => {
        const position = positions[i] ?? 0;
        if (outcome.state !== 'whole' || outcome.bytes.length !== blockLength(manifest, position)) {
          const reason = outcome.state === 'damaged' ? outcome.reason : outcome.state;
          throw new DataError(`block ${position} of ${manifest.volume} cannot be restored: ${reason}`, {
            hint: 'push the snapshot again, or get it from another server',
          });
        }
        target.write(blockStart(manifest, position), outcome.bytes);
        doneBytes += outcome.bytes.length;
      });
      onProgress?.({ doneBytes, totalBytes });
    }
    target.commit();
  } catch (error) {
    target.abort();
    throw error;
  }
}
