/**
 * How soon V8 optimises: later, where there is much to do. Loops over bytes are WebAssembly's, so most runs are over before what optimising
 * costs has come back. Measured on a busy machine: a diff of 256 MiB takes 1 to 13 % less CPU, one of 30 MB a fifth less, one of seconds no more.
 *
 * Limit: node:v8 brings streams with it and takes some 5 ms of CPU, so small inputs leave it alone.
 */
import { nodeV8 } from '../base/builtins.js';

/** Bytes of bytecode that a function runs through before it is optimised: twelve times as much as is usual. */
const interruptBudgetBytes = 800_000;
const largeBytes = 32 * 1024 * 1024;

/** To be called before the work begins, with the bytes that will be read. Flags hold for all threads. */
export function optimiseLater(inputBytes: number): void {
  if (inputBytes >= largeBytes) nodeV8().setFlagsFromString(`--interrupt-budget=${interruptBudgetBytes}`);
}
