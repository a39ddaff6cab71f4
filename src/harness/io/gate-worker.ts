/** A process that measures tasks of a gate for the one that started it (gate-lane.ts); it ends with it. */
import { present, toPlainFailure } from '../../base/errors.js';
import { gateProtocol, type GateAnswer, type GateRequest } from '../measurement/gate-task.js';
import { GateBench } from './gate-bench.js';

let bench: GateBench | undefined;

async function answerTo(request: GateRequest): Promise<GateAnswer> {
  switch (request.type) {
    case 'open':
      bench = await GateBench.open(request.tasks);
      return { type: 'opened', protocol: gateProtocol, absent: bench.absent };
    case 'lap':
      return { type: 'lap', ...(await present(bench, 'bench').lap(request.task, request.passes)) };
    case 'count':
      return { type: 'counted', counts: await present(bench, 'bench').count(request.task) };
  }
}

process.on('message', (request: GateRequest) => {
  void answerTo(request)
    .catch((error: unknown): GateAnswer => ({ type: 'failure', failure: toPlainFailure(error) }))
    .then((answer) => process.send?.(answer));
});

process.once('disconnect', () => process.exit());
