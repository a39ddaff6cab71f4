/** The process that measures one job: started by runner.ts, told the job by message, ends after it. */
import { toPlainFailure } from '../../base/errors.js';
import type { Job } from '../measurement/job.js';
import { runJob } from './run-job.js';
import type { RunnerMessage } from './runner.js';

function say(message: RunnerMessage): void {
  process.send?.(message);
}

process.once('message', (job: Job) => {
  void (async () => {
    try {
      for await (const outcome of runJob(job)) say({ type: 'outcome', outcome });
      say({ type: 'done' });
    } catch (error) {
      say({ type: 'failure', failure: toPlainFailure(error) });
    } finally {
      process.disconnect();
    }
  })();
});

// The parent is gone: so is the reason to measure.
process.once('disconnect', () => process.exit());
