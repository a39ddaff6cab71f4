/** The standard output of this process, opened when first asked for. */
import { exitCodes } from '../base/errors.js';

let opened: NodeJS.WriteStream | undefined;

/** A closed stdout (EPIPE) is no failure: who reads `| head` has what they wanted. Any other failure to write ends the process. */
export function stdout(): NodeJS.WriteStream {
  return (opened ??= process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`snapdelta: cannot write to stdout: ${error.message}\n`);
    process.exit(exitCodes.world);
  }));
}
