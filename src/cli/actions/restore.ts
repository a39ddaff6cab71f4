/** `snapdelta restore`: a version into a target, from a server or straight from the folder of one that does not run. */
import { throwIfCancelled } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { restoreVersion } from '../../replication/coding/restore.js';
import { dotText } from '../../replication/versions/version.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { checkVolume, dotOf } from '../replication/asking.js';
import { fromOf } from '../replication/from.js';
import { storedVersion, withRepository } from '../replication/repository-folder.js';
import { Rate, speedText, transferLine } from '../replication/transfer-display.js';
import { wantedTarget } from '../replication/wanted-target.js';
import { monotonicClock } from './options.js';
import { pullInto } from './pull.js';

export async function runRestore(input: Input, context: Context): Promise<Outcome> {
  const from = fromOf(input, context, ['base', 'first']);
  if (from.kind === 'server') return await pullInto(from.agent, input.text('base'), 'look', input, context);
  const { signal, terminal } = context;
  const output = input.required('output');
  const volume = checkVolume(input.positional('VOLUME'));
  const dot = dotOf(input);
  const { target, startMs } = wantedTarget(input, context);
  const rate = new Rate();
  const elapsedMs = (): number => monotonicClock.nowMs() - startMs;
  return await withRepository(from.folder, terminal, async (folder) => {
    const stored = storedVersion(folder, volume, dot);
    await restoreVersion(folder.repository, stored, target, ({ doneBytes, totalBytes }) => {
      throwIfCancelled(signal);
      terminal.progress(transferLine('restoring', doneBytes, totalBytes, rate.at(elapsedMs(), doneBytes)));
    });
    const { version, totalBytes } = stored;
    return {
      document: {
        target: output,
        volume,
        dot: dotText(version.dot),
        bytes: totalBytes,
        elapsedMs: elapsedMs(),
      },
      text: `${output}: ${dotText(version.dot)} of ${volume}, ${formatBytes(totalBytes)}, verified, in ${speedText(totalBytes, elapsedMs())}`,
      kind: 'summary',
    };
  });
}
