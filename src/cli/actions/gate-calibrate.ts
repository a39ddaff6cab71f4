/** `snapdelta gate --calibrate`. */
import { exitCodes } from '../../base/errors.js';
import { calibrateGate, recordRounds, recordingOf, type Recording } from '../../harness/gate-calibration.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { readDocument, writeResults } from '../../harness/io/result-file.js';
import { gateCalibrationSchema, gateCalibrationSchemaName } from '../../harness/report/gate/calibration.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { calibrationText } from '../text/gate-calibration.js';
import { liveOptions, withContest } from './gate-live.js';

/** A calibration that errs more than twice as often as declared says no. */
const rateFactorMax = 2;

export async function runGateCalibrate(input: Input, context: Context): Promise<Outcome> {
  const out = input.text('out');
  requireWritable(out);
  const options = liveOptions(input, context);
  const calibration = calibrateGate(await recording(input, context), options.seed);
  if (out !== undefined) writeResults(out, calibration);
  const [still] = calibration.trials;
  const rate = still === undefined ? 0 : still.counts.regressed / still.decisions;
  return {
    document: calibration,
    text: calibrationText(calibration),
    kind: 'answer',
    exitCode: rate > rateFactorMax * calibration.errors.alpha ? exitCodes.rejected : exitCodes.ok,
  };
}

function recording(input: Input, context: Context): Promise<Recording> {
  const path = input.text('recording');
  if (path !== undefined) {
    const names = [gateCalibrationSchemaName];
    return Promise.resolve(
      recordingOf(readDocument(path, gateCalibrationSchema, names, 'rounds are read from')),
    );
  }
  const options = liveOptions(input, context);
  return withContest(input, context, (contest) =>
    recordRounds(contest, options, ({ rounds }) => context.terminal.progress(`round ${rounds + 1}`)),
  );
}
