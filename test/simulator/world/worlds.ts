/** Worlds for tests: the calibration that ships, and two nodes that talk. */
import { usualCalibration } from '../../../src/simulator/process/calibration.js';
import { World } from '../../../src/simulator/world/world.js';
import type { WorldOptions } from '../../../src/simulator/world/world.js';
import type { SimulatedProcess } from '../../../src/simulator/process/incarnation.js';
import type { Link } from '../../../src/base/runtime.js';

export function newWorld(seed: number, options: Partial<WorldOptions> = {}): World {
  return new World({ seed, calibration: usualCalibration, ...options });
}

/** A server that gives back what it gets, until the other side ends. */
export function echo(process: SimulatedProcess): Promise<void> {
  process.listen(process.name, (link) => {
    void (async () => {
      try {
        for (let bytes = await link.receive(); bytes !== undefined; bytes = await link.receive())
          await link.send(bytes);
        link.close();
      } catch {
        link.destroy();
      }
    })();
  });
  return Promise.resolve();
}

/** Reads until `count` bytes are there, or the stream ends. */
export async function readBytes(link: Link, count: number): Promise<Uint8Array> {
  const all = new Uint8Array(count);
  let at = 0;
  while (at < count) {
    const bytes = await link.receive();
    if (bytes === undefined) break;
    all.set(bytes, at);
    at += bytes.length;
  }
  return all.subarray(0, at);
}
