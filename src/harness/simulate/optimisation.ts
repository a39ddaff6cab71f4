/**
 * How soon V8 optimises while seeds are run: later. A seed goes through so much different code, each of it so few times, that optimising as soon as is usual costs more than comes
 * back for hundreds of seeds. Measured over 120 seeds of the swarm, with the program's start: a quarter less CPU.
 *
 * Limit: the flag holds for all threads of the process, and for code that has not begun to count.
 */
import { nodeV8 } from '../../base/builtins.js';

/** Bytes of bytecode that a function runs through before it is optimised: nine times as much as is usual. */
const interruptBudgetBytes = 600_000;

/** To be called before the first seed. */
export function optimiseLater(): void {
  nodeV8().setFlagsFromString(`--interrupt-budget=${interruptBudgetBytes}`);
}
