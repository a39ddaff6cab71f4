/** `snapdelta lab`: runs the laboratory, shows how far it is, and tells what it found. */
import { join } from 'node:path';
import { formatDuration } from '../../base/units.js';
import { writeReport } from '../../harness/io/write-report.js';
import { runLab } from '../../harness/lab.js';
import { renderLab } from '../../harness/report/terminal.js';
import type { LabEvent } from '../../harness/lab.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

export async function runLaboratory(input: Input, context: Context): Promise<Outcome> {
  const outPath = input.text('out') ?? join('reports', 'out');
  const workloads = input.list('workload');
  const profiles = input.list('profile');
  const rounds = input.count('rounds', 1, 1000);
  const file = input.text('file');
  const results = await runLab(
    {
      outPath,
      quick: input.flag('quick'),
      signal: context.signal,
      ...(file === undefined ? {} : { workloadFile: file }),
      ...(workloads.length === 0 ? {} : { workloads }),
      ...(profiles.length === 0 ? {} : { profiles }),
      ...(rounds === undefined ? {} : { roundsMax: rounds }),
    },
    progressTo(context.terminal),
  );
  const { pagePath } = await writeReport(results, outPath, {
    signal: context.signal,
    onProgress: ({ done, total, file }) => context.terminal.progress(`drawing ${file} (${done} of ${total})`),
  });
  const text = `${renderLab(results, tableStyle(context.terminal))}\n\n${pagePath}`;
  return { document: results, text, kind: 'answer' };
}

/** A line that redraws itself; where it may not, a line for each new configuration. */
function progressTo(terminal: Terminal): (event: LabEvent) => void {
  let last = '';
  return (event) => {
    const line = lineOf(event);
    terminal.progress(line);
    const step = event.type === 'measuring' ? `${event.round} ${event.configuration}` : event.type;
    if (terminal.animates || step === last) return;
    last = step;
    terminal.log(line);
  };
}

function lineOf(event: LabEvent): string {
  switch (event.type) {
    case 'preparing':
      return `making workload ${event.workload} (${event.done} of ${event.total})`;
    case 'absent':
      return `workload ${event.workload} is left out: ${event.reason}`;
    case 'measuring':
      return `round ${event.round}, ${event.configuration} (${event.done} of ${event.total})`;
    case 'kernels':
      return `kernels: ${event.kernel} (${event.done} of ${event.total})`;
    case 'finished':
      return `measured in ${formatDuration(event.elapsedMs)}`;
  }
}
